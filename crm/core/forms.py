"""The form base: the token is checked by every form, a failed one keeps what was typed, rules speak on fields."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import session
from flask_wtf import FlaskForm
from sqlalchemy.exc import DBAPIError
from wtforms import Field, StringField

from crm.core.errors import RuleBroken
from crm.core.form_words import Words
from crm.core.refusals import is_busy, is_full
from crm.core.words import Say, say

BUSY = say("Nothing was saved. What you typed is still here: wait a moment, then press the button once more.")

FULL = say(
    "Nothing was saved. What you typed is still here: tell the administrator, and press the button once more when "
    "there is room."
)


class Form(FlaskForm):
    """Every form of the product. `problems` are sentences that belong to no single field; `is_busy` says that another
    act was in the way, `is_full` that the disk takes nothing: the same form sent again may be taken."""

    class Meta(FlaskForm.Meta):
        csrf_time_limit = None

        def get_translations(self, form: Any) -> None:
            """None for the form as a whole: each field has its own words."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            field = super().bind_field(form, unbound_field, options)
            field._translations = Words(field)
            return field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: list[Say | str] = []
        self.is_busy = self.is_full = False

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if "csrf_token" in self._fields and self.csrf_token.errors:
            self.problems.append(
                say("The page was open too long, or you signed in again. Nothing is lost: press the button once more.")
            )
        return valid

    def refuse(self, why: Say | str, field: str = "") -> None:
        """Show a reason beside its field, or above the form when the field is not on it."""
        shown = self._fields.get(field)
        if shown is None:
            self.problems.append(why)
        else:
            shown.errors = [*shown.errors, why]

    def repeat(self, other: Form) -> None:
        """Show what another form of the same page was refused for."""
        self.problems, self.is_busy, self.is_full = [*other.problems], other.is_busy, other.is_full

    @property
    def carries_files(self) -> bool:
        """Then it must be sent in parts: a browser sends only the names of files otherwise."""
        return any(getattr(field.widget, "input_type", "") == "file" for field in self)

    @property
    def is_refused(self) -> bool:
        return bool(self.errors or self.problems)

    @contextmanager
    def showing(self, kind: type[RuleBroken] = RuleBroken) -> Iterator[None]:
        """Turn a broken rule, another act in the way or a full disk into words on this form; it is then shown again."""
        try:
            yield
        except kind as broken:
            for obstacle in broken.obstacles:
                self.refuse(obstacle.why, obstacle.field)
        except DBAPIError as error:
            self.is_busy, self.is_full = is_busy(error), is_full(error)
            if not (self.is_busy or self.is_full):
                raise
            session.pop("_flashes", None)  # told inside an act that did not happen
            self.refuse(FULL if self.is_full else BUSY)


class ButtonForm(Form):
    """A form that is only a button: the token, nothing else."""


UNSEEN = ("\u00ad", "\u180e", *map(chr, range(0x200B, 0x2010)), *map(chr, range(0x202A, 0x202F)), "\ufeff")
BLANK = "".join((*filter(str.isspace, map(chr, range(0x3001))), *UNSEEN, *map(chr, range(0x2060, 0x2065))))
"""Spaces of all kinds and what nobody sees. A set of characters, not a pattern: a pattern tried at each space of a long
text takes time by its square."""


def tidy(text: str | None) -> str | None:
    """Filter for text fields: outer spaces and what nobody sees go; None stays."""
    return text.strip(BLANK) if isinstance(text, str) else text


class TextLine(StringField):
    """A one-line text: outer spaces are removed before anything looks at it."""

    def __init__(self, label: Any = None, validators: Any = None, filters: Any = (), **kwargs: Any) -> None:
        super().__init__(label, validators, filters=[tidy, *filters], **kwargs)


def field_of(form: Form, name: str) -> Field:
    return form._fields[name]
