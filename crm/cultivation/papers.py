"""Papers behind steps: stored once however often they are sent, shown only through the clause of their track."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import contains_eager

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.words import say
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.queries import proposals_seen_by, seen_by
from crm.cultivation.rules.states import State
from crm.cultivation.telling import tell_paper
from crm.enterprises.models import Enterprise
from crm.files import store
from crm.files.models import StoredFile
from crm.timeline import Actor

MOST_FILES = 20


@dataclass(frozen=True)
class Sent:
    """Bytes that are safe on the disk, what the paper is, and until when it holds."""

    stashed: store.Stashed
    name: str
    media_type: str
    what: str
    ends_on: date | None = None


def attach(step: TrackEvent | TrackProposal, sent: Sent, *, by: Actor) -> TrackPaper | None:
    """None when the very same bytes hang on the step already. Raises RuleBroken without words of what it is."""
    enterprise = db.session.get_one(Enterprise, firm_of(step))
    lock(enterprise)
    if not sent.what.strip():
        raise RuleBroken([Obstacle("what", say("Say what the paper is"))])
    if isinstance(step, TrackProposal) and step.outcome != "waiting":
        raise Stale(step)
    if db.session.scalar(_of(step).where(StoredFile.sha256 == sent.stashed.sha256).limit(1)) is not None:
        return None
    if (db.session.scalar(select(func.count()).select_from(_of(step).subquery())) or 0) >= MOST_FILES:
        raise RuleBroken(say("A step takes at most %(n)s files", n=MOST_FILES), "files")
    kept = store.keep(sent.stashed, name=sent.name, media_type=sent.media_type, by_id=by.id)
    made = TrackPaper(
        enterprise_id=enterprise.id, file_id=kept.id, what=sent.what.strip()[:80], ends_on=sent.ends_on,
        added_by_id=by.id, added_by_name=by.name,
        **{"event_id" if isinstance(step, TrackEvent) else "proposal_id": step.id},
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    tell_paper(step, "track.paper_added", made.what, kept.name, by)
    return made


def detach(paper: TrackPaper, *, by: Actor) -> None:
    """It is gone from the page at once, from the disk after 30 days."""
    lock(db.session.get_one(Enterprise, paper.enterprise_id))
    if paper.file.removed_at is not None:
        raise Stale(paper)
    store.remove(paper.file)
    tell_paper(step_of(paper), "track.paper_removed", paper.what, paper.file.name, by)


def pass_to(event: TrackEvent, proposal: TrackProposal) -> None:
    """What hung on the step that waited hangs on the event."""
    db.session.execute(update(TrackPaper).where(TrackPaper.proposal_id == proposal.id).values(event_id=event.id))


def step_of(paper: TrackPaper) -> TrackEvent | TrackProposal:
    if paper.event_id is not None:
        return db.session.get_one(TrackEvent, paper.event_id)
    return db.session.get_one(TrackProposal, paper.proposal_id)


def firm_of(step: TrackEvent | TrackProposal) -> int:
    if isinstance(step, TrackProposal):
        return step.enterprise_id
    return db.session.get_one(Track, step.track_id).enterprise_id


def of_events(ids: Collection[int]) -> dict[int, list[TrackPaper]]:
    """By event, in the order they came."""
    found: dict[int, list[TrackPaper]] = defaultdict(list)
    for paper in db.session.scalars(_kept().where(among(TrackPaper.event_id, ids))) if ids else ():
        found[paper.event_id or 0].append(paper)
    return found


def of_proposals(ids: Collection[int]) -> dict[int, list[TrackPaper]]:
    found: dict[int, list[TrackPaper]] = defaultdict(list)
    for paper in db.session.scalars(_kept().where(among(TrackPaper.proposal_id, ids))) if ids else ():
        found[paper.proposal_id or 0].append(paper)
    return found


def one_seen_by(user: User, paper_id: int) -> TrackPaper | None:
    return db.session.scalar(_kept().where(TrackPaper.id == paper_id, papers_seen_by(user)))


def papers_seen_by(user: User) -> ColumnElement[bool]:
    """Through the clause of the track, or of the step that waits."""
    events = select(TrackEvent.id).join(Track, Track.id == TrackEvent.track_id).where(seen_by(user))
    waiting = select(TrackProposal.id).where(proposals_seen_by(user))
    return or_(TrackPaper.event_id.in_(events), TrackPaper.event_id.is_(None) & TrackPaper.proposal_id.in_(waiting))


def missing(state: State, document_no: str, there: Sequence[TrackPaper]) -> list[str]:
    """What of the state's list of evidence nobody has handed in, by its Chinese words."""
    known = {paper.what for paper in there}
    return [each.zh for each in state.evidence if each.zh not in known and not (each.number and document_no.strip())]


def _kept() -> Select[TrackPaper]:
    query = select(TrackPaper).join(TrackPaper.file).where(StoredFile.removed_at.is_(None))
    return query.options(contains_eager(TrackPaper.file)).order_by(TrackPaper.id)


def _of(step: TrackEvent | TrackProposal) -> Select[TrackPaper]:
    owner = TrackPaper.event_id if isinstance(step, TrackEvent) else TrackPaper.proposal_id
    return _kept().where(owner == step.id)
