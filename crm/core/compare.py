"""Two people edited the same thing: what the later one typed beside what is saved by now, to choose per field.

The compare page posts to the form's own address: every field as typed, the version saved by now, and `keep-<field>`
(mine or theirs) for each field that differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from wtforms import BooleanField, Field

from crm.core.forms import Form
from crm.core.words import Say, say

UNCOMPARED = frozenset({"csrf_token", "version", "next"})


@dataclass(frozen=True)
class Difference:
    """One field of which the two know different values, in words."""

    key: str
    label: str
    mine: Say | str
    theirs: Say | str
    before: Say | str = ""
    conflict: bool = True


def differences(form: Form, current: Any) -> list[Difference]:
    """Fields of the form typed otherwise than the attribute of the same name on `current`."""
    return [
        Difference(f.name, str(f.label.text), in_words(f, f.data), in_words(f, getattr(current, f.name)))
        for f in form
        if f.name not in UNCOMPARED and (f.data or None) != (getattr(current, f.name) or None)
    ]


def keep_chosen(form: Form, current: Any) -> None:
    """Fields for which the compare page says "theirs" take what is saved."""
    for f in form:
        if request.form.get(f"keep-{f.name}") == "theirs":
            f.data = getattr(current, f.name)
            f.raw_data = [str(f.data)]


def as_typed(field: Field) -> str:
    """The field's value as its input would send it."""
    if isinstance(field, BooleanField):
        return "y" if field.data else ""
    return str(field.data) if hasattr(field, "choices") else field._value()


def in_words(field: Field, value: Any) -> Say | str:
    if isinstance(field, BooleanField):
        return say("Yes") if value else say("No")
    if choices := getattr(field, "choices", None):
        return next((str(label).strip("　") for key, label in choices if key == value), "")
    return "" if value is None else str(value)
