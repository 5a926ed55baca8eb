"""A CSV as rows of text: encoding and separator found out, Excel's row numbers kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from crm.sheets.limits import Limits
from crm.sheets.places import letter
from crm.sheets.refusal import Reason, Refusal
from crm.sheets.tab_guard import bare

SEPARATORS = ",\t;"
LOOK_AT_RECORDS = 30
LOOK_AT_CHARACTERS = 1 << 16
LONGEST_CELL = 100_000  # Excel ends at 32,767; more is a quotation mark without its partner


def text_rows(path: Path, sheet: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of every record, empty ones too. Raises Refusal, also where quotation marks do not match:
    guessing would join rows into one cell."""
    text = _decoded(path.read_bytes())
    separator = _separator(text[:LOOK_AT_CHARACTERS])
    csv.field_size_limit(LONGEST_CELL)
    number = cells = 0
    try:
        records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        for number, record in enumerate(records, start=1):
            cells += len(record)
            _check(sheet, number, len(record), cells, limits)
            yield number, [bare(value) for value in record]
    except csv.Error as broken:
        raise Refusal(Reason.QUOTES, row=number + 1) from broken


def _check(sheet: str, number: int, width: int, cells: int, limits: Limits) -> None:
    if number > limits.rows or width > limits.columns:
        cell = f"{letter(max(width - 1, 0))}{number}"
        raise Refusal(Reason.TOO_FAR, sheet=sheet, cell=cell, rows=limits.rows, columns=limits.columns)
    if cells > limits.cells:
        raise Refusal(Reason.TOO_MANY_CELLS, sheet=sheet, limit=limits.cells)


def _decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark (Excel's "Unicode text"), else GB18030."""
    encodings = ["utf-16"] if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            raise Refusal(Reason.UNKNOWN)
        return text
    raise Refusal(Reason.ENCODING)


def _separator(start: str) -> str:
    """The separator that cuts the first records into the most cells; the comma when none cuts."""
    return max(SEPARATORS, key=lambda separator: _cuts(start, separator))


def _cuts(start: str, separator: str) -> int:
    records = csv.reader(io.StringIO(start, newline=""), delimiter=separator)
    cuts = 0
    try:
        for record, _ in zip(records, range(LOOK_AT_RECORDS), strict=False):
            cuts += max(len(record) - 1, 0)
    except csv.Error:
        return 0
    return cuts
