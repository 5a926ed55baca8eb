"""The kinds, one small file each."""

from crm.reminders.kind import register
from crm.reminders.kinds import chased, enterprises_received, followup_due


def install() -> None:
    register(chased.KIND, followup_due.KIND, enterprises_received.KIND)
