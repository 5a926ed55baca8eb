"""A year's notice: pasted or uploaded."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional

from crm.core.forms import Form, tidy
from crm.workdays.notices import LARGEST_FILE


class NoticeForm(Form):
    text = TextAreaField(_l("Text of the notice"), [Optional(), Length(max=LARGEST_FILE)], filters=[tidy])
    file = FileField(_l("Or the file of the notice"))
