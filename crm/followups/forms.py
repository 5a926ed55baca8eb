"""What one does with a promise: done, later, not mine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, SelectField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.core.forms import Form, TextLine, tidy
from crm.followups.words import KIND


class DoneForm(Form):
    result = TextAreaField(_l("Result"), [Optional(), Length(max=2000)], filters=[tidy])


class LaterForm(Form):
    to_on = DateField(_l("New day"), [InputRequired(_l("Choose a day"))])
    at = TimeField(_l("Time"), [Optional()])
    reason = TextLine(_l("Reason"), [DataRequired(_l("Write why it has to wait")), Length(max=240)])

    def __init__(self, today: date, **more: Any) -> None:
        super().__init__(**more)
        if self.to_on.raw_data is None:
            self.to_on.data = today + timedelta(days=7)


class NewForm(Form):
    followup_text = TextAreaField(
        _l("What is to be done"), [DataRequired(_l("Write what is to be done")), Length(max=400)], filters=[tidy]
    )
    followup_on = DateField(_l("Day"), [InputRequired(_l("Choose a day"))])
    at = TimeField(_l("Time"), [Optional()])
    owner = SelectField(_l("Owner"))
    kind = SelectField(_l("Kind"))

    def __init__(self, owners: Sequence[tuple[str, str]], on: date, **more: Any) -> None:
        super().__init__(**more)
        self.owner.choices = list(owners)
        self.kind.choices = [(key, str(word)) for key, word in KIND.items()]
        if self.followup_on.raw_data is None:
            self.followup_on.data = on


class GiveForm(Form):
    """`version` is that of the promise as it was shown: who decides on an older state is told."""

    version = HiddenField(default="0")
    owner = SelectField(_l("To whom"), [InputRequired(_l("Choose a person"))])
    reason = TextLine(_l("Note"), [Optional(), Length(max=240)])

    def __init__(self, people: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.owner.choices = [("", ""), *people]


class NotMineForm(Form):
    reason = TextLine(_l("Reason"), [DataRequired(_l("Write why it is not yours")), Length(max=240)])
