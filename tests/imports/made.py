"""Sheets made by hand: rows as lists, a value's kind by its type, merges as Excel writes them; answers taken apart."""

from datetime import date, datetime
from decimal import Decimal

from crm.imports import headers
from crm.imports.outcome import Parsed, Problem
from crm.imports.synonyms import vocabulary
from crm.sheets.grid import Cell, Kind, Row, Sheet
from crm.sheets.places import Merge, position


def cell(value, kind=None, **more):
    """None for an empty cell, as the reader of files gives it."""
    if value is None or value == "":
        return None
    kinds = {bool: Kind.BOOLEAN, int: Kind.NUMBER, Decimal: Kind.NUMBER, datetime: Kind.DATETIME, date: Kind.DATE}
    return Cell(value, kind or kinds.get(type(value), Kind.TEXT), **more)


def sheet(*rows, merged="", name="花名册", start=1):
    """Rows from row number `start`; a row of None or "" is left out but counted; `merged` is "A1:K1 B2:B3"."""
    made = [Row(number, tuple(map(cell, row or []))) for number, row in enumerate(rows, start)]
    return Sheet(name, [row for row in made if any(row.cells)], [merge(reference) for reference in merged.split()])


def merge(reference):
    first, last = map(position, reference.split(":"))
    return Merge(*first, *last)


def value(outcome):
    """What a cell was read as; fails with the refusal's own words."""
    assert isinstance(outcome, Parsed), str(outcome.say)
    return outcome.value


def why(outcome):
    """The words of a refusal."""
    assert isinstance(outcome, Problem), outcome
    return str(outcome.say)


def table_of(*rows, words=None, mapping=None, **more):
    """The table of a sheet made of these rows, as a roster unless other words are given."""
    return headers.read(sheet(*rows, **more), words or vocabulary("roster"), mapping)


def fields(table):
    """What the columns were recognised as."""
    return [column.field for column in table.columns]
