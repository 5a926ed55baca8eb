"""The filters of the enterprise list as WHERE clauses, by the names they have in the URL.

Bulk pages of other rooms choose by the same parameters, so "all that match" means the same everywhere. A room to
the right adds its own filter with `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, and_, case, cast, false, func, or_, select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.typed import id_from, ids_from
from crm.enterprises import search
from crm.enterprises.grams import escaped
from crm.enterprises.models import Enterprise, ExtraField, ExtraValue, Standing
from crm.enterprises.queries import EVERYWHERE, IN_ZONE, linked_to, served_by, within
from crm.enterprises.serving_models import Assignment, Liaison
from crm.permissions import Permission

Clause = Callable[[User, str], ColumnElement[bool]]
LONGEST = 80
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


def where(
    user: User, args: MultiDict[str, str], permission: Permission = Permission.ENTERPRISE_VIEW
) -> list[ColumnElement[bool]]:
    """Everything the URL asks for except the search text, within the user's permission. Merged entries are gone."""
    clauses = [_standing(args.get("standing", "")), within(user, permission)]
    for key, value in args.items(multi=True):
        text = value.strip()[:LONGEST]
        if not text:
            continue
        if key in CLAUSES:
            clauses.append(CLAUSES[key](user, text))
        elif (clause := _extra(user, key, text)) is not None:
            clauses.append(clause)
    return clauses


def count_of(clauses: Sequence[ColumnElement[bool]]) -> Select[int]:
    """How many enterprises. All in the zone are all but those who left: SQLite knows how many rows a table has, and
    those who left are few."""
    every = select(func.count()).select_from(Enterprise).correlate(None)
    if len(clauses) == 2 and clauses[0] is IN_ZONE and clauses[1] is EVERYWHERE:
        return select(every.scalar_subquery() - every.where(~IN_ZONE).scalar_subquery())
    return every.where(*clauses)


def chosen(user: User, args: MultiDict[str, str], permission: Permission) -> Select[int]:
    """Ids of the ticked enterprises, or with `all=1` of all that match the filters and the search text."""
    if args.get("all"):
        return select(Enterprise.id).where(*where(user, args, permission), search.matching(args.get("q", ""), user))
    ids = ids_from(args.getlist("id"))
    return select(Enterprise.id).where(
        Enterprise.id.in_(ids), Enterprise.standing != Standing.MERGED, within(user, permission)
    )


def register(**clauses: Clause) -> None:
    """Add filters: name in the URL → clause of the user and the text."""
    CLAUSES.update(clauses)


def _standing(text: str) -> ColumnElement[bool]:
    if text == "all":
        return Enterprise.standing != Standing.MERGED
    known = {s.value for s in Standing} - {Standing.MERGED.value}
    return Enterprise.standing == Standing(text) if text in known else IN_ZONE


def _commissioner(user: User, text: str) -> ColumnElement[bool]:
    """`me` (with those one stands in for), `none`, an official's id, or part of a name."""
    open_now = select(Assignment.enterprise_id).where(Assignment.ended_on.is_(None))
    if text == "me":
        return Enterprise.id.in_(served_by(user))
    if text == "none":
        return ~open_now.where(Assignment.enterprise_id == Enterprise.id).exists()
    return Enterprise.id.in_(open_now.where(_person(Assignment.commissioner_id, text)))


def _leader(user: User, text: str) -> ColumnElement[bool]:
    open_now = select(Liaison.enterprise_id).where(Liaison.until_on.is_(None))
    if text == "me":
        return Enterprise.id.in_(linked_to(user))
    if text == "none":
        return ~open_now.where(Liaison.enterprise_id == Enterprise.id).exists()
    return Enterprise.id.in_(open_now.where(_person(Liaison.leader_id, text)))


def _person(column: Any, text: str) -> ColumnElement[bool]:
    if (person := id_from(text)) is not None:
        return column == person
    like = f"%{escaped(text.lower())}%"
    named = select(User.id).where(or_(User.name.like(like, escape="\\"), User.name_pinyin.like(like, escape="\\")))
    return column.in_(named)


