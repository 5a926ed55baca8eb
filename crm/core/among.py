"""`column IN values` as one parameter: to write and bind hundreds of them costs more than to find the rows, and a plan
kept for thousands of parameters on PostgreSQL compares each with every row."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Dialect, Text, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Values(TypeDecorator[Collection[Any]]):
    """Numbers, or with `are_texts` texts, as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, *, are_texts: bool = False) -> None:
        super().__init__()
        self.are_texts = are_texts

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        array: TypeEngine[Any] = ARRAY(Text if self.are_texts else BigInteger)
        return dialect.type_descriptor(array if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class among(FunctionElement[bool]):  # noqa: N801 - used like a function
    """True where `column` is one of `values`; a text names the parameter that will hold them, the few of a page."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, values: Collection[Any] | str) -> None:
        kind = _Values(are_texts=column.type.python_type is str)
        super().__init__(column, bindparam(values, type_=kind) if isinstance(values, str) else literal(values, kind))

    def self_group(self, against: Any = None) -> Any:
        """A comparison: `… = 1` behind it, as SQLite's booleans get, would hide the column's index."""
        return self


@compiles(among, "postgresql")
def _in_array(element: among, compiler: Any, **kept: Any) -> str:
    """The few of a page are looked up by their key. Thousands are joined: a plan made while the table was empty, and
    kept, would compare each of them with every row."""
    column, values = (compiler.process(part, **kept) for part in element.clauses)
    is_many = tuple(element.clauses)[1].unique
    return f"({column} IN (SELECT unnest({values})))" if is_many else f"({column} = ANY ({values}))"


@compiles(among)
def _in_json(element: among, compiler: Any, **kept: Any) -> str:
    column, values = (compiler.process(part, **kept) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - two compiled parts
