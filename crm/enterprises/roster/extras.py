"""Columns the bureau keeps of its own: known by their label, made on first use."""

from __future__ import annotations

from sqlalchemy import select

from crm.core.db import db
from crm.core.journal import Changed
from crm.core.staging import Line
from crm.enterprises.models import ExtraField, ExtraValue
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.parts import Quiet
from crm.enterprises.roster.said import EXTRA


class Extras(Quiet):
    def compare(self, line: Line, firm: Firm | None) -> None:
        for key, value in line.said.items():
            if key.startswith(EXTRA):
                now = firm.extras.get(key.removeprefix(EXTRA)) if firm else None
                if now is None or now[1] != value:
                    line.changes[key] = [now[1] if now else None, value]

    def prepare(self, lines: list[Line]) -> None:
        used = {key.removeprefix(EXTRA): None for line in lines for key in line.changes if key.startswith(EXTRA)}
        self.fields = {field.label: field.id for field in db.session.scalars(select(ExtraField))} if used else {}
        new = [label for label in used if label not in self.fields]
        rows = [
            {"label": label, "kind": self.batch.errand.extras.get(label, "text"), "sort": n}
            for n, label in enumerate(new, start=len(self.fields))
        ]
        made = self.batch.journal.insert(ExtraField, rows)
        self.fields |= dict(zip(new, made, strict=True))
        for label, field_id in zip(new, made, strict=True):
            self.batch.tell(None, "extra.added", subject=("extra_field", field_id), label=label)

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


def known() -> dict[str, str]:
    """Label → kind of the columns that are not retired."""
    query = select(ExtraField.label, ExtraField.kind).where(ExtraField.retired_on.is_(None))
    found = db.session.execute(query.order_by(ExtraField.sort, ExtraField.id))
    return {row[0]: row[1] for row in found}
