"""Every table of every room, so that one import makes the whole schema known."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "crm.core.models",
    "crm.timeline.models",
    "crm.timeline.guards",
    "crm.outbox.models",
    "crm.jobs.models",
    "crm.accounts.models",
    "crm.accounts.access_models",
    "crm.accounts.password_models",
    "crm.workdays.models",
    "crm.files.models",
    "crm.enterprises.models",
    "crm.enterprises.serving_models",
    "crm.enterprises.undo_models",
    "crm.tiers.models",
    "crm.tiers.annual.models",
    "crm.tiers.annual.guards",
    "crm.followups.models",
    "crm.followups.chase_models",
    "crm.visits.models",
    "crm.cultivation.models",
    "crm.cultivation.guards",
    "crm.cultivation.paper_models",
    "crm.cultivation.yearly_models",
    "crm.cultivation.partner_models",
    "crm.cultivation.plan_models",
    "crm.cultivation.plan_guards",
    "crm.reminders.models",
    "crm.imports.models",
)


def load() -> None:
    for module in MODULES:
        import_module(module)
