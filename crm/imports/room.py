"""What the room hangs on the application."""

from __future__ import annotations

from typing import Any

from flask import Flask

from crm import jobs
from crm.accounts.sheet import Staff
from crm.core.words import say
from crm.cultivation.sheet import Standings
from crm.enterprises.sheet import Roster
from crm.followups.passing_many import pass_on_many
from crm.imports import commands, kinds, run_views, services, views  # noqa: F401 - pages hang on the blueprint
from crm.imports.jobs import run_check
from crm.jobs.models import Job
from crm.permissions import Permission
from crm.tiers import cadence
from crm.tiers.annual.sheet import FiguresSheet
from crm.tiers.sheet import Tiers
from crm.visits.sheet import Ledger


def install(app: Flask) -> None:
    roster = Roster(more=(Tiers,), passes_on=pass_on_many, refreshes=(cadence.refresh,))
    kinds.register(kinds.Kind("roster", say("Roster of enterprises"), roster, Permission.IMPORT, keeps_extras=True))
    kinds.register(kinds.Kind("people", say("List of officials"), Staff(), Permission.IMPORT_PEOPLE))
    kinds.register(kinds.Kind("visits", say("Ledger of visits"), Ledger((cadence.refresh,)), Permission.IMPORT))
    listed = say("Firms quoted or listed")
    tracks = kinds.Kind("tracks", listed, Standings(), Permission.IMPORT, is_final=True, enters_unknown=True)
    kinds.register(tracks)
    figures = kinds.Kind(
        "figures", say("Annual and quarterly figures"), FiguresSheet(), Permission.FIGURES_IMPORT, is_private=True
    )
    kinds.register(figures)
    returned = Ledger((cadence.refresh,), is_own=True)
    kinds.register(kinds.Kind("returned", say("Sheet of my visits"), returned, Permission.VISIT_RECORD, is_own=True))
    jobs.register(services.JOB, run_check, label=say("Checking a table"), then=_to_its_run)
    app.register_blueprint(views.bp)
    commands.install(app)


def _to_its_run(job: Job) -> tuple[str, dict[str, Any]]:
    return "imports.run", {"run_id": job.args["run"]}
