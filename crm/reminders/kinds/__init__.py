"""The kinds, one small file each."""

from crm.reminders.kind import register
from crm.reminders.kinds import (
    chased,
    copied,
    enterprise_silent,
    enterprises_received,
    followup_due,
    followup_given,
    followup_overdue,
    late_in_unit,
    step_rejected,
    step_waiting,
    track_deadline,
    tracks_stalled,
    visit_amended,
    visit_timed,
    visit_tomorrow,
    visited_by_other,
)


def install() -> None:
    register(
        chased.KIND,
        followup_overdue.KIND,
        followup_due.KIND,
        followup_given.KIND,
        track_deadline.KIND,
        step_waiting.KIND,
        step_rejected.KIND,
        visit_timed.KIND,
        visit_tomorrow.KIND,
        enterprise_silent.KIND,
        visited_by_other.KIND,
        visit_amended.KIND,
        enterprises_received.HANDED,
        enterprises_received.KIND,
        late_in_unit.KIND,
        tracks_stalled.KIND,
        copied.KIND,
    )
