"""What the XML parts of an .xlsx say that the reader does not: how far a sheet reaches, hidden rows, error cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from crm.sheets.limits import Limits
from crm.sheets.places import letter, position
from crm.sheets.refusal import Reason, Refusal

UNCALCULATED = ""
Attributes = dict[str, str]


@dataclass
class SheetFacts:
    """Rows from 1, columns from 0. `oddities`: row → column → error text, "" for a formula never calculated."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    oddities: dict[int, dict[int, str]] = field(default_factory=dict)
    last_row: int = 0
    last_column: int = -1
    cells: int = 0

    def note(self, row: int, column: int, text: str) -> None:
        self.oddities.setdefault(row, {})[column] = text

    def check(self, sheet: str, limits: Limits) -> None:
        """Raises Refusal when the sheet has more cells, or reaches further, than can be read."""
        if self.cells > limits.cells:
            raise Refusal(Reason.TOO_MANY_CELLS, sheet=sheet, limit=limits.cells)
        width = self.last_column + 1
        if self.last_row > limits.rows or width > limits.columns or self.last_row * width > limits.area:
            cell = f"{letter(self.last_column)}{self.last_row}"
            raise Refusal(Reason.TOO_FAR, sheet=sheet, cell=cell, rows=limits.rows, columns=limits.columns)


class PartReader:
    """Fed with a part piece by piece; `facts` is set when the part turns out to be a sheet."""

    def __init__(self, limits: Limits) -> None:
        self.facts: SheetFacts | None = None
        self._limits = limits
        self._has_enough = False
        self._parser = _parser()
        self._parser.StartElementHandler = self._root

    def feed(self, piece: bytes) -> None:
        self._parse(piece, False)

    def close(self) -> None:
        self._parse(b"", True)

    def _parse(self, piece: bytes, last: bool) -> None:
        if self._has_enough:
            return
        try:
            self._parser.Parse(piece, last)
        except _Enough:
            self._has_enough = True
        except (ExpatError, ValueError, KeyError) as broken:
            raise Refusal(Reason.DAMAGED) from broken

    def _root(self, name: str, attributes: list[str]) -> None:
        """Only sheets are looked into; other parts are merely parsed to their end."""
        if _local(name) == "worksheet":
            self.facts = SheetFacts()
            prefix = name.removesuffix("worksheet")
            self._parser.StartElementHandler = _SheetWalk(self._parser, self.facts, self._limits, prefix).element
        else:
            self._parser.StartElementHandler = None


class _SheetWalk:
    """Follows rows, cells and values through a sheet; a cell without a reference follows its neighbour."""

    def __init__(self, parser: XMLParserType, facts: SheetFacts, limits: Limits, prefix: str) -> None:
        self._act = {
            f"{prefix}c": self._cell,
            f"{prefix}v": self._value,
            f"{prefix}is": self._value,
            f"{prefix}row": self._start_row,
            f"{prefix}f": self._start_formula,
            f"{prefix}col": self._columns,
        }
        self._parser = parser
        self._facts = facts
        self._most = limits.cells
        self._row = 0
        self._row_is_hidden = False
        self._column = -1
        self._reference = ""
        self._type = ""
        self._formula: tuple[int, int] | None = None

    def element(self, name: str, attributes: list[str]) -> None:
        act = self._act.get(name)
        if act:
            act(attributes)

    def _start_row(self, attributes: list[str]) -> None:
        self._count()
        self._row += 1
        self._column = -1
        self._row_is_hidden = False
        for i in range(0, len(attributes), 2):
            name, value = attributes[i], attributes[i + 1]
            if name == "r":
                self._row = int(value)
            elif (name == "hidden" and _yes(value)) or (name == "ht" and float(value) == 0):
                self._row_is_hidden = True

    def _cell(self, attributes: list[str]) -> None:
        self._count()
        self._column += 1
        self._reference = self._type = ""
        for i in range(0, len(attributes), 2):
            if attributes[i] == "r":
                self._reference = attributes[i + 1]
            elif attributes[i] == "t":
                self._type = attributes[i + 1]

    def _place(self) -> tuple[int, int]:
        """Where the present cell is; counted as reached."""
        if self._reference:
            self._row, self._column = position(self._reference)
        facts = self._facts
        if self._row > facts.last_row:
            facts.last_row = self._row
        if self._column > facts.last_column:
            facts.last_column = self._column
        if self._row_is_hidden:
            facts.hidden_rows.add(self._row)
        return self._row, self._column

    def _start_formula(self, _: list[str]) -> None:
        """Until a value with text follows, the formula counts as never calculated (`t="str"` may be empty)."""
        place = self._place()
        if self._type != "str":
            self._facts.note(*place, UNCALCULATED)
            self._formula = place

    def _value(self, _: list[str]) -> None:
        place = self._place()
        if self._type == "e" or self._formula == place:
            self._parser.CharacterDataHandler = self._value_text
            self._parser.EndElementHandler = self._end_value

    def _value_text(self, text: str) -> None:
        if self._type == "e":
            self._facts.note(self._row, self._column, text)
        elif self._formula:
            self._facts.oddities[self._row].pop(self._column, None)
        self._formula = None

    def _end_value(self, _: str) -> None:
        self._parser.CharacterDataHandler = self._parser.EndElementHandler = None

    def _columns(self, attributes: list[str]) -> None:
        columns = _pairs(attributes)
        if _yes(columns.get("hidden")):
            first, last = int(columns["min"]), int(columns["max"])
            self._facts.hidden_columns.update(range(max(first - 1, 0), min(last, 16_384)))

    def _count(self) -> None:
        """Rows count like cells: a million empty ones cost as much to walk through. Stops one past the limit."""
        self._facts.cells += 1
        if self._facts.cells > self._most:
            raise _Enough


class _Enough(Exception):
    """The sheet has more cells than can be read; its name is not known here."""


def _parser() -> XMLParserType:
    """Knows neither DTD nor entities."""

    def refuse(*_: Any) -> None:
        raise Refusal(Reason.DECLARATIONS)

    parser = ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _pairs(attributes: list[str]) -> Attributes:
    return {_local(name): value for name, value in zip(attributes[::2], attributes[1::2], strict=True)}


def _yes(value: str | None) -> bool:
    return value in ("1", "true", "on")


def elements(part: bytes, wanted: str) -> list[Attributes]:
    """The attributes of every element of that name, in order."""
    found: list[Attributes] = []

    def start(name: str, attributes: list[str]) -> None:
        if _local(name) == wanted:
            found.append(_pairs(attributes))

    parser = _parser()
    parser.StartElementHandler = start
    try:
        parser.Parse(part, True)
    except ExpatError as broken:
        raise Refusal(Reason.DAMAGED) from broken
    return found
