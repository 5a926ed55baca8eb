"""The quick visit: everything has a default but the words."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crm.core.forms import Form, TextLine, tidy
from crm.core.typed import id_from
from crm.core.words import _
from crm.followups.rules import AHEAD
from crm.visits.rules import DEFAULT_KIND
from crm.visits.words import kind_choices
from crm.workdays.rules import Calendar

NOBODY, NO_FOLLOWUP = "nobody", "none"


class TalkForm(Form):
    """How, when, whom, what. Chips carry the value they show; a picked date or a written name wins over the chip."""

    kind = RadioField(_l("How"), validate_choice=False)
    on = RadioField(_l("When"), validate_choice=False)
    on_other = DateField(_l("Another day"), [Optional()])
    person = RadioField(_l("Whom you met"), validate_choice=False)
    met = TextLine(_l("Full name"), [Optional(), Length(max=80)])
    met_phone = TextLine(_l("Phone"), [Optional(), Length(max=60)])
    text = TextAreaField(
        _l("What was talked about"), [DataRequired(_l("Write what was talked about")), Length(max=4000)], filters=[tidy]
    )
    leaders = TextLine(_l("Leader who came along"), [Optional(), Length(max=200)])
    companions = TextLine(_l("Colleagues who came along"), [Optional(), Length(max=400)])

    @property
    def visited_on(self) -> date:
        """The day chosen or picked; a value that is none counts as a day that cannot be."""
        return self.on_other.data or _day(self.on.data) or date.max

    @property
    def contact_id(self) -> int | None:
        chosen = self.person.data or ""
        return id_from(chosen) if not self.met.data else None

    @property
    def is_not_met(self) -> bool:
        return self.person.data == NOBODY and not self.met.data

    def offer(self, contacts: Sequence[Any], today: date) -> None:
        """The chips: kinds in force, today and the two days before, the firm's people."""
        self.kind.choices = kind_choices(today)
        self.on.choices = [(d.isoformat(), word) for d, word in _recent(today)]
        self.person.choices = [*((str(c.id), _called(c)) for c in contacts), (NOBODY, _("Nobody in charge was there"))]


class WhoseForm(Form):
    """What whoever may enter for colleagues chooses besides; nothing chosen: his own."""

    author = RadioField(_l("Whose visit"), validate_choice=False)


class ToldForm(Form):
    policies = SelectMultipleField(
        _l("Policies you told of"), validate_choice=False, option_widget=CheckboxInput(), widget=ListWidget()
    )


class VisitForm(TalkForm, WhoseForm, ToldForm):
    client_key = HiddenField()
    request = TextLine(_l("What the enterprise asks for"), [Optional(), Length(max=400)])
    followup_on = RadioField(_l("Follow up on"), validate_choice=False)
    followup_other = DateField(_l("Another day"), [Optional()])
    followup_text = TextLine(_l("What is to be done then"), [Optional(), Length(max=400)])

    @property
    def next_on(self) -> date | None:
        return self.followup_other.data or _day(self.followup_on.data)

    @property
    def says_none(self) -> bool:
        """No follow-up is needed: said, not just left open."""
        return self.followup_on.data == NO_FOLLOWUP


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def offer(form: VisitForm, contacts: Sequence[Any], today: date, calendar: Calendar) -> None:
    """Its chips; on a fresh form the first contact is chosen, the day is today, nothing is promised."""
    form.offer(contacts, today)
    form.followup_on.choices = [*_ahead(today, calendar), (NO_FOLLOWUP, _("No follow-up"))]
    if not form.is_submitted():
        form.client_key.data = new_key()
        form.kind.data, form.on.data, form.followup_on.data = DEFAULT_KIND, today.isoformat(), ""
        form.person.data = form.person.choices[0][0] if contacts else None


def new_key() -> str:
    return secrets.token_hex(12)


def recent_days(today: date) -> list[date]:
    """Those that have a chip."""
    return [today - timedelta(days=n) for n in range(3)]


def _recent(today: date) -> list[tuple[date, str]]:
    words = (_("Today"), _("Yesterday"), _("The day before"))
    return [(d, f"{word} {short(d)}") for d, word in zip(recent_days(today), words, strict=True)]


def _ahead(today: date, calendar: Calendar) -> list[tuple[str, str]]:
    """+7, +14, +30 days, each rolled to a working day, which is the one shown."""
    days = [(n, calendar.roll(today + timedelta(days=n)).on) for n in AHEAD]
    return [(d.isoformat(), _("+%(n)s days · %(day)s", n=n, day=short(d))) for n, d in days]


def is_estimated(today: date, calendar: Calendar) -> bool:
    """Does a chip show a day of a year whose holidays are not published yet?"""
    return any(calendar.roll(today + timedelta(days=n)).estimated for n in AHEAD)


def short(d: date) -> str:
    return f"{d.month:02}-{d.day:02}"


def _called(contact: Any) -> str:
    return f"{contact.name} {contact.position}".strip()
