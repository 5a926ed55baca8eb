"""Extra fields: columns the bureau keeps of its own, defined once, filled per enterprise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select

from crm.core import clock
from crm.core.among import among
from crm.core.db import db, read
from crm.core.errors import RuleBroken
from crm.core.words import Say, say
from crm.enterprises import phones
from crm.enterprises.models import ExtraField, ExtraValue
from crm.enterprises.rules import number_or_none
from crm.timeline import Actor, record

KINDS = ("text", "number", "date", "choice", "phone")
OF_WORDS = ("text", "phone")
"""Kinds that may be exchanged for each other: what is written stays as it is."""
LONGEST_VALUE = 500


IN_USE = (
    select(ExtraField.id, ExtraField.label, ExtraField.kind, ExtraField.choices)
    .where(ExtraField.retired_on.is_(None))
    .order_by(ExtraField.sort, ExtraField.id)
)


@dataclass(frozen=True)
class Extra:
    """A field as plain values; `key` names it in URLs and forms."""

    id: int
    label: str
    kind: str
    choices: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"x{self.id}"

    @property
    def is_phone(self) -> bool:
        """Numbers of people: shown and found as those of contacts are."""
        return self.kind == "phone"

    def shown(self, value: str, *, is_direct: bool) -> str:
        """As somebody reads it: a phone number in full only where he sees the contacts directly."""
        return phones.masked_all(value) if self.is_phone and not is_direct else value


def fields() -> list[Extra]:
    """The fields in use, in their order."""
    return [Extra(row.id, row.label, row.kind, tuple(row.choices.splitlines())) for row in read(IN_USE)]


def values_of(ids: Iterable[int]) -> dict[int, dict[int, str]]:
    """Per enterprise the value of each field."""
    found: dict[int, dict[int, str]] = {}
    query = select(ExtraValue.enterprise_id, ExtraValue.field_id, ExtraValue.value)
    for enterprise_id, field_id, value in db.session.execute(query.where(among(ExtraValue.enterprise_id, list(ids)))):
        found.setdefault(enterprise_id, {})[field_id] = value
    return found


def shown(enterprise_id: int, *, is_direct: bool) -> list[tuple[str, str]]:
    """Label and value of each field, for a page about one enterprise."""
    held = values_of([enterprise_id]).get(enterprise_id, {})
    return [(field.label, field.shown(held.get(field.id, ""), is_direct=is_direct)) for field in fields()]


def tidy(field: Extra, text: str) -> str:
    """The value as it is stored; raises RuleBroken in the user's words when it does not fit the field's kind."""
    value = text.strip()[:LONGEST_VALUE]
    if value and (why := _unfit(field, value)):
        raise RuleBroken(why, field.key)
    if field.is_phone:
        return phones.tidy(value)
    return str(number_or_none(value)) if value and field.kind == "number" else value


def _unfit(field: Extra, value: str) -> Say | None:
    if field.kind == "number" and number_or_none(value) is None:
        return say("Write a number, such as 12.5")
    if field.kind == "date" and not _is_day(value):
        return say("Write a day, such as 2026-03-05")
    if field.kind == "choice" and value not in field.choices:
        return say("Choose one of: %(choices)s", choices=" / ".join(field.choices))
    return _no_phone(value) if field.is_phone else None


def _no_phone(value: str) -> Say | None:
    if phones.is_masked(value):
        return say("This number is masked: type it in full")
    return phones.problem(value, words_may_stand=True)


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def put(enterprise_id: int, values: dict[int, str]) -> None:
    """Replace the values of these fields; "" takes one away. The caller records it."""
    gone = delete(ExtraValue).where(ExtraValue.enterprise_id == enterprise_id, ExtraValue.field_id.in_(list(values)))
    db.session.execute(gone)
    rows = [{"enterprise_id": enterprise_id, "field_id": f, "value": v} for f, v in values.items() if v]
    if rows:
        db.session.execute(insert(ExtraValue), rows)


def add_field(*, label: str, kind: str, choices: list[str], by: Actor) -> ExtraField:
    """Define a field, at the end of the order. Raises RuleBroken when the label is taken."""
    if db.session.scalar(select(ExtraField.id).where(ExtraField.label == label)) is not None:
        raise RuleBroken(say("There is a field of this name already"), "label")
    last = db.session.scalar(select(func.max(ExtraField.sort))) or 0
    made = ExtraField(label=label, kind=kind, choices="\n".join(choices), sort=last + 1)
    db.session.add(made)
    db.session.flush()
    record(None, "extra_field.added", by=by, subject=("extra_field", made.id), label=label, field_kind=kind)
    return made


def change_field(field: ExtraField, *, label: str, choices: list[str], by: Actor, kind: str = "") -> None:
    """Rename a field, change its choices, or say that a text holds phone numbers. Values outside the new choices stay
    and are shown."""
    taken = select(ExtraField.id).where(ExtraField.label == label, ExtraField.id != field.id)
    if db.session.scalar(taken) is not None:
        raise RuleBroken(say("There is a field of this name already"), "label")
    before = field.label
    field.label, field.choices = label, "\n".join(choices)
    if field.kind in OF_WORDS and kind in OF_WORDS:
        field.kind = kind
    db.session.flush()
    record(None, "extra_field.changed", by=by, subject=("extra_field", field.id), before=before, after=label,
           field_kind=field.kind)  # fmt: skip


def retire_field(field: ExtraField, *, by: Actor, again: bool = False) -> None:
    """Take a field out of pages and lists, keeping its values; with `again` bring it back."""
    field.retired_on = None if again else clock.today()
    db.session.flush()
    kind = "extra_field.restored" if again else "extra_field.retired"
    record(None, kind, by=by, subject=("extra_field", field.id), label=field.label)
