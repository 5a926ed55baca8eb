"""Visits as plain words for the group chat (汇报文字): day, visitor, firm, whom they met, what was said and promised.

Nothing else enters: no phone, no figure, no tier or track of the firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crm.core.among import among
from crm.core.db import read
from crm.core.journal import parts
from crm.core.words import _, is_english
from crm.followups.models import Followup, FollowupState
from crm.visits.models import VisitState
from crm.visits.words import kind_word

Promises = Mapping[int, list[Any]]


def of_visits(rows: Sequence[Any]) -> str:
    """`rows` as `visits.lines` gives them; voided and planned ones stay out. The oldest day first."""
    told = [row for row in rows if row.state == VisitState.DONE]
    promised = _promises([row.id for row in told])
    ordered = sorted(told, key=lambda row: (row.visited_on, row.id))
    return "\n\n".join(_one(row, promised.get(row.id, [])) for row in ordered)


def _one(row: Any, promised: Iterable[Any]) -> str:
    head = _head(row)
    apart_of_items = "; " if is_english() else "；"
    asked = [item.text for item in promised if item.kind == "request"]
    ahead = [f"{item.text}（{item.due_on:%m-%d}）" for item in promised if item.kind != "request"]
    parts_of_it = [(_("What was said"), row.text)]
    parts_of_it += [(_("What they ask for"), apart_of_items.join(asked))] if asked else []
    parts_of_it += [(_("Next steps"), apart_of_items.join(ahead))] if ahead else []
    if len(parts_of_it) == 1:
        return f"{head}{row.text}"
    numerals = "1234" if is_english() else "一二三四"
    apart = ". " if is_english() else "、"
    colon = ": " if is_english() else "："
    return "\n".join(
        [head, *(f"{n}{apart}{label}{colon}{text}" for n, (label, text) in zip(numerals, parts_of_it, strict=False))]
    )


def _head(row: Any) -> str:
    """A call is told as a call: only what counts as a visit is called one."""
    said = {"day": _day(row), "who": row.author, "firm": row.short_name or row.name}
    if not row.counts:
        said["kind"] = kind_word(row.kind, row.visited_on)
        if row.is_not_met:
            return _("[%(kind)s] %(day)s: %(who)s was in contact with %(firm)s; nobody in charge was there.", **said)
        return _("[%(kind)s] %(day)s: %(who)s was in contact with %(firm)s, %(met)s.", met=row.met, **said)
    if row.is_not_met:
        return _("[Visit] %(day)s: %(who)s visited %(firm)s; nobody in charge was there.", **said)
    return _("[Visit] %(day)s: %(who)s visited %(firm)s and met %(met)s.", met=row.met, **said)


def _day(row: Any) -> str:
    day = row.visited_on
    return f"{day:%d %b}" if is_english() else f"{day.month}月{day.day}日"


def _promises(ids: Sequence[int]) -> dict[int, list[Any]]:
    """What was asked for and promised on each visit and not called off."""
    found: dict[int, list[Any]] = {}
    columns = (Followup.origin_id, Followup.kind, Followup.text, Followup.due_on)
    born = (Followup.origin_kind == "visit", Followup.state != FollowupState.CANCELLED)
    for some in parts(ids):
        query = select(*columns).where(*born, among(Followup.origin_id, some)).order_by(Followup.due_on, Followup.id)
        for row in read(query).all():
            found.setdefault(row.origin_id, []).append(row)
    return found
