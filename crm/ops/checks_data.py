"""What the doctor looks at in the rows: administrators, orphans, derived columns, the chain of records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, func, select, text, update

from crm.accounts import throttle
from crm.accounts.models import Post, User
from crm.core import clock
from crm.core.db import db, writing
from crm.core.settings import Settings
from crm.core.words import say
from crm.cultivation import mending, outlooks, rungs
from crm.enterprises import search_index
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.files.models import StoredFile
from crm.followups.models import Followup, FollowupState
from crm.ops.doctor import Check, Finding, Weight
from crm.permissions import Role
from crm.tiers import cadence
from crm.timeline import Entry, Seal
from crm.timeline.services import digest
from crm.visits.models import Visit, VisitState

MOST_SEARCHED = 500
"""Firms whose search index is compared at each visit to the doctor."""


def administrators(_settings: Settings) -> Iterator[Finding]:
    held = select(func.count()).select_from(Post).join(User, User.id == Post.user_id)
    today = clock.today()
    in_force = (Post.since <= today, (Post.until.is_(None)) | (Post.until > today))
    if not db.session.scalar(held.where(Post.role == Role.ADMINISTRATOR, User.active.is_(True), *in_force)):
        yield Finding(
            Weight.ERROR,
            20,
            say("Nobody is administrator"),
            say("Run: flask --app wsgi create-admin NAME --mobile NUMBER"),
        )


def orphans(_settings: Settings) -> Iterator[Finding]:
    if db.engine.dialect.name == "sqlite" and (row := db.session.execute(text("PRAGMA foreign_key_check")).first()):
        yield Finding(
            Weight.ERROR,
            21,
            say("A row of %(table)s points to a row that is gone", table=row[0]),
            say("Somebody changed the database by hand: restore a backup or ask for help"),
        )


def left_behind(_settings: Settings) -> Iterator[Finding]:
    query = select(func.count()).select_from(Assignment).join(User, User.id == Assignment.commissioner_id)
    if count := db.session.scalar(query.where(Assignment.ended_on.is_(None), User.active.is_(False))):
        yield Finding(
            Weight.WARNING,
            22,
            say("%(n)s enterprises are served by people who have been deactivated", n=count),
            say("Hand them over"),
        )


def stored_files(settings: Settings) -> Iterator[Finding]:
    names = db.session.scalars(select(StoredFile.stored_as).where(StoredFile.removed_at.is_(None)))
    gone = [name for name in names if not (settings.data_dir / "files" / name[:2] / name).is_file()]
    if gone:
        yield Finding(
            Weight.ERROR,
            23,
            say("%(n)s stored files are missing on the disk, first %(name)s", n=len(gone), name=gone[0]),
            say("Restore the folder files/ from a backup"),
        )


DERIVED = {
    "last_visit_on": say("The last visit"),
    "last_contact_on": say("The last contact"),
    "open_followups": say("The number of open follow-ups"),
}


def derived() -> dict[str, Select[Any]]:
    """For each derived column of `enterprise` what it must be, computed from the rows it comes from."""
    done = select(func.max(Visit.visited_on)).where(
        Visit.enterprise_id == Enterprise.id, Visit.state == VisitState.DONE
    )
    openly = select(func.count()).where(Followup.enterprise_id == Enterprise.id, Followup.state == FollowupState.OPEN)
    return {"last_visit_on": done.where(Visit.counts.is_(True)), "last_contact_on": done, "open_followups": openly}


def _disagreeing(column: str, wanted: Select[Any]) -> Any:
    """Initial dates from an import stand where no visit is known; everything else must be equal."""
    must, stands = wanted.scalar_subquery(), getattr(Enterprise, column)
    return must.is_not(None) & (stands.is_(None) | (stands < must if column != "open_followups" else stands != must))


def derived_columns(_settings: Settings) -> Iterator[Finding]:
    for column, wanted in derived().items():
        if count := db.session.scalar(select(func.count()).select_from(Enterprise).where(_disagreeing(column, wanted))):
            yield Finding(
                Weight.WARNING,
                24,
                say("%(column)s of %(n)s enterprises disagrees with its rows", column=DERIVED[column], n=count),
                say("Run: flask --app wsgi doctor --mend"),
            )


def due_days(_settings: Settings) -> Iterator[Finding]:
    if count := len(cadence.wrong()):
        yield Finding(
            Weight.WARNING,
            24,
            say("%(column)s of %(n)s enterprises disagrees with its rows", column=say("Next visit due"), n=count),
            say("Run: flask --app wsgi doctor --mend"),
        )


def search_rows(_settings: Settings) -> Iterator[Finding]:
    """Of a large register each day another share is looked at."""
    ids = _all_ids()
    step = len(ids) // MOST_SEARCHED + 1
    if count := len(search_index.wrong(ids[clock.today().toordinal() % step :: step])):
        yield Finding(
            Weight.WARNING,
            27,
            say("%(n)s enterprises are not found by all that they are called now", n=count),
            say("Run: flask --app wsgi doctor --mend"),
        )


def tracks(_settings: Settings) -> Iterator[Finding]:
    if count := len({*mending.wrong(), *outlooks.wrong()}):
        yield Finding(
            Weight.WARNING,
            28,
            say("%(n)s tracks disagree with their events", n=count),
            say("Run: flask --app wsgi doctor --mend"),
        )


def rungs_of_tracks(_settings: Settings) -> Iterator[Finding]:
    if count := len(rungs.wrong()):
        yield Finding(
            Weight.WARNING,
            28,
            say("%(column)s of %(n)s enterprises disagrees with its rows", column=say("The rung"), n=count),
            say("Run: flask --app wsgi doctor --mend"),
        )


def _all_ids() -> Sequence[int]:
    return db.session.scalars(select(Enterprise.id).order_by(Enterprise.id)).all()


def mend() -> int:
    """Recompute every derived column and every row of the search index that disagrees; returns how many changed."""
    changed = 0
    unfound = search_index.wrong(_all_ids())
    with writing() as session:
        for column, wanted in derived().items():
            done = session.execute(
                update(Enterprise)
                .where(_disagreeing(column, wanted))
                .values({column: wanted.scalar_subquery()})
                .execution_options(synchronize_session=False)
            )
            changed += done.rowcount  # type: ignore[attr-defined]
        search_index.mend(unfound)
    of_tracks = mending.mend() + outlooks.mend() + rungs.mend()
    return changed + cadence.mend() + len(unfound) + of_tracks


def chain(_settings: Settings) -> Iterator[Finding]:
    broken = first_broken_entry()
    if broken is not None:
        yield Finding(
            Weight.ERROR,
            25,
            say("The record was altered from entry %(id)s on", id=broken),
            say("Keep this database as it is and compare it with the backups"),
        )


def first_broken_entry() -> int | None:
    """The id of the first entry whose digest or whose place in the chain is wrong; None when all is unaltered."""
    query = select(*Entry.__table__.columns, Seal.hash.label("sealed")).join(Seal, Seal.entry_id == Entry.id)
    piecemeal = query.order_by(Seal.id).execution_options(yield_per=1000)
    with db.engine.connect() as connection, connection.execute(piecemeal) as entries:
        broken = next(_breaks(entries.mappings()), None)
    missing = select(func.min(Seal.entry_id)).where(~select(Entry.id).where(Entry.id == Seal.entry_id).exists())
    return broken if broken is not None else db.session.scalar(missing)


def _breaks(entries: Iterable[RowMapping]) -> Iterator[int]:
    previous = ""
    for entry in entries:
        if entry["body"] is not None and digest(dict(entry)) != entry["digest"]:
            yield int(entry["id"])
        previous = hashlib.sha256(f"{previous}|{entry['id']}|{entry['digest']}".encode()).hexdigest()
        if previous != entry["sealed"]:
            yield int(entry["id"])


def guessed_accounts(_settings: Settings) -> Iterator[Finding]:
    if number := throttle.guessed_accounts():
        yield Finding(
            Weight.WARNING,
            26,
            say("%(n)s accounts met fifty or more wrong passwords within a day", n=number),
            say("Look into the log for the addresses they came from; give the people concerned new passwords"),
        )


ALL: tuple[Check, ...] = (
    administrators,
    orphans,
    left_behind,
    stored_files,
    derived_columns,
    due_days,
    search_rows,
    tracks,
    rungs_of_tracks,
    chain,
    guessed_accounts,
)
