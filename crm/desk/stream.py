"""One stream of everything that happened to an enterprise, told in sentences, newest first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, bindparam, or_, select, type_coerce

from crm.core import clock, words
from crm.core.db import read
from crm.core.web import address
from crm.core.words import Say, say
from crm.desk import places
from crm.desk.sentences import tell
from crm.enterprises.models import Enterprise
from crm.timeline import Entry, Level

ENTRIES_AT_ONCE = 30
NO_END = 2**62
CHIPS: dict[str, tuple[Say, tuple[str, ...]]] = {
    "visits": (say("Visits"), ("visit.",)),
    "followups": (say("Follow-ups"), ("followup.",)),
    "serving": (say("Who serves"), ("assignment.", "standin.", "liaison.", "section.")),
    "data": (say("Data"), ("enterprise.", "contact.", "name.", "tier.", "title.", "merge.", "import.")),
}
PROGRAMS = {"cli": say("Command line"), "scheduler": say("Scheduled work"), "system": say("Scheduled work")}
STRUCK = (".recorded", ".edited", ".planned", ".added", ".moved_here")
MOVED_AWAY = "visit.moved_away"
PAGES = {"visit": "desk.visit", "followup": "followups.followup"}
TOLD: tuple[Any, ...] = (
    Entry.id, Entry.at, Entry.kind, Entry.subject_kind, Entry.subject_id, Entry.actor_id, Entry.actor_name,
    type_coerce(Entry.body, Text),
)  # fmt: skip
ONLY_AUDIT = ("contact.revealed", "enterprise.exported", "reminder.sent")


class Told(NamedTuple):
    """An entry as the timeline shows it, in the language of the page."""

    id: int
    icon: str
    at: datetime
    by: str
    what: str
    body: str
    url: str | None
    is_struck: bool = False


class Line(NamedTuple):
    """An entry of the timeline as its statement shows it, with what `places` adds; the body still is text."""

    id: int
    at: datetime
    kind: str
    subject_kind: str
    subject_id: int
    actor_id: int | None
    actor_name: str
    body: Any
    visit_at: int | None
    is_void: bool | None
    followup_at: int | None


def entries(enterprise_id: int, *, chip: str = "", before: int | None = None) -> tuple[tuple[Told, ...], int | None]:
    """The newest entries, and the id to go on from when there are more. Also those of firms merged into this one."""
    rows = read(_newest(chip if chip in CHIPS else ""), {"firm": enterprise_id, "before": before or NO_END}).all()
    shown, here = rows[:ENTRIES_AT_ONCE], (words.language(), clock.today(), address("desk.home"))
    lines = (_line_told(tuple(row), enterprise_id, here) for row in shown)
    older = shown[-1].id if len(rows) > ENTRIES_AT_ONCE else None
    return tuple(line for line in lines if line is not None), older


@lru_cache(maxsize=10_000)
def _line_told(values: tuple[Any, ...], firm: int, _here: tuple[Any, ...]) -> Told | None:
    """None is half of a hand-over. What was entered never changes: in one language, on one day, it is told once."""
    line = Line(*values)
    line = line._replace(body=json.loads(line.body or "null"))
    return None if _is_half_of_a_hand_over(line) else _told(line, places.of(line), firm)


def _is_half_of_a_hand_over(entry: Any) -> bool:
    """The end of the former assignment; the hand-over itself stands beside it."""
    return entry.kind == "assignment.ended" and (entry.body or {}).get("reason") == "handed_over"


def audit(
    enterprise_id: int, *, before: int | None = None, restricted: bool = False
) -> tuple[Sequence[Any], int | None]:
    """Everything, unworded, for those who may read the history; what is `restricted` only for those who may see it."""
    query = _newest(None) if restricted else _newest(None).where(Entry.level != Level.RESTRICTED)
    rows = read(query, {"firm": enterprise_id, "before": before or NO_END}).all()
    return rows[:ENTRIES_AT_ONCE], rows[ENTRIES_AT_ONCE - 1].id if len(rows) > ENTRIES_AT_ONCE else None


def told(rows: Sequence[Any]) -> tuple[Told, ...]:
    """In sentences."""
    return tuple(_told(entry, None, None) for entry in rows)


def _told(entry: Any, place: places.Place | None, firm: int | None) -> Told:
    """In the file of a firm each visit opens its page, and one that is void or at another firm by now is struck; what
    was talked about or promised there is not told here any more."""
    sentence = tell(entry.kind, entry.body or {})
    by = str(PROGRAMS.get(entry.actor_name, entry.actor_name)) if entry.actor_id is None else entry.actor_name
    is_away = place is not None and place.enterprise_id != firm
    is_struck = entry.kind.endswith(STRUCK) and (is_away or (place is not None and place.is_void))
    body = "" if is_away and entry.kind != MOVED_AWAY else sentence.body
    url = address(PAGES[entry.subject_kind], **{f"{entry.subject_kind}_id": entry.subject_id}) if place else None
    return Told(
        entry.id, sentence.icon, entry.at, by, str(sentence.what), body, None if is_away else url, is_struck
    )  # fmt: skip


@cache
def _newest(chip: str | None) -> Select[*tuple[Any, ...]]:
    """Built once for each chip; None is everything. Parameters: `firm`, and the id `before` which they stand."""
    firm: Any = bindparam("firm")
    firms = select(Enterprise.id).where(or_(Enterprise.id == firm, Enterprise.merged_into_id == firm))
    query: Select[*tuple[Any, ...]] = select(Entry) if chip is None else places.joined(select(*TOLD, *places.SHOWN))
    query = (
        query.where(Entry.enterprise_id.in_(firms), Entry.id < bindparam("before"))
        .order_by(Entry.id.desc())
        .limit(ENTRIES_AT_ONCE + 1)
    )
    if chip is None:
        return query
    if chip in CHIPS:
        query = query.where(or_(*(Entry.kind.startswith(prefix) for prefix in CHIPS[chip][1])))
    said_once = or_(Entry.enterprise_id == firm, ~Entry.kind.startswith("merge."))  # a merge is entered at both
    return query.where(Entry.level != Level.RESTRICTED, Entry.kind.not_in(ONLY_AUDIT), said_once)
