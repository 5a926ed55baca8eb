"""Many assignments changed by one decision, set by set; handing over a single one lives in `handover`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from crm.core import clock
from crm.core.errors import RuleBroken
from crm.core.journal import Changed, Journal
from crm.core.staging import Handover
from crm.core.words import say
from crm.enterprises.serving_models import Assignment, AssignmentOrder
from crm.timeline import Actor
from crm.timeline import row as entry


class Move(NamedTuple):
    """One enterprise that gets another commissioner: its open assignment, who leaves, who comes."""

    enterprise_id: int
    assignment_id: int
    from_id: int
    from_name: str
    since: date
    to_id: int
    to_name: str


def change_many(
    moves: Sequence[Move], *, order: Handover, by: Actor, journal: Journal, passed: Mapping[int, int] | None = None
) -> list[dict[str, Any]]:
    """End and open many assignments with one note, document and day; for a day to come, order it.

    The caller holds the enterprises; `passed` counts the follow-ups that moved along. Returns the entries to record.
    Raises RuleBroken naming those whose present assignment began after that day.
    """
    if late := [move for move in moves if order.on < move.since]:
        names = "、".join(f"{move.from_name} {move.since}" for move in late[:5])
        raise RuleBroken(say("The day lies before the start of present assignments: %(names)s", names=names), "on")
    if order.on > clock.today():
        return _order_many(moves, order, by, journal)
    ended = {"ended_on": order.on, "end_reason": "handed_over", "handover_note": order.note, "updated_at": clock.now()}
    before = {"ended_on": None, "end_reason": "", "handover_note": ""}
    journal.update(Assignment, [Changed(m.assignment_id, m.enterprise_id, before, ended) for m in moves])
    start = {"started_on": order.on, "document_no": order.document_no}
    made = journal.insert(
        Assignment, [{"enterprise_id": m.enterprise_id, "commissioner_id": m.to_id, **start} for m in moves]
    )
    return [
        row
        for m, new in zip(moves, made, strict=True)
        for row in _entries(m, new, order, by, (passed or {}).get(m.enterprise_id, 0))
    ]


def _order_many(moves: Sequence[Move], order: Handover, by: Actor, journal: Journal) -> list[dict[str, Any]]:
    same = {"on_day": order.on, "document_no": order.document_no, "note": order.note, "ordered_by_id": by.id}
    made = journal.insert(
        AssignmentOrder, [{"enterprise_id": m.enterprise_id, "to_id": m.to_id, **same} for m in moves]
    )
    return [
        entry(
            m.enterprise_id,
            "assignment.ordered",
            by=by,
            subject=("order", row_id),
            via="import",
            to=m.to_name,
            on=order.on.isoformat(),
            document_no=order.document_no,
        )
        for m, row_id in zip(moves, made, strict=True)
    ]


def _entries(move: Move, made: int, order: Handover, by: Actor, passed: int) -> list[dict[str, Any]]:
    on = order.on.isoformat()
    ended: dict[str, Any] = {"reason": "handed_over", "on": on}
    told: dict[str, Any] = {"before": move.from_name, "after": move.to_name, "on": on, "note": order.note}
    told |= {"document_no": order.document_no, "followups": passed, "over_limit_reason": ""}
    old, new = ("assignment", move.assignment_id), ("assignment", made)
    return [
        entry(move.enterprise_id, "assignment.ended", by=by, subject=old, via="import", **ended),
        entry(move.enterprise_id, "assignment.handed_over", by=by, subject=new, via="import", **told),
    ]
