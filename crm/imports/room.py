"""What the room hangs on the application."""

from __future__ import annotations

from flask import Flask

from crm.accounts.sheet import Staff
from crm.core.words import say
from crm.enterprises.sheet import Roster
from crm.followups.passing_many import pass_on_many
from crm.imports import commands, kinds
from crm.permissions import Permission
from crm.tiers import cadence
from crm.tiers.sheet import Tiers


def install(app: Flask) -> None:
    roster = Roster(more=(Tiers,), passes_on=pass_on_many, refreshes=(cadence.refresh,))
    kinds.register(kinds.Kind("roster", say("Roster of enterprises"), roster, Permission.IMPORT, keeps_extras=True))
    kinds.register(kinds.Kind("people", say("List of officials"), Staff(), Permission.IMPORT_PEOPLE))
    commands.install(app)
