"""The search index after a roster: only the rows that differ are written, so that 4,000 new phones cost 4,000 rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert

from crm.core.db import db
from crm.core.staging import Line
from crm.enterprises import names, search
from crm.enterprises.grams import tail_keys
from crm.enterprises.models import NearKey, SearchGram, SearchKey
from crm.enterprises.roster import contact
from crm.enterprises.roster.firms import Firm

SPELLED = frozenset({"name", "short_name", "former_name"})
INDEXED = SPELLED | {"credit_code", "stock_code", "contact", "phone"}


@dataclass
class Texts:
    """What a firm is found by; `others` as in `search`: (kind, text) of other names, contacts and phones."""

    name: str = ""
    short_name: str = ""
    credit_code: str | None = None
    stock_code: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def numbers(self) -> set[str]:
        written = [self.credit_code or "", self.stock_code, *(text for kind, text in self.others if kind == "phone")]
        return set().union(*(tail_keys(number) for number in written))


class Difference:
    """Rows to delete and to insert in one index table."""

    def __init__(self, model: Any, column: str) -> None:
        self.table, self.column = model.__table__, column
        self.gone: list[dict[str, Any]] = []
        self.new: list[dict[str, Any]] = []

    def note(self, firm_id: int, before: set[str] | frozenset[str], after: set[str] | frozenset[str]) -> None:
        self.gone += [{"_text": text, "_firm": firm_id} for text in before - after]
        self.new += [{self.column: text, "enterprise_id": firm_id} for text in after - before]

    def write(self) -> None:
        connection = db.session.connection()
        if self.gone:
            is_row = (self.table.c[self.column] == bindparam("_text")) & (
                self.table.c.enterprise_id == bindparam("_firm")
            )
            connection.execute(delete(self.table).where(is_row), self.gone)
        if self.new:
            connection.execute(insert(self.table), self.new)


def index_lines(lines: Iterable[Line], firms: Mapping[int, Firm]) -> None:
    """Bring the index up to date with planned lines that have just been written."""
    grams, keys, near = Difference(SearchGram, "gram"), Difference(SearchKey, "key"), Difference(NearKey, "key")
    for line in lines:
        if not INDEXED & line.changes.keys() or line.target is None:
            continue
        firm = firms.get(line.target)
        before, after = _texts(firm), _changed(_texts(firm), firm, line)
        grams.note(line.target, _grams(before), _grams(after))
        if SPELLED & line.changes.keys():
            keys.note(line.target, _keys(before), _keys(after))
            near.note(line.target, _near(before), _near(after))
        else:
            keys.note(line.target, before.numbers, after.numbers)
    for difference in (grams, keys, near):
        difference.write()


def _texts(firm: Firm | None) -> Texts:
    if firm is None:
        return Texts()
    row = firm.row
    return Texts(
        row["name"],
        row["short_name"],
        row["credit_code"],
        row["stock_code"],
        _others(firm.names.values(), firm.contacts),
    )


def _changed(texts: Texts, firm: Firm | None, line: Line) -> Texts:
    """The texts once the line is written: a name given up stays among the others."""
    values = {key: pair[1] for key, pair in line.changes.items()}
    known = [*(firm.names.values() if firm else ()), *(values[key] for key in ("former_name",) if key in values)]
    known += [texts.name] if "name" in values and texts.name else []
    plain = {key: values.get(key, getattr(texts, key)) for key in ("name", "short_name", "credit_code", "stock_code")}
    return Texts(**plain, others=_others(known, contact.after(firm, line)))


def _others(known: Iterable[str], contacts: Iterable[contact.ContactNow]) -> tuple[tuple[str, str], ...]:
    people = [pair for one in contacts for pair in (("contact", one.name), ("phone", one.phone))]
    return (*(("name", name) for name in known), *people)


def _grams(texts: Texts) -> set[str]:
    return search._grams_of(texts, list(texts.others))  # type: ignore[arg-type]


def _keys(texts: Texts) -> set[str]:
    return search._keys_of(texts, list(texts.others)) if texts.name else set()  # type: ignore[arg-type]


def _near(texts: Texts) -> frozenset[str]:
    return names.near_keys(texts.name) if texts.name else frozenset()
