"""The enterprise's own columns: name, code, what the licence says, the day of the last visit before this system."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.core.staging import Line
from crm.core.words import say
from crm.enterprises import names, pinyin
from crm.enterprises.models import EnterpriseName
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.parts import Quiet, changed, compare_plain
from crm.enterprises.roster.repeats import place
from crm.enterprises.roster.said import PLAIN, capital, capital_columns, founded, founded_columns

OWN = tuple(field for field in PLAIN if field != "tier")
DERIVED = frozenset({"last_visit_on"})
"""Written without raising the version: nobody's form holds them."""


class Fields(Quiet):
    def compare(self, line: Line, firm: Firm | None) -> None:
        row = firm.row if firm else {}
        if not _is_by_an_old_entry(line, firm):
            self._compare_names(line, firm)
            compare_plain(line, row, ("credit_code",))
        compare_plain(line, row, OWN)
        self._compare_founding(line, founded(row.get("founded_on"), row.get("founded_precision")))
        compare_plain(line, {"registered_capital": capital(row) if firm else None}, ("registered_capital",))
        self._compare_last_visit(line, row.get("last_visit_on"))

    def _compare_names(self, line: Line, firm: Firm | None) -> None:
        """Two spellings of one name are the same name; a former name that is known stays as it is written."""
        said, former = line.said.get("name"), line.said.get("former_name")
        known = firm.row["name_key"] if firm else None
        if said and names.normal(said) != known:
            line.changes["name"] = [firm.row["name"] if firm else None, said]
        if former and names.normal(former) not in {known, names.normal(said or ""), *(firm.names if firm else ())}:
            line.changes["former_name"] = [None, former]

    def advise(self, lines: list[Line]) -> None:
        """Rows that name an entry which is another one now: its name and code stay, the rest is taken."""
        for line in lines:
            firm = self.batch.firm(line)
            if firm and _is_by_an_old_entry(line, firm):
                words = say("%(there)s was merged into %(name)s and is read as a row of it", there=place(line),
                            name=firm.row["name"])  # fmt: skip
                self.batch.findings.notices.append(words)

    def _compare_founding(self, line: Line, known: str | None) -> None:
        said = line.said.get("founded_on") or ""
        if said > self.batch.errand.today.isoformat()[: len(said)]:
            line.refuse("founded_on", say("The founding day lies in the future: %(day)s", day=said))
        else:
            compare_plain(line, {"founded_on": known}, ("founded_on",))

    def _compare_last_visit(self, line: Line, known: date | None) -> None:
        """Only news counts: an older day than the one on record says nothing."""
        said = line.said.get("last_visit_on")
        if said is None:
            return
        if said > self.batch.errand.today.isoformat():
            line.refuse("last_visit_on", say("The last visit lies in the future: %(day)s", day=said))
        elif known is None or said > known.isoformat():
            line.changes["last_visit_on"] = [known.isoformat() if known else None, said]

    def columns(self, line: Line) -> dict[str, Any]:
        after = {key: pair[1] for key, pair in line.changes.items()}
        values = {key: after[key] for key in ("credit_code", *OWN) if key in after}
        if "name" in after:
            values |= {
                "name": after["name"],
                "name_key": names.normal(after["name"]),
                "sort_key": pinyin.sort_key(after["name"]),
            }
        if "founded_on" in after:
            values |= founded_columns(after["founded_on"])
        if "registered_capital" in after:
            values |= capital_columns(after["registered_capital"])
        if "last_visit_on" in after:
            values["last_visit_on"] = date.fromisoformat(after["last_visit_on"])
        return values

    def write(self, lines: list[Line]) -> None:
        """Other names; the name given up stays as a former one until today."""
        today = self.batch.errand.today
        rows = [_name_row(line, name, None) for line, _, name in changed(lines, "former_name")]
        for line, before, after in changed(lines, "name"):
            firm = self.batch.firm(line)
            if (
                before
                and firm
                and names.normal(before) not in firm.names
                and names.normal(before) != names.normal(after)
            ):
                rows.append(_name_row(line, before, today))
        self.batch.journal.insert(EnterpriseName, rows)
        for line, _, day in changed(lines, "last_visit_on"):
            self.batch.tell(line.target, "visit.carried_over", on=day)


def _is_by_an_old_entry(line: Line, firm: Firm | None) -> bool:
    if firm is None:
        return False
    return firm.was_called(line.said.get("credit_code"), names.normal(line.said.get("name") or ""))


def _name_row(line: Line, name: str, until: date | None) -> dict[str, Any]:
    return {
        "enterprise_id": line.target,
        "name": name,
        "name_key": names.normal(name),
        "kind": "former",
        "until": until,
    }
