"""A firm as a row of the roster: the values its columns would show, in the form a cell is read into."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.enterprises.roster.firms import Firm

EXTRA = "extra:"
LENGTH_OF = {"day": 10, "month": 7, "year": 4}
PLAIN = ("short_name", "address", "legal_representative", "industry", "employees", "stock_code", "note", "tier")


def of_firm(firm: Firm) -> dict[str, Any]:
    """Every field that says something; an empty one is left out."""
    row, contact = firm.row, firm.primary
    values: dict[str, Any] = {
        "name": row["name"],
        "credit_code": row["credit_code"],
        "commissioner": firm.assignment.name if firm.assignment else None,
        "deputy": [deputy.name for deputy in firm.deputies],
        "leader": firm.liaison.name if firm.liaison else None,
        "section": firm.section.name if firm.section else None,
        "territory": firm.territory,
        "former_name": next(reversed(firm.names.values()), None),
        "contact": contact.name if contact else None,
        "contact_position": contact.position if contact else None,
        "phone": contact.phone if contact else None,
        "founded_on": founded(row["founded_on"], row["founded_precision"]),
        "registered_capital": capital(row),
        "last_visit_on": row["last_visit_on"].isoformat() if row["last_visit_on"] else None,
        **{field: row[field] for field in PLAIN},
        **{EXTRA + label: value for label, (_, value) in firm.extras.items()},
    }
    return {field: value for field, value in values.items() if value not in (None, "", [])}


def founded(on: date | None, precision: str | None) -> str | None:
    """The date as exactly as it is known: 2014-05-03, 2014-05 or 2014."""
    return on.isoformat()[: LENGTH_OF[str(precision or "day")]] if on else None


def founded_columns(text: str) -> dict[str, Any]:
    """The two columns behind 2014-05: the first day, and how much of it is known."""
    precision = {length: name for name, length in LENGTH_OF.items()}[len(text)]
    return {
        "founded_on": date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10]),
        "founded_precision": precision,
    }


def capital(row: dict[str, Any]) -> list[Any] | None:
    """[whole units, currency, approximate?]"""
    if row["registered_capital"] is None:
        return None
    return [row["registered_capital"], row["capital_currency"], row["capital_is_approximate"]]


def capital_columns(value: list[Any]) -> dict[str, Any]:
    units, currency, is_approximate = value
    return {"registered_capital": units, "capital_currency": currency, "capital_is_approximate": is_approximate}
