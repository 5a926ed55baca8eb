"""What runs out on open tracks: their legal clock and the papers behind their steps. For cards, rows and filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Exists, Select, and_, exists, false, or_, select
from sqlalchemy.orm import aliased

from crm.core import clock
from crm.core.among import among
from crm.core.db import read
from crm.core.lists import Badge
from crm.core.shown import day
from crm.core.words import Say, say
from crm.cultivation import deadlines
from crm.cultivation.models import Sort, Track, TrackEvent
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.rules.deadlines import Due
from crm.files.models import StoredFile

NEAR = timedelta(days=90)
"""So long before its end a term is shown as near."""


@dataclass(frozen=True)
class Terms:
    """The clock that runs on a track, and its papers that end soon or have ended as (what, day), the first first."""

    due: Due | None = None
    papers: tuple[tuple[str, date], ...] = ()

    @property
    def badges(self) -> list[Badge]:
        found = [_badge(self.due.on, due_words(self.due))] if self.due else []
        if not self.papers:
            return found
        what, on = self.papers[0]
        every = "；".join(f"{each} {day(ends_on)}" for each, ends_on in self.papers)
        return [*found, _badge(on, _paper_words(what, on, len(self.papers)), every if len(self.papers) > 1 else "")]


NOTHING = Terms()


def _badge(on: date, words: Say, title: str = "") -> Badge:
    today = clock.today()
    look = "overdue" if on < today else "soon" if on <= today + NEAR else "neutral"
    return Badge(look, str(words), title)


def due_words(due: Due) -> Say:
    """辅导工作完成函到期 2027-03-01，剩 90 天."""
    told, left = {"clock": due.words, "day": day(due.on)}, due.left(clock.today())
    if left < 0:
        return say("%(clock)s: %(day)s, %(n)s days ago", n=-left, **told)
    return say("%(clock)s: %(day)s, %(n)s days left", n=left, **told) if left else say("%(clock)s: today", **told)


def _paper_words(what: str, on: date, papers: int) -> Say:
    told = {"paper": what, "day": day(on)}
    if on < clock.today():
        more = say("“%(paper)s” ended on %(day)s, and %(n)s more papers", n=papers - 1, **told)
        return more if papers > 1 else say("“%(paper)s” ended on %(day)s", **told)
    more = say("“%(paper)s” ends on %(day)s, and %(n)s more papers", n=papers - 1, **told)
    return more if papers > 1 else say("“%(paper)s” ends on %(day)s", **told)


def of_open(tracks: Sequence[Any]) -> dict[int, Terms]:
    """By track, for rows that tell id, kind, state and day; two statements, whatever the number. Tracks with nothing
    that runs out are left out."""
    if not tracks:
        return {}
    clocks, papers = deadlines.of_open(tracks), _papers([row.id for row in tracks])
    return {number: Terms(clocks.get(number), papers.get(number, ())) for number in clocks.keys() | papers.keys()}


def _papers(track_ids: Collection[int]) -> dict[int, tuple[tuple[str, date], ...]]:
    query: Any = ending(clock.today(), TrackEvent.track_id, TrackPaper.what, TrackPaper.ends_on)
    rows: Any = read(query.where(among(TrackEvent.track_id, track_ids)).order_by(TrackPaper.ends_on, TrackPaper.id))
    found: dict[int, list[tuple[str, date]]] = defaultdict(list)
    for track_id, what, ends_on in rows:
        found[track_id].append((what, ends_on))
    return {track_id: tuple(those) for track_id, those in found.items()}


def ending(today: date, *shown: Any) -> Select[Any]:
    """Papers with their events and files that end soon or have ended, unless one of the same kind ends later or never.

    A paper behind a step that was voided counts for nothing: it neither ends nor renews.
    """
    p, later, its, of_later = TrackPaper, aliased(TrackPaper), aliased(TrackEvent), aliased(StoredFile)
    ends_later = or_(later.ends_on > p.ends_on, and_(later.ends_on.is_(None), later.id > p.id))
    renewed = (
        select(later.id)
        .join(its, its.id == later.event_id)
        .join(of_later, of_later.id == later.file_id)
        .where(its.track_id == TrackEvent.track_id, later.what == p.what, ends_later, of_later.removed_at.is_(None))
        .where(~_voided(its))
    )
    query = select(*shown).select_from(p).join(TrackEvent, TrackEvent.id == p.event_id)
    query = query.join(StoredFile, StoredFile.id == p.file_id)
    soon = (p.ends_on <= today + NEAR, StoredFile.removed_at.is_(None))
    return query.where(*soon, ~_voided(TrackEvent), ~renewed.exists())


def _voided(event: Any) -> Exists:
    by = aliased(TrackEvent)
    return exists().where(by.track_id == event.track_id, by.corrects == event.seq, by.sort == Sort.VOID)


def filtered(text: str) -> ColumnElement[bool]:
    """The filter of board and table: `near` for a clock that ends soon or has ended, `papers` for such papers."""
    today = clock.today()
    if text == "near":
        return deadlines.ends_by(today + NEAR)
    return Track.id.in_(ending(today, TrackEvent.track_id)) if text == "papers" else false()
