"""Forms about enterprises: shapes only, the rules say what fits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.core import clock
from crm.core.compare import EditForm
from crm.core.forms import Form, TextLine, tidy
from crm.enterprises.extras import Extra

EXTRA_KINDS = [
    SelectChoice("text", _("Text")),
    SelectChoice("number", _("Number")),
    SelectChoice("date", _("Date")),
    SelectChoice("choice", _("Choice")),
    SelectChoice("phone", _("Phone numbers")),
]


class EnterpriseForm(EditForm):
    """The facts of one firm."""

    name = TextLine(_("Name"), [DataRequired(), Length(max=160)])
    credit_code = TextLine(_("Credit code"), [Optional(), Length(max=40)])
    short_name = TextLine(_("Short name"), [Optional(), Length(max=60)])
    unit = SelectField(_("Responsible unit"))
    territory = SelectField(_("Territory"))
    address = TextLine(_("Address"), [Optional(), Length(max=240)])
    legal_representative = TextLine(_("Legal representative"), [Optional(), Length(max=80)])
    industry = TextLine(_("Industry"), [Optional(), Length(max=80)])
    founded = TextLine(_("Founded"), [Optional(), Length(max=20)])
    capital = TextLine(_("Registered capital"), [Optional(), Length(max=20)])
    currency = TextLine(_("Currency"), [Optional(), Length(max=3)], default="CNY")
    approximate = BooleanField(_("The amount is approximate"))
    employees = TextLine(_("Employees"), [Optional(), Length(max=12)])
    stock_code = TextLine(_("Stock code"), [Optional(), Length(max=12)])
    note = TextAreaField(_("Note"), [Optional(), Length(max=4000)], filters=[tidy])
    mistyped = BooleanField(_("The old name was only mistyped: do not keep it as a former name"))

    def typed(self) -> dict[str, str]:
        """Fact → text, as the editing service takes it; a field this person may not change is left out."""
        skip = {"mistyped", "version", "was", "csrf_token"}
        found = {name: self._fields[name].data for name in self._fields if name not in skip}
        return {key: ("y" if value else "") if isinstance(value, bool) else value or "" for key, value in found.items()}

    def show(self, known: dict[str, str]) -> None:
        for key, text in known.items():
            if (field := self._fields.get(key)) is not None:
                field.data = bool(text) if isinstance(field, BooleanField) else text


def enterprise_form(extras: Sequence[Extra], **kwargs: Any) -> EnterpriseForm:
    """The form with the bureau's own fields at its end."""
    return _with_extras(tuple(extras))(**kwargs)


@lru_cache(maxsize=32)
def _with_extras(extras: tuple[Extra, ...]) -> type[EnterpriseForm]:
    return type("EnterpriseFormWithExtras", (EnterpriseForm,), {extra.key: _field_of(extra) for extra in extras})


def _field_of(extra: Extra) -> Any:
    if extra.kind == "choice":
        choices = [SelectChoice("", "--"), *map(SelectChoice, extra.choices)]
        return SelectField(extra.label, choices=choices, validate_choice=False)
    kind = {"date": {"type": "date"}, "number": {"inputmode": "decimal"}, "phone": {"inputmode": "tel"}}.get(
        extra.kind, {}
    )
    return TextLine(extra.label, [Optional(), Length(max=500)], render_kw=kind)


class ContactForm(EditForm):
    name = TextLine(_("Full name"), [DataRequired(), Length(max=80)])
    position = TextLine(_("Position"), [Optional(), Length(max=80)])
    phone = TextLine(_("Phone"), [Optional(), Length(max=60)])
    email = TextLine(_("E-mail"), [Optional(), Length(max=254)])
    note = TextLine(_("Note"), [Optional(), Length(max=240)])


class NameForm(Form):
    name = TextLine(_("Name"), [DataRequired(), Length(max=160)])
    kind = SelectField(_("Kind"), choices=[SelectChoice("former", _("Former name")), SelectChoice("alias", _("Alias"))])


class LeaveForm(Form):
    standing = SelectField(
        _("What happened"),
        choices=[SelectChoice("moved_out", _("Moved out")), SelectChoice("deregistered", _("Deregistered"))],
    )
    on = DateField(_("Since"), [InputRequired()])
    reason = TextLine(_("Reason"), [DataRequired(), Length(max=240)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted():
            self.on.data = clock.today()


class ComeBackForm(Form):
    on = DateField(_("Since"), [InputRequired()])
    reason = TextLine(_("Reason"), [DataRequired(), Length(max=240)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted():
            self.on.data = clock.today()


class ProposeMergeForm(Form):
    other = RadioField(_("The other entry"), [InputRequired()])
    kept = RadioField(_("Which entry stays"), [InputRequired()])
    reason = TextLine(_("Why they are one firm"), [DataRequired(), Length(max=500)])


class ExtraFieldForm(Form):
    label = TextLine(_("Name of the field"), [DataRequired(), Length(max=60)])
    kind = SelectField(_("Kind"), choices=EXTRA_KINDS)
    choices = TextAreaField(_("Choices, one a line"), [Optional(), Length(max=4000)], filters=[tidy])

    def lines(self) -> list[str]:
        typed = (self.choices.data or "") if self.choices else ""
        return list(dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip()))
