"""Forms about tier and titles."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from crm.core import clock
from crm.core.forms import Form, TextLine
from crm.tiers import words


class TierForm(Form):
    tier = SelectField(_("Tier"))
    on = DateField(_("From"), [InputRequired()])
    note = TextLine(_("Note"), [Optional(), Length(max=240)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tier.choices = [("", _("No tier")), *words.tier_choices()]
        if not self.is_submitted():
            self.on.data = clock.today()


class TitleForm(Form):
    title = SelectField(_("Title"))
    from_on = DateField(_("From"), [Optional()])
    until_on = DateField(_("Valid until"), [Optional()])
    certificate_no = TextLine(_("Certificate number"), [Optional(), Length(max=80)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.title.choices = words.title_choices()
