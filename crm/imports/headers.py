"""Where the table of a sheet begins and what its columns mean: one or two header rows, merged heads, units."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crm.core.words import Say, say
from crm.imports import rows
from crm.imports.amounts import UNIT
from crm.imports.extras import ExtraKind, guess_kind
from crm.imports.synonyms import IGNORE, Match, Vocabulary, joined, money_unit, plain, plain_path, recognise
from crm.sheets.grid import Kind, Row, Sheet
from crm.sheets.places import letter

DEEPEST_HEADER = 40
"""A header is looked for in so many rows from the top."""
LONGEST_LABEL = 30
MONEY = frozenset({"money", "signed_money"})

_UNIT = re.compile(rf"(?:单位|金额)[:：为]?[(（]?{UNIT}(?![\u4e00-\u9fff])|^[(（]{UNIT}[)）]$")


@dataclass(frozen=True)
class Column:
    """`label` is the head as errors and mappings name it; `field` None with `extra` set: unknown, its kind guessed.

    `unit` is that of money, None when neither head nor sheet says; `title` the one a 是否规上 column stands for.
    """

    index: int
    label: str
    field: str | None
    unit: str | None = None
    title: str | None = None
    extra: ExtraKind | None = None
    by_hand: bool = False


@dataclass(frozen=True)
class Table:
    """The data of a sheet: `rows` with merged cells filled down, `skipped` with the reason, notices for the page."""

    sheet: str
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    skipped: tuple[rows.Skipped, ...]
    notices: tuple[Say, ...]

    def column(self, field: str) -> Column | None:
        return next((column for column in self.columns if column.field == field), None)


@dataclass(frozen=True)
class NoTable:
    """A sheet without a header; `why` is the notice."""

    sheet: str
    why: Say


@dataclass(frozen=True)
class Header:
    """Header rows by their place in `sheet.rows`, and per column its (upper, lower) head."""

    first: int
    last: int
    heads: tuple[tuple[str, str], ...]
    matches: tuple[Match, ...]


def read(sheet: Sheet, words: Vocabulary, mapping: Mapping[str, str] | None = None) -> Table | NoTable:
    """The table of a sheet; `mapping` names a field, EXTRA or IGNORE for a head and wins over what is recognised."""
    header = find(sheet, words, mapping or {})
    if header is None:
        return NoTable(sheet.name, _no_header(sheet, words))
    unit = _unit_above(sheet.rows[: header.first])
    fields = {match.field: index for index, match in enumerate(header.matches) if match.field}
    layout = rows.Layout(fields.get("name", 0), fields.get("credit_code"), fields.get("ordinal"), header.heads)
    kept, skipped = rows.sort_out(sheet, header.last, layout)
    columns = tuple(_columns(header, words, kept, unit))
    numbers = tuple(row.number for row in sheet.rows[header.first : header.last + 1])
    notices = tuple(_notices(sheet, header, words, columns, mapping or {}))
    return Table(sheet.name, numbers, columns, kept, skipped, notices)


def find(sheet: Sheet, words: Vocabulary, mapping: Mapping[str, str]) -> Header | None:
    """The first one or two rows whose heads make a header of this kind of file."""
    top = list(sheet.rows[:DEEPEST_HEADER])
    for place, row in enumerate(top):
        above, below = (top[place - 1] if place else None), (top[place + 1] if place + 1 < len(top) else None)
        alone = _tried(words, mapping, _heads(sheet, None, row))
        if alone is not None:
            if above is not None and _is_group_row(sheet, words, above, row):
                return _two(sheet, words, mapping, place - 1)
            if below is not None and _is_lower_row(sheet, words, row, below, alone):
                return _two(sheet, words, mapping, place)
            return Header(place, place, tuple(_heads(sheet, None, row)), tuple(alone))
        if below is not None and _needs_both(sheet, words, mapping, row, below):
            return _two(sheet, words, mapping, place)
    return None


def _two(sheet: Sheet, words: Vocabulary, mapping: Mapping[str, str], place: int) -> Header:
    heads = _heads(sheet, sheet.rows[place], sheet.rows[place + 1])
    return Header(place, place + 1, tuple(heads), tuple(recognise(words, heads, mapping)))


def _tried(words: Vocabulary, mapping: Mapping[str, str], heads: list[tuple[str, str]]) -> list[Match] | None:
    matches = recognise(words, heads, mapping)
    return matches if words.is_header(matches) else None


def _needs_both(sheet: Sheet, words: Vocabulary, mapping: Mapping[str, str], upper: Row, lower: Row) -> bool:
    """Neither row is a header alone, the two together are: the name stands above, the code below."""
    if lower.number != upper.number + 1 or _tried(words, mapping, _heads(sheet, None, lower)):
        return False
    return _is_all_labels(lower) and _tried(words, mapping, _heads(sheet, upper, lower)) is not None


def _heads(sheet: Sheet, upper: Row | None, lower: Row) -> list[tuple[str, str]]:
    """(upper, lower) per column, a merged upper head spread over its range, a lower one that continues it left out."""
    width = sheet.width
    below = [_label(lower, column) for column in range(width)]
    if upper is None:
        return [("", label) for label in below]
    above = _spread(sheet, upper, below)
    return [(a, b) if b else ("", a) for a, b in zip(above, below, strict=True)]


def _spread(sheet: Sheet, upper: Row, below: Sequence[str]) -> list[str]:
    """The upper heads over all columns they stand for: by merged ranges, or, in a file that has none, to the right."""
    above = [_label(upper, column) for column in range(len(below))]
    across = [merge for merge in sheet.merges if merge.top <= upper.number <= merge.bottom and merge.right > merge.left]
    for merge in across:
        if merge.left < len(above):
            above[merge.left : merge.right + 1] = [above[merge.left]] * len(above[merge.left : merge.right + 1])
    if not across:
        for column in range(1, len(above)):
            if not above[column] and below[column]:
                above[column] = above[column - 1] if below[column - 1] else ""
    return above


def _is_group_row(sheet: Sheet, words: Vocabulary, upper: Row, lower: Row) -> bool:
    """Whether a row above a header groups its columns, unlike a title or a line with the filling unit."""
    if upper.number + 1 != lower.number or not _is_all_labels(upper):
        return False
    labels = {column: _label(upper, column) for column in range(sheet.width) if _label(upper, column)}
    if set(labels) == {0}:  # a title
        return False
    ranges = [m for m in sheet.merges if m.top == upper.number and 0 < m.right - m.left < sheet.width - 1]
    is_line_to_fill = any(map(_says_unit, labels.values()))
    return any(map(words.is_group, labels.values())) or (bool(ranges) and len(labels) > 1 and not is_line_to_fill)


def _is_lower_row(sheet: Sheet, words: Vocabulary, upper: Row, lower: Row, matches: Sequence[Match]) -> bool:
    """Whether the row below a header belongs to it: labels under a wide head, nothing under the name.

    Merged cells prove it; in a file that has none, one of the labels must be a known word.
    """
    if upper.number + 1 != lower.number or not _is_all_labels(lower):
        return False
    named = [index for index, match in enumerate(matches) if match.field in words.needs_all]
    if any(_label(lower, index) for index in named):
        return False
    below = [_label(lower, column) for column in range(sheet.width)]
    above = _spread(sheet, upper, below)
    wide = {label for label, follower in pairwise(above) if label and label == follower}
    is_proven = any(m.top == upper.number and m.bottom == lower.number and m.left in named for m in sheet.merges)
    is_known = any(plain(label) in words.parts or plain(label) in words.words for label in below)
    return (is_proven or is_known) and any(head in wide for head, label in zip(above, below, strict=True) if label)


def _is_all_labels(row: Row) -> bool:
    """Short words only: no figures, dates, codes, and no colon of a line to fill in."""
    texts = [(cell, unicodedata.normalize("NFKC", cell.text)) for cell in row.cells if cell and cell.text.strip()]
    return bool(texts) and all(
        cell.kind is Kind.TEXT and len(text) <= LONGEST_LABEL and ":" not in text and not re.search(r"\d{5,}", text)
        for cell, text in texts
    )


def _label(row: Row, column: int) -> str:
    return " ".join(row.text(column).split())


def _says_unit(label: str) -> bool:
    return bool(re.search(r"填报|制表|日期|单位", label))


def _unit_above(above: Sequence[Row]) -> str | None:
    """万元, 亿元, 千元, 万美元 … from a line such as 单位：万元 above the header, the nearest one."""
    for row in reversed(above):
        for column in range(len(row.cells)):
            if found := _UNIT.search("".join(row.text(column).split())):
                return found.group(1) or found.group(2)
    return None


def _columns(header: Header, words: Vocabulary, kept: Sequence[Row], unit: str | None) -> list[Column]:
    columns = []
    for index, ((upper, lower), match) in enumerate(zip(header.heads, header.matches, strict=True)):
        label = joined(upper, lower)
        if not label and not any(row.at(index) for row in kept):
            continue
        target = None if match.field == IGNORE else match.field
        kind = words.fields[target].kind if target else ""
        extra = guess_kind((row.at(index) for row in kept), label) if match.field is None and label else None
        own_unit = (money_unit(label) or unit) if kind in MONEY else None
        columns.append(Column(index, label, target, own_unit, match.title, extra, match.by_hand))
    return columns


def _notices(
    sheet: Sheet, header: Header, words: Vocabulary, columns: Sequence[Column], mapping: Mapping[str, str]
) -> list[Say]:
    seen = {path for column in columns for path in (plain_path(column.label), plain(column.label.split("/")[-1]))}
    found = [
        say("Sheet “%(sheet)s” has no column “%(label)s”", sheet=sheet.name, label=label)
        for label in mapping
        if plain_path(label) not in seen
    ]
    for column in columns:
        if column.field and words.fields[column.field].kind in MONEY and column.unit is None:
            found.append(
                say(
                    "Column “%(label)s” names no unit, its figures are read as ten thousands of yuan",
                    label=column.label,
                )
            )
        if not column.label:
            found.append(say("Column %(letter)s has values but no head and is left out", letter=letter(column.index)))
    return found


def _no_header(sheet: Sheet, words: Vocabulary) -> Say:
    labels = {"all": words.needs_all, "any": words.needs_any}
    asked = {key: " / ".join(sorted(words.fields[code].zh for code in codes)) for key, codes in labels.items()}
    return say(
        "Sheet “%(sheet)s” was skipped: no row has the heads %(all)s and one of %(any)s", sheet=sheet.name, **asked
    )
