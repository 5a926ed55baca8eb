"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, Integer, String, Text, literal_column
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer, "sqlite")
"""Primary and foreign keys; with sqlite_autoincrement no deleted id ever comes back."""

Yuan = BigInteger
"""Money in whole yuan; 万元 exist only at the edge."""


COMPARED = (operators.eq, operators.ne, operators.in_op, operators.not_in_op)
COLLECTIONS = (list, tuple, set, frozenset)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants in and out; SQLite keeps them naive, PostgreSQL with zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """Canonical JSON text (sorted keys, no spaces), so that equal values are equal bytes."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class EnumText(TypeDecorator[StrEnum]):
    """A StrEnum as plain text: no native enum, so adding a value is no migration.

    What it is compared with stands in the statement. As a parameter it would hide the partial indexes, and SQLite would
    plan the statement anew at every execution to see whether one of them fits the value, half a millisecond each time.
    """

    class Comparator(TypeDecorator.Comparator[StrEnum]):
        def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            if op in COMPARED:
                other = tuple(map(self._written, other))
            return super().operate(op, *other, **kwargs)

        def _written(self, value: Any) -> Any:
            if isinstance(value, str):
                its_type = cast("EnumText", self.type)
                return literal_column(f"'{its_type.choices(value).value}'", its_type)
            return [*map(self._written, value)] if isinstance(value, COLLECTIONS) else value

    comparator_factory = Comparator

    impl = String
    cache_ok = True

    def __init__(self, choices: type[StrEnum]) -> None:
        super().__init__(max(24, *(len(c.value) for c in choices)))
        self.choices = choices

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.choices(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.choices(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def canonical(value: Any) -> str:
    return _ENCODER.encode(value)


def ordered(length: int) -> String:
    """Text compared by code point on both databases: prefix ranges and sort keys."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")
