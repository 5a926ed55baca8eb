"""Kinds and states of follow-ups as people read them."""

from __future__ import annotations

from crm.core.words import say
from crm.followups.models import FollowupState

KIND = {"followup": say("Follow-up"), "request": say("Request of the enterprise")}
STATE = {
    FollowupState.OPEN: say("Still open"),
    FollowupState.DONE: say("Done"),
    FollowupState.CANCELLED: say("Cancelled"),
}
WHEN = {
    "overdue": say("Overdue"),
    "today": say("Today"),
    "week": say("Next 7 days"),
    "later": say("After that"),
}
