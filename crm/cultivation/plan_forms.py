"""Forms about the plan of a track and about its review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from crm.core.forms import Form, TextLine, tidy
from crm.core.words import Say
from crm.cultivation.plan_models import TrackPlan
from crm.cultivation.rules.plan import CLASSES, MOVES, Plan


def choices(words: Mapping[str, Say], none: str = "--") -> list[tuple[str, str]]:
    return [("", none), *((key, str(word)) for key, word in words.items())]


class PlanForm(Form):
    """What is expected; `seq` says which plan was looked at. The first plan changes nothing and has no reason."""

    next_on = DateField(_l("Next milestone expected on"), [Optional()])
    goal_on = DateField(_l("Quotation or listing expected on"), [Optional()])
    goal_class = SelectField(_l("Class"))
    blocker = TextLine(_l("What blocks it"), [Optional(), Length(max=240)])
    blocked_by = SelectField(_l("Whose move it is"))
    reason = TextLine(_l("Reason for the change"), [Optional(), Length(max=240)])
    seq = IntegerField(widget=HiddenInput())

    def __init__(self, last: TrackPlan | None, state: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.goal_class.choices, self.blocked_by.choices = choices(CLASSES), choices(MOVES)
        if last is None:
            del self.reason
        if self.is_submitted():
            return
        self.seq.data = (last.seq if last else 0) + 1
        if last is not None:
            for name in ("goal_on", "goal_class", "blocker", "blocked_by"):
                self[name].data = getattr(last, name)
            self.next_on.data = last.next_on if last.state == state else None

    @property
    def because(self) -> str:
        return (self.reason.data or "") if self.reason else ""

    def planned(self, state: str) -> Plan:
        return Plan(
            state, self.next_on.data, self.goal_on.data, self.goal_class.data or "", self.blocker.data or "",
            self.blocked_by.data or "",
        )  # fmt: skip


class ReviewForm(Form):
    """One line, the next look, and what was decided."""

    remark = TextLine(_l("Where it stands"), [DataRequired(), Length(max=400)])
    next_on = DateField(_l("Look again on"), [Optional()])
    text = TextAreaField(_l("What was decided"), [Optional(), Length(max=1000)], filters=[tidy])
    due_on = DateField(_l("To be done by"), [Optional()])
    owner = SelectField(_l("By whom"))
