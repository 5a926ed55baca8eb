"""Photos and papers of a visit: stored once however often they are sent, shown only through the visit's clause."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from crm.accounts.models import User
from crm.core.db import db, lock
from crm.core.errors import RuleBroken, Stale
from crm.core.words import say
from crm.files import store
from crm.files.models import StoredFile
from crm.timeline import record
from crm.visits.models import Visit, VisitFile, VisitState

MOST_FILES = 20


def of(visit: Visit) -> Sequence[StoredFile]:
    """What is attached, in the order it came."""
    return db.session.scalars(_attached(visit).order_by(VisitFile.id)).all()


def one_of(visit: Visit, file_id: int) -> StoredFile | None:
    return db.session.scalar(_attached(visit).where(StoredFile.id == file_id))


def attach(visit: Visit, stashed: store.Stashed, *, name: str, media_type: str, by: User) -> bool:
    """False when the very same bytes hang on the visit already (a photo sent twice)."""
    lock(visit)
    if visit.state == VisitState.VOIDED:
        raise Stale(visit)
    if db.session.scalar(_attached(visit).where(StoredFile.sha256 == stashed.sha256).limit(1)) is not None:
        return False
    count = db.session.scalar(select(func.count()).select_from(_attached(visit).subquery())) or 0
    if count >= MOST_FILES:
        raise RuleBroken(say("A visit takes at most %(n)s files", n=MOST_FILES), "files")
    kept = store.keep(stashed, name=name, media_type=media_type, by_id=by.id)
    db.session.add(VisitFile(visit_id=visit.id, file_id=kept.id))
    db.session.flush()
    record(visit.enterprise_id, "visit.file_added", by=by, subject=("visit", visit.id), name=name)
    return True


def detach(visit: Visit, file: StoredFile, *, by: User) -> None:
    """It is gone from the page at once, from the disk after 30 days."""
    lock(visit)
    if one_of(visit, file.id) is None:
        raise Stale(visit)
    store.remove(file)
    record(visit.enterprise_id, "visit.file_removed", by=by, subject=("visit", visit.id), name=file.name)


def _attached(visit: Visit) -> Select[StoredFile]:
    hangs = (VisitFile.visit_id == visit.id, StoredFile.removed_at.is_(None))
    return select(StoredFile).join(VisitFile, VisitFile.file_id == StoredFile.id).where(*hangs)