def _unit(column: Any) -> Clause:
    """In this unit or below it; `none` where the column may be empty."""

    def clause(_: User, text: str) -> ColumnElement[bool]:
        if text == "none":
            return column.is_(None)
        top = select(Unit.path).where(Unit.id == id_from(text)).scalar_subquery()
        return column.in_(select(Unit.id).where(Unit.path.startswith(top)))

    return clause


def _tier(_: User, text: str) -> ColumnElement[bool]:
    return Enterprise.tier.is_(None) if text == "none" else Enterprise.tier == text


def _silent(_: User, text: str) -> ColumnElement[bool]:
    """Not visited for N days, counted from the latest of last visit, start of the assignment and go-live."""
    if id_from(text) is None or len(text) > 4 or (limit := silent_since(int(text))) is None:
        return false()
    return and_(~visited_after(limit), ~assigned_after(limit))


def silent_since(days: int) -> date | None:
    """Whoever saw nobody after this day is silent; None before N days of real use, when nobody is."""
    limit = clock.today() - timedelta(days=days)
    return None if str(bureau("go_live_on") or "") > limit.isoformat() else limit


def visited_after(day: date) -> ColumnElement[bool]:
    return and_(Enterprise.last_visit_on.is_not(None), Enterprise.last_visit_on > day)


def assigned_after(day: date) -> ColumnElement[bool]:
    """Its commissioner serves it only since."""
    mine = (Assignment.enterprise_id == Enterprise.id, Assignment.ended_on.is_(None))
    return select(Assignment.id).where(*mine, Assignment.started_on > day).exists()


def _added(_: User, text: str) -> ColumnElement[bool]:
    """Entered into the register within the last N days."""
    if id_from(text) is None or len(text) > 4:
        return false()
    return Enterprise.created_at >= clock.at(clock.today() - timedelta(days=int(text)), 0)


def _provisional(_: User, text: str) -> ColumnElement[bool]:
    return Enterprise.credit_code.is_not(None) if text == "no" else Enterprise.credit_code.is_(None)


def _visited(_: User, text: str) -> ColumnElement[bool]:
    return Enterprise.last_visit_on.is_(None) if text == "never" else Enterprise.last_visit_on.is_not(None)


def _seen_by(user: User) -> ColumnElement[bool]:
    """A phone number is found only where he sees it in full: else it could be guessed sign by sign."""
    masked = select(ExtraField.id).where(ExtraField.kind == "phone")
    direct = select(Enterprise.id).where(within(user, Permission.CONTACT_DIRECT))
    return or_(ExtraValue.field_id.not_in(masked), ExtraValue.enterprise_id.in_(direct))


def _extra(user: User, key: str, text: str) -> ColumnElement[bool] | None:
    """`x12=words`, `x12_from=…`, `x12_to=…`: an extra field holds the words, or lies between two values."""
    number, _, end = key.removeprefix("x").partition("_")
    if not key.startswith("x") or (field := id_from(number)) is None or end not in ("", "from", "to"):
        return None
    held = select(ExtraValue.enterprise_id).where(ExtraValue.field_id == field, _seen_by(user))
    if not end:
        return Enterprise.id.in_(held.where(ExtraValue.value.like(f"%{escaped(text)}%", escape="\\")))
    bound: Any = text
    value: Any = ExtraValue.value
    if (figure := _figure(text)) is not None:
        bound, value = figure, case((value.regexp_match(_NUMBER), cast(value, Float)))
    return Enterprise.id.in_(held.where(value >= bound if end == "from" else value <= bound))


def _figure(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


CLAUSES: dict[str, Clause] = {
    "commissioner": _commissioner,
    "leader": _leader,
    "unit": _unit(Enterprise.unit_id),
    "territory": _unit(Enterprise.territory_id),
    "section": _unit(Enterprise.section_id),
    "tier": _tier,
    "silent": _silent,
    "added": _added,
    "provisional": _provisional,
    "visited": _visited,
}
