"""Which firms somebody means for a list: ticked ones, names or codes he pasted, hits of his search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy import Select, or_, select

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db
from crm.enterprises import credit_code, filters, names, search
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import IN_ZONE, within
from crm.permissions import Permission

MOST = 500
MOST_HITS = 50


@dataclass(frozen=True)
class Chosen:
    """`firms` are meant; `hits` of the search are offered besides; `unknown` lines name none he may change; `is_cut`:
    more were meant than are taken at a time."""

    firms: Sequence[Enterprise]
    hits: Sequence[Enterprise]
    unknown: Sequence[str]
    is_cut: bool = False


def chosen(me: User, pasted: str) -> Chosen:
    ticked = filters.chosen(me, _asked(), Permission.LISTS_EDIT)
    firms = list(db.session.scalars(_firms(me).where(Enterprise.id.in_(ticked)).limit(MOST + 1)))
    lines = [line for text in pasted.splitlines() if (line := text.strip())]
    is_cut, firms = len(firms) > MOST or len(lines) > MOST, firms[:MOST]
    named, unknown = _named(me, lines[:MOST])
    firms += [firm for firm in named if firm not in firms]
    typed = request.args.get("q", "").strip()[:64]
    hits = _firms(me).where(IN_ZONE, search.matching(typed, me)) if typed and not request.args.get("all") else None
    found = list(db.session.scalars(hits.limit(MOST_HITS))) if hits is not None else []
    return Chosen(firms, [firm for firm in found if firm not in firms], unknown, is_cut)


def _asked() -> Any:
    """The rows ticked on this page; from the enterprise list perhaps all that match its filters."""
    return request.form if request.method == "POST" else request.args


def _firms(me: User) -> Select[Enterprise]:
    mine = select(Enterprise).where(within(me, Permission.LISTS_EDIT), Enterprise.standing != Standing.MERGED)
    return mine.order_by(Enterprise.sort_key, Enterprise.id)


def _named(me: User, lines: Sequence[str]) -> tuple[list[Enterprise], list[str]]:
    """By credit code or whole name; a name that two firms bear means none."""
    if not lines:
        return [], []
    codes = {line: code for line in lines if len(code := credit_code.normal(line)) == credit_code.LENGTH}
    keys = {line: names.normal(line) for line in lines}
    either = or_(among(Enterprise.credit_code, [*codes.values()]), among(Enterprise.name_key, [*keys.values()]))
    known = list(db.session.scalars(_firms(me).where(either)))
    found: list[Enterprise] = []
    unknown: list[str] = []
    for line in lines:
        meant = [firm for firm in known if codes.get(line, "-") == firm.credit_code or firm.name_key == keys[line]]
        if len(meant) == 1:
            found.append(meant[0])
        else:
            unknown.append(line)
    return list(dict.fromkeys(found)), unknown
