"""Checking a run: the file becomes staged rows, each with what it would do or what is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete

from crm.core import clock
from crm.core.bulk import insert_many, keeping_all
from crm.core.db import db, writing
from crm.core.failpoint import failpoint
from crm.core.staging import Errand, Findings, Line
from crm.core.words import Say, say, shortened
from crm.files import store
from crm.imports.headers import Table
from crm.imports.kinds import KINDS, Kind
from crm.imports.lines import Reader
from crm.imports.models import ImportRow, ImportRun, RunState
from crm.imports.reading import Reading, Role, Wishes, read_tables, roles, unread
from crm.imports.synonyms import vocabulary

Progress = Callable[[int, int], None]
MOST_ROWS = 20_000
"""What a machine compares in about 300 MB; a larger register comes in several files."""
NAMED = frozenset({"commissioner", "deputy", "leader"})


@dataclass
class Checked:
    """What a check found, before it is staged."""

    kind: str
    lines: list[Line]
    labels: dict[tuple[str, str], str]
    columns: dict[tuple[str, str], int]
    findings: Findings
    notices: list[Say]
    extras: dict[str, str] = field(default_factory=dict)


class NoRows(Exception):
    """No sheet has a header, so there is nothing to check; or `has_too_many`: more rows than one run may have."""

    def __init__(self, reading: Reading) -> None:
        self.has_too_many = reading.rows > MOST_ROWS
        self.why = [none.why for none in reading.without] or [say("The file has no rows")]
        if self.has_too_many:
            told = {"rows": reading.rows, "limit": MOST_ROWS}
            self.why = [say("%(rows)s rows are more than the %(limit)s of one import: split the file", **told)]
        super().__init__("no header")


def usable(reading: Reading) -> Reading:
    """The reading, or NoRows."""
    if not reading.tables or reading.rows > MOST_ROWS:
        raise NoRows(reading)
    return reading


@keeping_all()
def check(run_id: int, progress: Progress) -> None:
    """Read, plan, stage. Safe to repeat: older staged rows of the run go first. Raises Unreadable or NoRows."""
    run = db.session.get_one(ImportRun, run_id)
    kind, errand = KINDS[run.kind], errand_of(run)
    wishes = Wishes(run.options.get("mapping", {}), run.options.get("extras", {}))
    path = store.path_of(run.file.stored_as)
    reading = usable(read_tables(path, name=run.file.name, kind=run.kind, mapping=wishes.mapping))
    checked = _checked(kind, errand, reading, wishes, run.options.get("defaults", {}), progress)
    with writing():
        _stage(run_id, checked)
        failpoint("import.staged")
        _settle(db.session.get_one(ImportRun, run_id), checked, reading)
    progress(reading.rows, reading.rows)


def errand_of(run: ImportRun) -> Errand:
    """On whose behalf: the person who uploaded, or the command line."""
    from crm.accounts.models import Unit, User
    from crm.timeline import Program

    user = db.session.get(User, run.by_id) if run.by_id else None
    unit = db.session.get_one(Unit, run.unit_id)
    kept = run.options.get("kept", {})
    enters = bool(run.options.get("enters_unknown"))
    return Errand(unit, user or Program(run.by_name), user, run.file.name, clock.today(), kept, enters)


def _checked(
    kind: Kind, errand: Errand, reading: Reading, wishes: Wishes, defaults: Mapping[str, Any], progress: Progress
) -> Checked:
    known = kind.sheet.own_columns() if kind.keeps_extras else {}
    checked = Checked(kind.key, [], {}, {}, Findings(), list(reading.notices))
    remarks: list[Say] = []
    for table in reading.tables:
        taken = roles(table, reading, wishes, known)
        reader = Reader(table, taken, reading.words, defaults.get(table.sheet, {}))
        done = len(checked.lines)
        checked.lines += reader.lines(lambda count, done=done: progress(done + count, reading.rows * 2))  # type: ignore[misc]
        remarks += reader.remarks
        _note_labels(checked, table, taken)
        checked.notices += _unread(table, taken)
    progress(reading.rows, reading.rows * 2)
    checked.findings = kind.sheet.plan(checked.lines, errand)
    checked.notices += [none.why for none in reading.without] + checked.findings.notices + shortened(remarks)
    return checked


def _note_labels(checked: Checked, table: Table, taken: list[Role]) -> None:
    for role in taken:
        key = (table.sheet, role.field or f"extra:{role.extra}")
        checked.labels.setdefault(key, role.column.label)
        checked.columns.setdefault(key, role.column.index)
        if role.extra:
            checked.extras[role.extra] = str(role.kind)


def _unread(table: Table, taken: list[Role]) -> list[Say]:
    heads = unread(table, taken)
    if not heads:
        return []
    return [say("Sheet “%(sheet)s”: columns not read: %(heads)s", sheet=table.sheet, heads="、".join(heads))]


def _stage(run_id: int, checked: Checked) -> None:
    db.session.execute(delete(ImportRow).where(ImportRow.run_id == run_id))
    insert_many(ImportRow.__table__, (_row(run_id, line, checked) for line in checked.lines))


def _row(run_id: int, line: Line, checked: Checked) -> dict[str, Any]:
    typed = {key: text for key, text in line.typed.items() if key in NAMED and ("(" in text or "（" in text)}
    return {
        "run_id": run_id,
        "sheet": line.sheet,
        "number": line.number,
        "outcome": str(line.outcome),
        "content": {"said": line.said, "typed": typed},
        "errors": [_error(line, fault, checked) for fault in line.faults] or None,
        "changes": line.changes or None,
        "target_id": line.target,
        "target_version": line.version,
    }


def _error(line: Line, fault: Any, checked: Checked) -> dict[str, Any]:
    key = (line.sheet, fault.field)
    return {
        "column": checked.labels.get(key) or _head(checked.kind, fault.field),
        "index": checked.columns.get(key),
        "value": fault.value,
        "reason": fault.why.as_json(),
    }


def _head(kind: str, field: str) -> str:
    """How a column that the file lacks would be headed."""
    known = vocabulary(kind).fields.get(field)
    return known.zh if known else field.removeprefix("extra:")


def _settle(run: ImportRun, checked: Checked, reading: Reading) -> None:
    outcomes = Counter(str(line.outcome) for line in checked.lines)
    findings = checked.findings
    run.counts = {
        "rows": len(checked.lines),
        **{name: outcomes.get(name, 0) for name in ("new", "update", "same", "repeat", "error")},
        "errors": sum(len(line.faults) for line in checked.lines),
        "officials": findings.officials,
        "units": findings.units,
        "loads": findings.loads,
        **findings.counted,
    }
    run.notices = [notice.as_json() for notice in checked.notices]
    run.options = {
        **run.options,
        "headings": {table.sheet: table.header[-1] for table in reading.tables},
        "skipped_sheets": [none.sheet for none in reading.without],
        "kept": checked.extras,
    }
    run.state, run.problem = RunState.CHECKED, ""
    db.session.flush()
