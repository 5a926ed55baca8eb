"""The check as background work: the progress bar of the wizard."""

from __future__ import annotations

from typing import Any

from crm.core.db import db, writing
from crm.imports import services
from crm.imports.checking import NoRows, Progress, check
from crm.imports.models import ImportRun, RunState
from crm.sheets.unreadable import Unreadable


def run_check(args: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Check one run; what the file lacks is told on the run's page. After a crash it simply begins again."""
    run = db.session.get_one(ImportRun, args["run"])
    if run.state != RunState.CHECKING:
        return {}
    try:
        check(run.id, progress)
    except (Unreadable, NoRows) as unusable:
        with writing():
            services.fail(db.session.get_one(ImportRun, args["run"]), services.reasons(unusable))
    return {}
