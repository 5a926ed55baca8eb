"""Columns the bureau keeps of its own: known by their label, made on first use."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.core.journal import Changed
from crm.core.staging import Line
from crm.enterprises.models import ExtraField, ExtraValue
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.parts import Batch, Quiet, same_words
from crm.enterprises.roster.said import EXTRA


class Extras(Quiet):
    def __init__(self, batch: Batch) -> None:
        super().__init__(batch)
        self.fields: dict[str, int] = {}

    def compare(self, line: Line, firm: Firm | None) -> None:
        for key, value in line.said.items():
            if key.startswith(EXTRA):
                now = firm.extras.get(key.removeprefix(EXTRA)) if firm else None
                if now is None or not (same_words(now[1], value) or _same_number(now[1], value)):
                    line.changes[key] = [now[1] if now else None, value]

    def prepare(self, lines: list[Line]) -> None:
        """Define the columns used for the first time, at the end of the order."""
        used: dict[str, set[str]] = {}
        for line in lines:
            for key, (_, value) in line.changes.items():
                if key.startswith(EXTRA):
                    used.setdefault(key.removeprefix(EXTRA), set()).add(value)
        if not used:
            return
        found = list(db.session.scalars(select(ExtraField)))
        self.fields = {field.label: field.id for field in found}
        last = max((field.sort for field in found), default=0)
        rows = [
            self._field(label, used[label], last + n)
            for n, label in enumerate([label for label in used if label not in self.fields], 1)
        ]
        for row, made in zip(rows, self.batch.journal.insert(ExtraField, rows), strict=True):
            self.fields[row["label"]] = made
            told = {"label": row["label"], "field_kind": row["kind"]}
            self.batch.tell(None, "extra_field.added", subject=("extra_field", made), **told)

    def _field(self, label: str, values: set[str], sort: int) -> dict[str, Any]:
        kind = self.batch.errand.extras.get(label, "text")
        choices = "\n".join(sorted(values)) if kind == "choice" else ""
        return {"label": label, "kind": kind, "choices": choices, "sort": sort}

    def write(self, lines: list[Line]) -> None:
        rows, updates = [], []
        for line in lines:
            for key, (before, after) in line.changes.items():
                if not key.startswith(EXTRA):
                    continue
                field_id = self.fields[key.removeprefix(EXTRA)]
                if before is None:
                    rows.append({"enterprise_id": line.target, "field_id": field_id, "value": after})
                else:
                    updates.append(Changed(field_id, line.target, {"value": before}, {"value": after}))
        self.batch.journal.insert_keyed(ExtraValue, "field_id", rows)
        self.batch.journal.update(ExtraValue, updates, key="field_id")


def _same_number(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def known() -> dict[str, str]:
    """Label → kind of the columns that are not retired."""
    query = select(ExtraField.label, ExtraField.kind).where(ExtraField.retired_on.is_(None))
    found = db.session.execute(query.order_by(ExtraField.sort, ExtraField.id))
    return {row[0]: row[1] for row in found}
