"""Taking a written run back within a day: everything it made goes, everything it changed is as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Column, ColumnElement, Date, Row, Table, and_, bindparam, delete, or_, select, update

from crm.core import clock
from crm.core.among import among
from crm.core.db import db, lock, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.journal import parts
from crm.core.staging import SheetKind
from crm.core.types import UtcDateTime
from crm.core.words import say
from crm.imports.kinds import KINDS
from crm.imports.models import ImportChange, ImportRun, RunState
from crm.imports.touched import Touched, followers, touched_since
from crm.timeline import Actor, record

WITHIN = timedelta(hours=24)
NEVER_BACK = frozenset({"version", "updated_at"})
"""A form opened in between must not fit again."""
Change = Row[Any]


def may_undo(run: ImportRun) -> bool:
    is_kept = run.state != RunState.WRITTEN or run.written_at is None or KINDS[run.kind].is_final
    return not is_kept and run.written_at is not None and clock.now() <= run.written_at + WITHIN


def undo(run_id: int, *, by: Actor) -> None:
    """Opens its own `writing()`. Raises Stale when it is undone already, RuleBroken after a day, Touched when
    somebody has worked since on what the run wrote."""
    with writing():
        run = db.session.get_one(ImportRun, run_id)
        lock(run)
        if run.state != RunState.WRITTEN:
            raise Stale(run)
        if KINDS[run.kind].is_final:
            raise RuleBroken(say("What such a table brings is not deleted: correct it step by step"))
        if not may_undo(run):
            raise RuleBroken(say("An import can be taken back within 24 hours only"))
        changes = _changes(run_id)
        if touched := touched_since(run):
            raise Touched(touched)
        _take_back(changes, KINDS[run.kind].sheet)
        run.state, run.undone_at = RunState.UNDONE, clock.now()
        db.session.flush()
        record(None, "import.undone", by=by, subject=("import_run", run.id), source=run.file.name)


def _changes(run_id: int) -> list[Change]:
    """The newest first."""
    table = ImportChange.__table__
    query = select(table.c.table_name, table.c.row_id, table.c.enterprise_id, table.c.before)
    return list(db.session.execute(query.where(table.c.run_id == run_id).order_by(table.c.id.desc())))


def _take_back(changes: Sequence[Change], sheet: SheetKind) -> None:
    """New rows that hang on an enterprise go first, so that what they replaced may come back; then their roots."""
    made = [change for change in changes if change.before is None]
    changed = [change for change in changes if change.before is not None]
    new = {change.row_id for change in made if change.table_name == "enterprise"}
    kept = sorted({change.enterprise_id for change in changed if change.enterprise_id} - new)
    seen = sheet.look(kept)
    hanging, roots = _split(made)
    for table, rows in hanging:
        _delete(table, rows)
    _restore(changed)
    for model in sheet.derived:
        for some in parts(sorted(new)):
            db.session.execute(delete(model).where(among(model.enterprise_id, some)))
    for table, rows in roots:
        if left := followers(table, [row.row_id for row in rows]):
            raise Touched(left)
        _delete(table, rows)
    sheet.mend(kept, seen)


Made = list[tuple[Table, list[Change]]]


def _split(made: Iterable[Change]) -> tuple[Made, Made]:
    """(rows of an enterprise, other rows), each with the tables that refer to others first."""
    by_table: dict[str, list[Change]] = {}
    for change in made:
        by_table.setdefault(change.table_name, []).append(change)
    ordered = [(table, by_table[table.name]) for table in reversed(db.metadata.sorted_tables) if table.name in by_table]
    hanging = [pair for pair in ordered if _hangs(pair[0])]
    return hanging, [pair for pair in ordered if not _hangs(pair[0])]


def _hangs(table: Table) -> bool:
    """On an enterprise, or on a row that does (who came along on a visit)."""
    referred = (key.column.table for key in table.foreign_keys)
    return "enterprise_id" in table.c or any("enterprise_id" in other.c for other in referred)


def _key(table: Table) -> Column[Any]:
    """The column `row_id` speaks of: the id, or the other half of (enterprise_id, …)."""
    return next(column for column in table.primary_key if column.name != "enterprise_id")


def _delete(table: Table, rows: Sequence[Change]) -> None:
    key = _key(table)
    for some in parts(rows):
        if key.name == "id":
            where: ColumnElement[bool] = key.in_([row.row_id for row in some])
        else:
            where = or_(*(and_(key == row.row_id, table.c.enterprise_id == row.enterprise_id) for row in some))
        db.session.execute(delete(table).where(where))


def _restore(changed: Iterable[Change]) -> None:
    """In reverse order, rows with the same columns together: a contact must cease to be primary before another is."""
    for (name, columns), rows in groupby(changed, key=lambda row: (row.table_name, tuple(sorted(row.before)))):
        table = db.metadata.tables[name]
        back = [column for column in columns if column not in NEVER_BACK]
        if back:
            _restore_alike(table, back, rows)


def _restore_alike(table: Table, columns: Sequence[str], rows: Iterable[Change]) -> None:
    key = _key(table)
    statement = update(table).where(key == bindparam("_key"))
    if key.name != "id":
        statement = statement.where(table.c.enterprise_id == bindparam("_firm"))
    values: dict[str, Any] = {column: bindparam(f"_{column}") for column in columns}
    values |= {"version": table.c.version + 1} if "version" in table.c else {}
    given = [
        {
            "_key": row.row_id,
            "_firm": row.enterprise_id,
            **{f"_{name}": value for name, value in _thawed(table, columns, row)},
        }
        for row in rows
    ]
    db.session.connection().execute(statement.values(values), given)


def _thawed(table: Table, columns: Sequence[str], row: Change) -> Iterator[tuple[str, Any]]:
    """Days and instants out of the JSON they were kept in."""
    for name in columns:
        value, kind = row.before[name], table.c[name].type
        if isinstance(value, str) and isinstance(kind, Date):
            value = date.fromisoformat(value)
        elif isinstance(value, str) and isinstance(kind, UtcDateTime):
            value = datetime.fromisoformat(value)
        yield name, value
