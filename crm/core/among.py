"""`column IN ids` as one parameter: to write and bind hundreds of them costs more than to find the rows."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Dialect, Text, bindparam, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Collection[int]]):
    """A list of ids as one value: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(BigInteger) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class among(FunctionElement[bool]):  # noqa: N801 - used like a function
    """True where `column` is one of `ids`: the ids, or the name of the parameter that will hold them."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, ids: Collection[int] | str) -> None:
        held = bindparam(ids, type_=_Ids()) if isinstance(ids, str) else literal(ids, _Ids())
        super().__init__(column, held)

    def self_group(self, against: Any = None) -> Any:
        """A comparison: `… = 1` behind it, as SQLite's booleans get, would hide the column's index."""
        return self


@compiles(among, "postgresql")
def _in_array(element: among, compiler: Any, **kept: Any) -> str:
    column, ids = (compiler.process(part, **kept) for part in element.clauses)
    return f"({column} = ANY ({ids}))"


@compiles(among)
def _in_json(element: among, compiler: Any, **kept: Any) -> str:
    column, ids = (compiler.process(part, **kept) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608 - two compiled parts
