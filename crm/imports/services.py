"""Acts on an import run: begin it, correct its columns, give it to the background, discard it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import delete

from crm import jobs
from crm.accounts.models import Unit
from crm.core.db import db, lock
from crm.core.errors import Stale
from crm.core.staging import Line
from crm.core.types import canonical
from crm.core.words import Say, say
from crm.files import store
from crm.files.store import Stashed
from crm.imports.checking import NoRows
from crm.imports.kinds import KINDS
from crm.imports.models import ImportRow, ImportRun, RunState
from crm.imports.reading import Reading, describe
from crm.sheets.unreadable import Unreadable
from crm.timeline import Actor, record

JOB = "imports.check"
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".csv": "text/csv",
}
OPEN = (RunState.COLUMNS, RunState.CHECKING, RunState.CHECKED, RunState.FAILED)


def begin(
    kind: str, stashed: Stashed, reading: Reading, *, name: str, unit: Unit, by: Actor, options: Mapping[str, Any]
) -> ImportRun:
    """A run with its stored file and the columns as they were recognised."""
    suffix = Path(name).suffix.lower()
    stored = store.keep(stashed, name=name, media_type=MEDIA_TYPES.get(suffix, "application/octet-stream"), by_id=by.id)
    run = ImportRun(
        kind=kind, file_id=stored.id, unit_id=unit.id, state=RunState.COLUMNS, options=dict(options),
        sheets=describe(reading), by_id=by.id, by_name=by.name,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    record(None, "import.uploaded", by=by, subject=("import_run", run.id), source=name, unit=unit.name)
    return run


def sheet_defaults(kind: str, reading: Reading) -> dict[str, dict[str, Any]]:
    """What sheet names say, for the fields that their tables have no column of."""
    found = KINDS[kind].sheet.defaults([table.sheet for table in reading.tables])
    lacking = {
        table.sheet: {field for field in found.get(table.sheet, {}) if not table.column(field)}
        for table in reading.tables
    }
    return {sheet: {field: found[sheet][field] for field in fields} for sheet, fields in lacking.items() if fields}


def check_later(run: ImportRun, options: Mapping[str, Any], *, by: Actor) -> None:
    """Keep the corrected columns and leave the check to the background process."""
    lock(run)
    if run.state not in OPEN:
        raise Stale(run)
    run.options = {**run.options, **options}
    run.state, run.problem = RunState.CHECKING, ""
    run.job_id = jobs.submit(JOB, {"run": run.id}, by=by).id
    db.session.flush()


def fail(run: ImportRun, why: list[Say]) -> None:
    run.state, run.problem = RunState.FAILED, canonical([words.as_json() for words in why])
    db.session.flush()


def problem(run: ImportRun) -> list[Say]:
    """Why the file could not be checked, in the reader's language."""
    return [Say.from_json(stored) for stored in json.loads(run.problem)] if run.problem else []


def reasons(unusable: Unreadable | NoRows) -> list[Say]:
    return unusable.why if isinstance(unusable, NoRows) else [unusable.say]


def keep_choices(run: ImportRun, choices: Mapping[str, Any]) -> None:
    """What was typed on the check page, for the next time it is shown."""
    run.options = {**run.options, "choices": dict(choices)}
    db.session.flush()


def changed_since(stale: Stale) -> Say:
    """Which rows stand otherwise than they were checked."""
    lines = stale.current if isinstance(stale.current, list) else []
    if lines and isinstance(lines[0], Line):
        told = "、".join(f"{line.sheet} {line.number} {line.said.get('name', '')}" for line in lines[:10])
        return say("Changed since the check, nothing was written: %(rows)s. Check the file again", rows=told)
    return say("The register changed since the check, nothing was written. Check the file again")


def discard(run: ImportRun, *, by: Actor) -> None:
    """Take the staged rows and the file away; what was written stays written."""
    lock(run)
    if run.state not in OPEN:
        raise Stale(run)
    db.session.execute(delete(ImportRow).where(ImportRow.run_id == run.id))
    store.remove(run.file)
    run.state = RunState.DISCARDED
    db.session.flush()
    record(None, "import.discarded", by=by, subject=("import_run", run.id), source=run.file.name)
