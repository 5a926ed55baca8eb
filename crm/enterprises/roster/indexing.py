"""The search index after a roster: only the rows that differ are written, so that 4,000 new phones cost 4,000 rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.core.bulk import delete_pairs, insert_pairs
from crm.core.journal import parts
from crm.core.staging import Line
from crm.enterprises import names
from crm.enterprises.grams import phone_keys, tail_keys
from crm.enterprises.models import NearKey, SearchGram, SearchKey
from crm.enterprises.roster import contact
from crm.enterprises.roster.firms import Firm
from crm.enterprises.search_index import grams_of, keys_of

LINES_AT_ONCE = 1000
INDEXED = frozenset({"name", "short_name", "former_name", "credit_code", "stock_code", "contact", "phone"})


@dataclass
class Texts:
    """What a firm is found by; `others` as in `search_index`: (kind, text) of other names, contacts and phones."""

    name: str = ""
    short_name: str = ""
    credit_code: str | None = None
    stock_code: str = ""
    others: tuple[tuple[str, str], ...] = ()

    @property
    def spelled(self) -> list[str]:
        """What has pinyin keys."""
        return [self.name, self.short_name, *(text for kind, text in self.others if kind == "name")]

    @property
    def numbers(self) -> set[str]:
        phones = (phone_keys(text) for kind, text in self.others if kind == "phone")
        return set().union(tail_keys(self.credit_code or ""), tail_keys(self.stock_code), *phones)


class Difference:
    """Rows to delete and to insert in one index table."""

    def __init__(self, model: Any, column: str) -> None:
        self.table, self.names = model.__table__, (column, "enterprise_id")
        self.gone: list[tuple[str, int]] = []
        self.new: list[tuple[str, int]] = []

    def note(self, firm_id: int, before: set[str] | frozenset[str], after: set[str] | frozenset[str]) -> None:
        self.gone += [(text, firm_id) for text in before - after]
        self.new += [(text, firm_id) for text in after - before]

    def write(self) -> None:
        delete_pairs(self.table, self.names, self.gone)
        insert_pairs(self.table, self.names, self.new)


def index_lines(lines: Sequence[Line], firms: Mapping[int, Firm]) -> None:
    """Bring the index up to date with planned lines that have just been written."""
    for some in parts(lines, LINES_AT_ONCE):
        _index(some, firms)


def index_again(before: Mapping[int, Firm], after: Mapping[int, Firm]) -> None:
    """Bring the index up to date with firms that were read before and after a change."""
    for some in parts(sorted(after), LINES_AT_ONCE):
        pairs = ((firm_id, _texts(before.get(firm_id)), _texts(after[firm_id])) for firm_id in some)
        _write_differences(pair for pair in pairs if pair[1] != pair[2])


def _index(lines: Iterable[Line], firms: Mapping[int, Firm]) -> None:
    told = (line for line in lines if line.target and INDEXED & line.changes.keys())
    known = ((line, firms.get(line.target or 0)) for line in told)
    _write_differences((line.target or 0, _texts(firm), _changed(_texts(firm), firm, line)) for line, firm in known)


def _write_differences(pairs: Iterable[tuple[int, Texts, Texts]]) -> None:
    grams, keys, near = Difference(SearchGram, "gram"), Difference(SearchKey, "key"), Difference(NearKey, "key")
    for firm_id, before, after in pairs:
        grams.note(firm_id, _grams(before), _grams(after))
        if before.spelled == after.spelled:
            keys.note(firm_id, before.numbers, after.numbers)
        else:
            keys.note(firm_id, _keys(before), _keys(after))
            near.note(firm_id, _near(before), _near(after))
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
    return grams_of(texts, list(texts.others))


def _keys(texts: Texts) -> set[str]:
    return keys_of(texts, list(texts.others)) if texts.name else set()


def _near(texts: Texts) -> frozenset[str]:
    return names.near_keys(texts.name) if texts.name else frozenset()
