"""What happened, to what, by whom."""

from crm.timeline.models import Entry, Level, Seal
from crm.timeline.services import CLI, SCHEDULER, Actor, Program, note, record, record_many, row, seal, together

__all__ = [
    "CLI",
    "SCHEDULER",
    "Actor",
    "Entry",
    "Level",
    "Program",
    "Seal",
    "note",
    "record",
    "record_many",
    "row",
    "seal",
    "together",
]
