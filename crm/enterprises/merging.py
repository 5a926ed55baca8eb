"""Two entries are one firm: everything linked to one moves to the other, and can move back for a day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, and_, select, update
from sqlalchemy.exc import IntegrityError

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.types import canonical
from crm.core.words import say
from crm.enterprises import derived, linked
from crm.enterprises.editing import keep_name
from crm.enterprises.merge_clashes import TAKEN_BACK, prepare
from crm.enterprises.merge_trace import Trace
from crm.enterprises.models import Enterprise, Merge, Standing
from crm.enterprises.search_index import forget, index_many
from crm.timeline import Actor, record

UNDO_WITHIN = timedelta(hours=24)
FILLED = (
    "short_name", "territory_id", "section_id", "tier", "address", "legal_representative", "industry", "employees",
    "stock_code", "note",
)  # fmt: skip
TOGETHER = (("founded_on", "founded_precision"), ("registered_capital", "capital_currency", "capital_is_approximate"))


def propose(kept: Enterprise, gone: Enterprise, *, reason: str, by: Actor) -> Merge:
    """Say that two entries are one firm; another person confirms it."""
    lock(kept)
    waiting = select(Merge.id).where(Merge.state == "proposed", Merge.gone_id.in_([kept.id, gone.id]))
    if db.session.scalar(waiting) is not None:
        raise RuleBroken(say("A merge of one of them waits for confirmation already"))
    if broken := obstacles(kept, gone):
        raise RuleBroken(broken)
    made = Merge(kept_id=kept.id, gone_id=gone.id, reason=reason, proposed_by_id=by.id)
    db.session.add(made)
    db.session.flush()
    for firm, other in ((kept, gone), (gone, kept)):
        record(firm.id, "merge.proposed", by=by, subject=("merge", made.id), other=other.name, reason=reason)
    return made


def obstacles(kept: Enterprise, gone: Enterprise) -> list[Obstacle]:
    found = []
    if kept.id == gone.id:
        found.append(Obstacle("other", say("Choose another entry")))
    found += [
        Obstacle("", say("%(name)s has been merged already", name=firm.name))
        for firm in (kept, gone)
        if firm.standing == Standing.MERGED
    ]
    if kept.standing != Standing.ACTIVE and gone.standing == Standing.ACTIVE:
        found.append(Obstacle("", say("Keep the entry that is in the zone: %(name)s", name=gone.name)))
    return found


def decline(merge: Merge, *, by: Actor) -> None:
    _hold(merge, "proposed")
    _decide(merge, "declined", by)
    _tell(merge, "declined", by)


def confirm(merge: Merge, *, by: Actor) -> None:
    """Carry a proposal out. Raises RuleBroken for the person who proposed it, and when a table nobody knows refers
    to the entry that goes; Stale when it has been decided meanwhile."""
    _hold(merge, "proposed")
    kept, gone = _firms(merge)
    if by.id == merge.proposed_by_id:
        raise RuleBroken(say("Another person than the one who proposed it confirms a merge"))
    if broken := [*obstacles(kept, gone), *_unknown(gone)]:
        raise RuleBroken(broken)
    trace = Trace()
    try:
        prepare(trace, kept, gone)
        _move_rows(trace, kept, gone)
    except IntegrityError as clash:
        raise RuleBroken(say("Some rows of both entries exclude each other; nothing was merged")) from clash
    _join_facts(trace, kept, gone)
    derived.recount([kept.id, gone.id])
    if (name := keep_name(kept, gone.name, kind="former", until=clock.today())) is not None:
        trace.made.append(("enterprise_name", [name.id]))
    index_many([kept])
    forget([gone.id])
    merge.moved = canonical(trace.as_json())
    _decide(merge, "done", by)
    _tell(merge, "done", by)


def undo(merge: Merge, *, by: Actor) -> None:
    """Take a merge back within 24 hours: what moved and is still there moves back; what is new stays."""
    _hold(merge, "done")
    kept, gone = _firms(merge)
    if not can_be_undone(merge):
        raise RuleBroken(say("More than 24 hours have passed: this merge stands"))
    if kept.standing == Standing.MERGED:
        raise RuleBroken(say("%(name)s has been merged into another entry since: take that back first", name=kept.name))
    trace = Trace.from_json(json.loads(merge.moved))
    trace.take_back(kept.id, gone.id)
    derived.recount([kept.id, gone.id])
    db.session.expire_all()
    for firm in (kept, gone):
        firm.version += 1
    db.session.flush()
    index_many([kept, gone])
    for make_anew in TAKEN_BACK:
        for firm in (kept, gone):
            make_anew(firm)
    merge.state = "undone"
    db.session.flush()
    _tell(merge, "undone", by)


def can_be_undone(merge: Merge) -> bool:
    is_fresh = merge.decided_at is not None and clock.now() - merge.decided_at < UNDO_WITHIN
    return merge.state == "done" and is_fresh


def _hold(merge: Merge, state: str) -> None:
    lock(merge)
    if merge.state != state:
        raise Stale(merge)


def _firms(merge: Merge) -> tuple[Enterprise, Enterprise]:
    """Both entries, locked in the order of their ids."""
    firms = {row_id: db.session.get_one(Enterprise, row_id) for row_id in sorted((merge.kept_id, merge.gone_id))}
    for firm in firms.values():
        lock(firm)
    return firms[merge.kept_id], firms[merge.gone_id]


def _unknown(gone: Enterprise) -> list[Obstacle]:
    if tables := linked.unknown_tables(gone.id):
        words = say("Tables this programme does not know refer to %(name)s: %(tables)s", name=gone.name,
                    tables=", ".join(tables))  # fmt: skip
        return [Obstacle("", words)]
    return []


def _move_rows(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    for link in linked.links():
        rows = db.session.execute(select(*link.keys).where(link.column == gone.id)).all()
        keys = [tuple(row) for row in rows if not trace.is_left((link.table.name, *row))]
        for key in keys:
            db.session.execute(update(link.table).where(same_key(link.table, key)).values({link.column.name: kept.id}))
        if keys:
            trace.moved.append((link.table.name, link.column.name, [list(key) for key in keys]))


def same_key(table: Table, key: Sequence[Any]) -> Any:
    return and_(*(column == value for column, value in zip(table.primary_key.columns, key, strict=True)))


def _join_facts(trace: Trace, kept: Enterprise, gone: Enterprise) -> None:
    """The kept entry takes over what it lacks: the code, empty facts, the later days, the sum of open follow-ups."""
    db.session.expire_all()
    values: dict[str, Any] = {name: getattr(gone, name) for name in FILLED if getattr(kept, name) in (None, "")}
    for group in TOGETHER:
        if getattr(kept, group[0]) is None:
            values.update({name: getattr(gone, name) for name in group})
    for name in ("last_visit_on", "last_contact_on"):
        values[name] = max(filter(None, (getattr(kept, name), getattr(gone, name))), default=None)
    values["open_followups"] = kept.open_followups + gone.open_followups
    code = gone.credit_code if kept.credit_code is None else None
    left: dict[str, Any] = {"standing": Standing.MERGED, "merged_into_id": kept.id, "next_visit_due_on": None,
                            "open_followups": 0}  # fmt: skip
    trace.change(Enterprise, gone, {**left, **({"credit_code": None} if code else {})})
    trace.change(Enterprise, kept, {**values, **({"credit_code": code} if code else {})})
    kept.version, gone.version = kept.version + 1, gone.version + 1
    db.session.flush()


def _decide(merge: Merge, state: str, by: Actor) -> None:
    merge.state, merge.decided_at, merge.decided_by_id = state, clock.now(), by.id
    db.session.flush()


def _tell(merge: Merge, what: str, by: Actor) -> None:
    names = {row_id: db.session.get_one(Enterprise, row_id).name for row_id in (merge.kept_id, merge.gone_id)}
    for firm, other in ((merge.kept_id, merge.gone_id), (merge.gone_id, merge.kept_id)):
        record(firm, f"merge.{what}", by=by, subject=("merge", merge.id), other=names[other], reason=merge.reason)
