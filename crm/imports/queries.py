"""Which import runs a person may see, and the staged rows of one, block by block."""

from __future__ import annotations

from flask import abort
from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, or_, select

from crm.accounts.models import Unit, User
from crm.accounts.queries import units_of
from crm.core import clock
from crm.core.db import db
from crm.imports.kinds import KINDS, Kind
from crm.imports.models import ImportRow, ImportRun
from crm.permissions import Permission, Scope

BLOCKS = ("error", "doubt", "change", "deputy", "new", "update", "other", "same", "repeat")
IMPORTS = (Permission.IMPORT, Permission.IMPORT_PEOPLE, Permission.FIGURES_IMPORT)
MAY_OPEN = (*IMPORTS, Permission.ASSIGN, Permission.VISIT_RECORD)
MAY_WORK = (*IMPORTS, Permission.VISIT_RECORD)


def visible(me: User) -> ColumnElement[bool]:
    """Own runs, those read for a unit that one manages, and all of them for an administrator; private ones only own."""
    mine = ImportRun.by_id == me.id
    return and_(
        _in_reach(me, mine), or_(ImportRun.kind.not_in(_private()), and_(mine, ImportRun.kind.in_(_sent_by(me))))
    )


def _private() -> list[str]:
    return [kind.key for kind in KINDS.values() if kind.is_private]


def _sent_by(me: User) -> list[str]:
    return [kind.key for kind in KINDS.values() if me.may(kind.permission)]


def _in_reach(me: User, mine: ColumnElement[bool]) -> ColumnElement[bool]:
    if any(scope == Scope.ALL for scope, _ in me.grants(Permission.IMPORT, clock.today())):
        return ImportRun.id.is_not(None)
    managed = [unit.id for unit in units_of(me, Permission.ASSIGN)]
    return or_(mine, ImportRun.unit_id.in_(managed))


def runs(me: User) -> Select[ImportRun]:
    return select(ImportRun).where(visible(me))


def load(run_id: int, me: User, *, own: bool = False) -> ImportRun:
    """The run, 404 for strangers; `own`: 403 for those who may look at it but not work on it."""
    found = db.session.scalar(runs(me).where(ImportRun.id == run_id)) or abort(404)
    if own and not may_work_on(found, me):
        abort(403)
    return found


def may_work_on(run: ImportRun, me: User) -> bool:
    """Its owner, or an administrator; both only while they may import tables of this kind."""
    kind = KINDS[run.kind]
    grants = me.grants(kind.permission, clock.today())
    everywhere = not kind.is_own and any(scope == Scope.ALL for scope, _ in grants)
    return bool(grants) and (run.by_id == me.id or everywhere)


def kinds_for(me: User) -> list[Kind]:
    return [kind for kind in KINDS.values() if me.may(kind.permission) and not kind.is_own]


def units_for(me: User) -> list[Unit]:
    """Units for which this person may read a table of some kind."""
    found = {unit.id: unit for kind in kinds_for(me) for unit in units_of(me, kind.permission)}
    return list(found.values())


def rows(run: ImportRun, block: str) -> Select[ImportRow]:
    """The staged rows of a block in the order of the file."""
    query = select(ImportRow).where(ImportRow.run_id == run.id).order_by(ImportRow.id)
    return query.where(in_block(block))


def in_block(block: str) -> ColumnElement[bool]:
    """`doubt`: looks wrong; `change`: another commissioner than now; `deputy`: a second name; `other`: more than a
    commissioner changes. They are read off the canonical JSON.
    """
    will_be_written = ImportRow.outcome.in_(("new", "update"))
    if block == "change":
        return will_be_written & _changes().like('%"commissioner":["%')
    if block == "doubt":
        return will_be_written & _changes().like('%"doubts":[%')
    if block == "deputy":
        return will_be_written & _changes().like('%"deputy":[%')
    if block == "other":
        is_alone = _changes().like('{"commissioner":["%') & _changes().not_like('%],"%')
        return (ImportRow.outcome == "update") & ~is_alone
    return ImportRow.outcome == block


def _changes() -> ColumnElement[str]:
    """The text behind the JSON."""
    return cast(ImportRow.changes, Text)


def counted(run: ImportRun) -> dict[str, int]:
    """How many rows each block has, in one statement."""
    sums = [func.count().filter(in_block(block)).label(block) for block in BLOCKS]
    row = db.session.execute(select(*sums).where(ImportRow.run_id == run.id)).one()
    return dict(row._mapping)
