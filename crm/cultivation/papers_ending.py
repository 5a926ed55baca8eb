"""Papers that end: 90 days before, a follow-up is opened for whoever serves the firm, once for each paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, lock, writing
from crm.core.errors import RuleBroken
from crm.core.pages import speaking
from crm.core.words import Say, say
from crm.cultivation import terms
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.paper_models import TrackPaper
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.timeline import SCHEDULER

DUE_BEFORE = timedelta(days=30)


def nightly() -> str | None:
    """Says how many follow-ups it opened."""
    opened = sum(_ask(paper_id) for paper_id in to_ask(clock.today()))
    return f"{opened} follow-ups" if opened else None


def to_ask(today: date) -> Sequence[int]:
    """Papers of open tracks of firms in the zone for which no follow-up was opened yet."""
    query: Any = terms.ending(today, TrackPaper.id).join(Track, Track.id == TrackEvent.track_id)
    query = query.join(Enterprise, Enterprise.id == TrackPaper.enterprise_id)
    waits = (TrackPaper.asked_on.is_(None), Track.is_open, Enterprise.standing == Standing.ACTIVE)
    return db.session.scalars(query.where(*waits)).all()


def _ask(paper_id: int) -> bool:
    """One act each; a firm that nobody serves waits until somebody does."""
    try:
        with writing():
            return _open_followup(db.session.get_one(TrackPaper, paper_id))
    except RuleBroken:
        return False


def _open_followup(paper: TrackPaper) -> bool:
    lock(paper)
    enterprise = db.session.get_one(Enterprise, paper.enterprise_id)
    serves = commissioner_of(enterprise.id)
    if serves is None or paper.asked_on is not None or paper.file.removed_at is not None:
        return False
    owner = db.session.get_one(User, serves.commissioner_id)
    with speaking("zh_Hans_CN"):
        text = str(_words(paper))
    assert paper.ends_on is not None
    due_on = max(clock.today(), paper.ends_on - DUE_BEFORE)
    followups.add(enterprise, owner=owner, text=text, due_on=due_on, by=SCHEDULER, origin=("track_paper", paper.id))
    paper.asked_on = clock.today()
    return True


def _words(paper: TrackPaper) -> Say:
    """Follow-ups are read by more people than plans are: of those it names nothing."""
    event = db.session.get_one(TrackEvent, paper.event_id)
    if db.session.get_one(Track, event.track_id).is_restricted:
        return say("A paper ends on %(day)s: renew it (see its tab in the file)", day=paper.ends_on)
    return say("“%(paper)s” ends on %(day)s: renew it", paper=paper.what, day=paper.ends_on)
