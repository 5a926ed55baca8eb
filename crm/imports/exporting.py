"""The register as a file that the import reads back without a change: .xlsx, CSV, or JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select

from crm.core import clock, shown
from crm.core.db import db
from crm.enterprises import phones
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.roster import extras, firms, said
from crm.imports.synonyms import vocabulary
from crm.sheets.layout import Column, Content, Show
from crm.sheets.write import write_csv, write_table
from crm.tiers.rules import titles
from crm.tiers.sheet import Span, titles_held

FIELDS = (
    "name", "credit_code", "industry", "territory", "legal_representative", "contact", "contact_position", "phone",
    "registered_capital", "founded_on", "commissioner", "deputy", "leader", "section", "tier", "titles", "address",
    "employees", "stock_code", "short_name", "former_name", "last_visit_on", "note",
)  # fmt: skip
SHOWN = {
    "registered_capital": Show.NUMBER,
    "founded_on": Show.DATE,
    "last_visit_on": Show.DATE,
    "employees": Show.NUMBER,
}
IN_UNITS = {"money": "（万元）", "signed_money": "（万元）", "percent": "（%）"}
WAN = 10_000
FIRMS_AT_ONCE = 500
MOST_NAMES = 2
Masks = Callable[[int], bool]
Beside = Mapping[str, Callable[[Sequence[int]], Mapping[int, Any]]]
"""Heading → what stands under it for some enterprises: columns that are read only."""
NOTHING_BESIDE: Beside = {}


def write(
    kind: str, target: Path, *, where: Sequence[ColumnElement[bool]] = (), masks: Masks = lambda _: False,
    beside: Beside = NOTHING_BESIDE,
) -> int:  # fmt: skip
    """Write the enterprises of a clause; `masks(id)` says whose phone is hidden. Returns how many rows."""
    if kind == "json":
        return _write_json(target, _values(where, masks))
    own = extras.known()
    columns = [*(_column(field) for field in FIELDS), *(Column(label) for label in (*own, *beside))]
    keys = [*FIELDS, *(said.EXTRA + label for label in own), *beside]
    rows = ([_content(key, values.get(key)) for key in keys] for values in _values(where, masks, beside))
    if kind == "csv":
        return write_csv(target, columns=columns, rows=rows)
    return write_table(target, columns=columns, rows=rows, title="企业名单")


def write_template(kind: str, target: Path) -> None:
    """The heads alone, as the import knows them."""
    fields = (
        FIELDS
        if kind == "roster"
        else [field for field in vocabulary(kind).fields if field not in ("ordinal", "problem")]
    )
    write_table(target, columns=[_column(field, kind) for field in fields], rows=[])


def _column(field: str, kind: str = "roster") -> Column:
    known = vocabulary(kind).fields[field]
    return Column(known.zh + IN_UNITS.get(known.kind, ""), SHOWN.get(field, Show.TEXT))


def _values(
    where: Sequence[ColumnElement[bool]], masks: Masks, beside: Beside = NOTHING_BESIDE
) -> Iterator[dict[str, Any]]:
    """Each firm as its row says it, in the order of the list, some hundreds at a time; without a clause the zone."""
    today = clock.today()
    query = select(Enterprise.id).where(*(where or [Enterprise.standing == Standing.ACTIVE]))
    numbers = [said.EXTRA + label for label, kind in extras.known().items() if kind == "phone"]
    ids = list(db.session.scalars(query.order_by(Enterprise.sort_key, Enterprise.id)))
    for start in range(0, len(ids), FIRMS_AT_ONCE):
        some = ids[start : start + FIRMS_AT_ONCE]
        loaded, held = firms.load(some, today), titles_held(some)
        known = {heading: find(some) for heading, find in beside.items()}
        for firm_id in some:
            values = said.of_firm(loaded[firm_id])
            if "phone" in values:
                values["phone"] = (phones.masked_all if masks(firm_id) else shown.phones)(values["phone"])
            if masks(firm_id):
                values |= {key: phones.masked_all(values[key]) for key in numbers if key in values}
            more = {heading: found.get(firm_id) for heading, found in known.items()}
            yield {**values, "titles": _titles(held.get(firm_id, {})), **more}


def _content(field: str, value: Any) -> Content:
    """A value as a cell shows it and the import reads it again."""
    if value in (None, "", []):
        return None
    if field == "registered_capital":
        return _amount(*value)
    if field in ("founded_on", "last_visit_on"):
        return date.fromisoformat(value) if len(value) == len("2014-05-03") else value
    if isinstance(value, list):
        return "、".join(value[:MOST_NAMES]) if field == "deputy" else "、".join(value)
    return value if isinstance(value, int) else str(value)


def _amount(units: int, currency: str, is_approximate: bool) -> Content:
    """万元 as the head says; another currency in single units with its code."""
    if currency == "CNY" and not is_approximate:
        return _number(Decimal(units) / WAN)
    figure = f"{units}{currency}" if currency != "CNY" else f"{_number(Decimal(units) / WAN):f}"
    return f"约{figure}" if is_approximate else figure


def _number(value: Decimal) -> Decimal:
    """Without trailing zeros and without an exponent."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def _titles(held: dict[str, Span]) -> list[str]:
    return [_title(code, since, until) for code, (_, since, until) in held.items()]


def _title(code: str, since: date | None, until: date | None) -> str:
    """The title with the years the register knows; a last year alone cannot be written."""
    known = titles().get(code)
    years = "-".join(str(day.year) for day in (since, until) if day) if since else ""
    return (known.zh if known else code) + (f"（{years}）" if years else "")


def _write_json(target: Path, rows: Iterable[dict[str, Any]]) -> int:
    """A list of objects, one a line; what is not known is null. Written as it comes."""
    count = 0
    with target.open("w", encoding="utf-8") as file:
        file.write("[")
        for count, values in enumerate(rows, start=1):
            file.write(",\n" if count > 1 else "\n")
            file.write(json.dumps(_object(values), ensure_ascii=False))
        file.write("\n]\n")
    return count


def _object(values: dict[str, Any]) -> dict[str, Any]:
    found = {field: values.get(field) for field in FIELDS}
    units, currency, is_approximate = values.get("registered_capital") or (None, "CNY", False)
    capital = None if units is None else _number(Decimal(units) / WAN)
    found["registered_capital"] = (
        capital if capital is None else int(capital) if capital == int(capital) else float(capital)
    )
    found["registered_capital_currency"], found["registered_capital_is_approximate"] = currency, is_approximate
    own = {key.removeprefix(said.EXTRA): value for key, value in values.items() if key.startswith(said.EXTRA)}
    return {**found, "extra": own}
