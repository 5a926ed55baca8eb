"""A year's notice, pasted or uploaded, and a day of the bureau's own."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import DateField, RadioField, SelectChoice, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.core.forms import Form, TextLine, tidy
from crm.workdays.notices import LARGEST_FILE
from crm.workdays.rules import Kind

DAYS = [SelectChoice(Kind.REST.value, _l("Rest day")), SelectChoice(Kind.WORK.value, _l("Working day"))]


class DayForm(Form):
    """One day of the bureau's own."""

    day = DateField(_l("Day"), [InputRequired()])
    kind = RadioField(_l("It is a"), [InputRequired()], choices=DAYS)
    label = TextLine(_l("Reason"), [DataRequired(), Length(max=60)])


class NoticeForm(Form):
    text = TextAreaField(_l("Text of the notice"), [Optional(), Length(max=LARGEST_FILE)], filters=[tidy])
    file = FileField(_l("Or the file of the notice"))
