"""Acts on yearly lists: set one up, put firms on it, strike them off with a reason, carry it forward to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.among import among
from crm.core.bulk import insert_many, new_ids
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.cultivation import rungs
from crm.cultivation.list_queries import members_of, of_kind
from crm.cultivation.rules import yearly
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise
from crm.timeline import Actor, Level, record, record_many, row


def make(kind: str, year: int, from_on: date, *, name: str, by: Actor, document_no: str = "") -> YearlyList:
    """A list of a kind for a year, in force from a day. Raises RuleBroken beside the lists of other years."""
    if kind not in list_kinds():
        raise RuleBroken(say("There is no such kind of list"), "kind")
    if broken := yearly.obstacles(of_kind(kind), year, from_on, clock.today()):
        raise RuleBroken(broken)
    made = YearlyList(kind=kind, year=year, from_on=from_on, name=name, document_no=document_no)
    db.session.add(made)
    try:
        db.session.flush()
    except IntegrityError as clash:
        raise RuleBroken(say("Somebody has just set up this list: look at the lists"), "year") from clash
    rungs.follow(kind)
    record(None, "list.made", by=by, subject=("yearly_list", made.id), **_told(made))
    return made


def change(
    found: YearlyList, *, version: int, year: int, from_on: date, name: str, document_no: str, by: Actor
) -> None:
    """Correct the head of a list; members entered with it on its old day are on it from the new one."""
    lock(found)
    if found.version != version:
        raise Stale(found)
    others = [each for each in of_kind(found.kind) if each.id != found.id]
    if broken := yearly.obstacles(others, year, from_on, clock.today()):
        raise RuleBroken(broken)
    before, was_on = _told(found), found.from_on
    found.year, found.from_on, found.name, found.document_no = year, from_on, name, document_no
    found.version += 1
    for member in db.session.scalars(members_of(found.id)):
        if member.from_on == was_on or member.from_on < from_on:
            member.from_on = from_on if member.until_on is None else min(from_on, member.until_on)
    db.session.flush()
    rungs.follow(found.kind)
    record(None, "list.changed", by=by, subject=("yearly_list", found.id), before=before, **_told(found))


def enter(found: YearlyList, firms: Iterable[Enterprise], *, from_on: date, reason: str, by: Actor) -> int:
    """Put firms on a list from a day; those already on it stay as they are. Returns how many came on."""
    lock(found)
    if from_on < found.from_on:
        raise RuleBroken(say("The list is in force from %(day)s only", day=found.from_on), "from_on")
    if from_on > clock.today():
        raise RuleBroken(say("The day lies in the future"), "from_on")
    already = {member.enterprise_id for member in db.session.scalars(_still_on(found))}
    ids = [firm.id for firm in firms if firm.id not in already]
    _insert(found, dict.fromkeys(ids, reason), from_on, by)
    return len(ids)


def strike(found: YearlyList, member_ids: Sequence[int], *, until_on: date, reason: str, by: Actor) -> int:
    """Firms leave a list on a day, with the reason; the rows stay. Returns how many left."""
    lock(found)
    if not reason.strip():
        raise RuleBroken(say("Say why it leaves the list"), "reason")
    if until_on > clock.today():
        raise RuleBroken(say("The day lies in the future"), "until_on")
    on = db.session.scalars(_still_on(found).where(among(ListMember.id, member_ids))).all()
    if late := [member.from_on for member in on if until_on < member.from_on]:
        raise RuleBroken([Obstacle("until_on", say("Some came on the list only on %(day)s", day=max(late)))])
    _end(found, dict.fromkeys(on, reason.strip()), until_on, by)
    return len(on)


def carry_forward(
    found: YearlyList, drops: Mapping[int, str], seen: Iterable[int], *, year: int, from_on: date, name: str,
    document_no: str, by: Actor,
) -> YearlyList:  # fmt: skip
    """The list of a next year with the same firms but `drops` (enterprise → why). `seen` are the firms looked at.

    Raises Stale when others came or left meanwhile, RuleBroken when one drops out without a reason.
    """
    lock(found)
    on = {member.enterprise_id: member for member in db.session.scalars(_still_on(found))}
    if set(seen) != set(on):
        raise Stale(found)
    if without := sum(not why.strip() for why in drops.values()):
        raise RuleBroken(say("Say of each firm that drops out why: %(n)s lack a reason", n=without))
    if year <= found.year:
        raise RuleBroken(say("The next list is one of a later year"), "year")
    made = make(found.kind, year, from_on, name=name, by=by, document_no=document_no)
    _insert(made, {firm: yearly.carried_over(found.year) for firm in on if firm not in drops},
            from_on, by)  # fmt: skip
    _end(found, {on[firm]: why.strip() for firm, why in drops.items() if firm in on}, from_on, by)
    return made


def _insert(found: YearlyList, reasons: Mapping[int, str], from_on: date, by: Actor) -> None:
    ids = new_ids(ListMember.__table__, len(reasons))
    insert_many(ListMember.__table__, [
        {"id": row_id, "list_id": found.id, "enterprise_id": firm, "from_on": from_on, "until_on": None,
         "entry_reason": why, "exit_reason": "", "entered_by_id": by.id, "ended_by_id": None}
        for row_id, (firm, why) in zip(ids, reasons.items(), strict=True)
    ])  # fmt: skip
    rungs.follow(found.kind)
    _record(found, "list.entered", {row_id: (firm, why) for row_id, (firm, why) in
                                    zip(ids, reasons.items(), strict=True)}, from_on, by)  # fmt: skip


def _end(found: YearlyList, reasons: Mapping[ListMember, str], until_on: date, by: Actor) -> None:
    for member, why in reasons.items():
        member.until_on, member.exit_reason, member.ended_by_id = max(until_on, member.from_on), why, by.id
    db.session.flush()
    rungs.follow(found.kind)
    _record(found, "list.left", {m.id: (m.enterprise_id, why) for m, why in reasons.items()}, until_on, by)


def _record(found: YearlyList, kind: str, rows: Mapping[int, tuple[int, str]], on: date, by: Actor) -> None:
    level = Level.RESTRICTED if list_kinds()[found.kind].is_confidential else Level.INTERNAL
    record_many([
        row(firm, kind, by=by, subject=("list_member", row_id), level=level, list=found.name, on=on.isoformat(),
            reason=why)
        for row_id, (firm, why) in rows.items()
    ])  # fmt: skip


def _still_on(found: YearlyList) -> Select[ListMember]:
    return members_of(found.id).where(ListMember.until_on.is_(None)).order_by(ListMember.id)


def _told(found: YearlyList) -> dict[str, Any]:
    return {"kind": found.kind, "year": found.year, "name": found.name, "from_on": found.from_on.isoformat(),
            "document_no": found.document_no}  # fmt: skip
