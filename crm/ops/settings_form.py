"""The settings page's form, made from the registry: a field per setting, of the type of its default."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, DateField, IntegerField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from crm.core.bureau import REGISTRY, Known, bureau
from crm.core.forms import Form, TextLine


class _SettingsForm(Form):
    """Fields are added by `settings_form`."""


def settings_form() -> _SettingsForm:
    """A form with the values in force."""
    drawn = type("SettingsForm", (_SettingsForm,), {key: _field(known) for key, known in REGISTRY.items()})
    form: _SettingsForm = drawn(data={key: _shown(key) for key in REGISTRY})
    return form


def _shown(key: str) -> Any:
    from datetime import date

    value = bureau(key)
    return (date.fromisoformat(value) if value else None) if key.endswith("_on") else value


def _field(known: Known) -> Any:
    extra = {"description": known.hint or ""}
    if known.key.endswith("_on"):
        return DateField(known.label, [Optional()], **extra)
    if isinstance(known.default, bool):
        return BooleanField(known.label, **extra)
    if isinstance(known.default, int):
        return IntegerField(known.label, [InputRequired(), NumberRange(known.lowest, known.highest)], **extra)
    return TextLine(known.label, [Optional(), Length(max=240)], **extra)
