"""Writing a checked run: one transaction for everything, or nothing."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from crm.core import clock
from crm.core.bulk import insert_many, keeping_all
from crm.core.db import db, lock, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.failpoint import failpoint
from crm.core.journal import Journal
from crm.core.staging import Choices, Line, Outcome
from crm.core.words import say
from crm.imports.checking import errand_of
from crm.imports.kinds import KINDS
from crm.imports.models import ImportChange, ImportRow, ImportRun, RunState
from crm.timeline import Actor, record

WRITES = (Outcome.NEW.value, Outcome.UPDATE.value)


@keeping_all()
def apply(run_id: int, *, by: Actor, choices: Choices, skips_errors: bool) -> dict[str, int]:
    """Write the sound rows of a checked run. Opens its own `writing()`, reading the staged rows before it.

    Raises RuleBroken while there are errors and `skips_errors` is not set, Stale with the rows whose enterprise
    changed since the check, or with the run when somebody else has written or discarded it.
    """
    lines = staged_lines(run_id)
    with writing():
        run = db.session.get_one(ImportRun, run_id)
        lock(run)
        if run.state != RunState.CHECKED:
            raise Stale(run)
        if run.counts["error"] and not skips_errors:
            raise RuleBroken(say("%(n)s rows have errors: mend them, or write the others only", n=run.counts["error"]))
        journal = Journal()
        done = KINDS[run.kind].sheet.write(lines, errand_of(run), choices, journal)
        _keep(run, journal, done)
        record(None, "import.written", by=by, subject=("import_run", run.id), source=run.file.name, done=done)
        failpoint("import.before_commit")
    return done


def staged_lines(run_id: int) -> list[Line]:
    """The rows to be written, as they were staged."""
    table = ImportRow.__table__
    columns = ("sheet", "number", "outcome", "content", "changes", "target_id", "target_version")
    query = select(*(table.c[name] for name in columns)).where(table.c.run_id == run_id, table.c.outcome.in_(WRITES))
    return [_line(*row) for row in db.session.execute(query.order_by(table.c.id))]


def _line(
    sheet: str, number: int, outcome: str, content: Any, changes: Any, target: int | None, version: int | None
) -> Line:
    return Line(
        sheet,
        number,
        content["said"],
        content["typed"],
        outcome=Outcome(outcome),
        changes=changes or {},
        target=target,
        version=version,
    )


def _keep(run: ImportRun, journal: Journal, done: dict[str, int]) -> None:
    """What undoing needs, and the run's own state."""
    insert_many(ImportChange.__table__, ({**noted._asdict(), "run_id": run.id} for noted in journal.noted))
    run.state, run.written_at, run.effective_on = RunState.WRITTEN, clock.now(), clock.today()
    run.counts = {**run.counts, "written": done}
    db.session.flush()
