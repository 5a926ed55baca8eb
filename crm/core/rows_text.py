"""Hundreds of rows as one text: to carry each of them through the driver costs more than to find them. Whoever has read
the same text before need not even look into it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class rows_text(FunctionElement[str]):  # noqa: N801 - used like a function
    """All rows of an ordered subquery as JSON, a list of lists of these columns; None or "[]" when there is no row."""

    type = Text()
    inherit_cache = True


@compiles(rows_text, "postgresql")
def _on_postgresql(element: rows_text, compiler: Any, **kept: Any) -> str:
    return f"CAST(json_agg(json_build_array({compiler.process(element.clauses, **kept)})) AS TEXT)"


@compiles(rows_text)
def _on_sqlite(element: rows_text, compiler: Any, **kept: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kept)}))"
