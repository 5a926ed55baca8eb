"""What one does with a promise: done, later, not mine."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm.core.forms import Form, TextLine, tidy


class DoneForm(Form):
    result = TextAreaField(_l("Result"), [Optional(), Length(max=2000)], filters=[tidy])


class LaterForm(Form):
    to_on = DateField(_l("New day"), [InputRequired(_l("Choose a day"))])
    reason = TextLine(_l("Reason"), [InputRequired(_l("Write why it has to wait")), Length(max=240)])

    def __init__(self, today: date, **more: Any) -> None:
        super().__init__(**more)
        if self.to_on.raw_data is None:
            self.to_on.data = today + timedelta(days=7)


class NotMineForm(Form):
    reason = TextLine(_l("Reason"), [InputRequired(_l("Write why it is not yours")), Length(max=240)])
