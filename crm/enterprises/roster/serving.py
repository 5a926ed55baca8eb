"""Who serves the firm: commissioner and deputies. A changed commissioner is never a plain update."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from crm.core.bureau import bureau
from crm.core.db import db
from crm.core.staging import Handover, Line
from crm.core.words import Say, say, shortened
from crm.enterprises.assignment_many import Move, change_many
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.officials import Meant, names_in
from crm.enterprises.roster.parts import Quiet, changed
from crm.enterprises.serving_models import Assignment, StandIn


class Serving(Quiet):
    def load(self) -> None:
        self.batch.officials.load(self.batch.lines)

    def compare(self, line: Line, firm: Firm | None) -> None:
        now, named = (firm.assignment if firm else None), names_in(line, "commissioner")
        if named and (first := self.batch.officials.meant(line, "commissioner", named[0], [now])):
            self.batch.officials.keep(line, "commissioner", [first])
            if now is None or first.id != now.whom:
                line.changes["commissioner"] = [now.name if now else None, first.name]
        self._compare_deputies(line, firm, named[1:])

    def _compare_deputies(self, line: Line, firm: Firm | None, second: list[str]) -> None:
        """A deputy is added, never taken away: an empty cell says nothing."""
        cells = [("commissioner", name) for name in second] + [("deputy", name) for name in names_in(line, "deputy")]
        official = self._official(line, firm)
        if not cells or official is None:
            return
        known = firm.deputies if firm and "commissioner" not in line.changes else []
        wanted = [self.batch.officials.meant(line, key, name, known) for key, name in cells]
        held = {deputy.whom for deputy in known}
        new = [one for one in dict.fromkeys(wanted) if one is not None and one.id not in held]
        if official in new:
            line.refuse(cells[0][0], say("Nobody stands in for himself"))
        elif new:
            self.batch.officials.keep(line, "deputy", new)
            line.changes["deputy"] = [[deputy.name for deputy in known] or None, [one.name for one in new]]

    def _official(self, line: Line, firm: Firm | None) -> Meant | None:
        """Who will serve once the line is written."""
        if named := self.batch.officials.of(line, "commissioner"):
            return named[0]
        return Meant(firm.assignment.whom, firm.assignment.name) if firm and firm.assignment else None

    def advise(self, lines: list[Line]) -> None:
        """Per official how many firms before and after; the ceiling warns here, it refuses by hand only."""
        self.batch.findings.officials = self.batch.officials.unknown(lines)
        moved = [line for line, *_ in changed(lines, "commissioner")]
        gains = Counter(self.batch.officials.of(line, "commissioner")[0] for line in moved)
        firms = [firm for line in moved if (firm := self.batch.firm(line))]
        losses = Counter(firm.assignment.whom for firm in firms if firm.assignment)
        known = _loads([one.id for one in gains if one.id])
        warn = bureau("load_warn")
        told: list[Say] = []
        for one in sorted(gains, key=lambda one: one.name):
            before = known.get(one.id or 0, 0)
            n = before + gains[one] - losses.get(one.id or 0, 0)
            self.batch.findings.loads.append({"name": one.name, "before": before, "after": n, "warn": n > warn})
            if n > warn:
                told.append(_heavy(one.name, n))
        self.batch.findings.notices += shortened(told)

    def prepare(self, lines: list[Line]) -> None:
        """Create the unknown officials in the unit chosen."""
        if (unit_id := self.batch.choices.officials_unit) is None:
            return
        for name, user_id in self.batch.officials.create(lines, unit_id, self.batch.journal).items():
            self.batch.tell(None, "person.added", subject=("user", user_id), name=name, unit_id=unit_id)

    def write(self, lines: list[Line]) -> None:
        first: list[dict[str, Any]] = []
        moves: list[Move] = []
        for line, _, name in changed(lines, "commissioner"):
            to = self.batch.officials.id_of(self.batch.officials.of(line, "commissioner")[0])
            firm = self.batch.firm(line)
            if to is None:
                continue
            if firm and (now := firm.assignment):
                moves.append(Move(firm.id, now.id, now.whom, now.name, now.since, to, name))
            else:
                first.append({"enterprise_id": line.target, "commissioner_id": to, "name": name})
        self._open(first)
        if moves and self.batch.choices.handover:
            self._hand_over(moves, self.batch.choices.handover)
        if self.batch.choices.deputies:
            self._name_deputies(lines)

    def _open(self, first: list[dict[str, Any]]) -> None:
        day = self.batch.errand.today
        rows = [{key: row[key] for key in ("enterprise_id", "commissioner_id")} | {"started_on": day} for row in first]
        for row, made in zip(first, self.batch.journal.insert(Assignment, rows), strict=True):
            told = {"to": row["name"], "to_id": row["commissioner_id"], "on": day.isoformat(), "document_no": ""}
            self.batch.tell(row["enterprise_id"], "assignment.opened", subject=("assignment", made), **told)

    def _hand_over(self, moves: list[Move], order: Handover) -> None:
        """Open work moves along when the day has come; an order for a later day takes it along on its day."""
        by, journal = self.batch.errand.by, self.batch.journal
        takes = self.batch.passes_on if order.on <= self.batch.errand.today else None
        passed = takes(moves, by=by, journal=journal) if takes else {}
        self.batch.entries += change_many(moves, order=order, by=by, journal=journal, passed=passed)

    def _name_deputies(self, lines: list[Line]) -> None:
        people = self.batch.officials
        rows: list[dict[str, Any]] = []
        for line, *_ in changed(lines, "deputy"):
            firm = self.batch.firm(line)
            official = self._official(line, firm)
            if official is None or self._stays_as_it_was(line):
                continue
            ids = [people.id_of(one) for one in (official, *people.of(line, "deputy"))]
            same = {"enterprise_id": line.target, "official_id": ids[0], "from_on": self._first_day(line)}
            rows += [{**same, "deputy_id": deputy} for deputy in ids[1:] if deputy and ids[0]]
            told = {"official": official.name, "from_on": same["from_on"].isoformat()}
            for one in people.of(line, "deputy"):
                self.batch.tell(line.target, "standin.named", deputy=one.name, **told)
        self.batch.journal.insert(StandIn, rows)

    def _stays_as_it_was(self, line: Line) -> bool:
        """The file names another commissioner, and nobody confirmed the change."""
        return bool(line.changes.get("commissioner", [None])[0]) and self.batch.choices.handover is None

    def _first_day(self, line: Line) -> Any:
        """A deputy of somebody who comes later comes with him."""
        order, today = self.batch.choices.handover, self.batch.errand.today
        return max(order.on, today) if order and line.changes.get("commissioner", [None])[0] else today


def _heavy(name: str, n: int) -> Say:
    return say(
        "%(name)s would serve %(n)s enterprises (warning from %(warn)s, limit %(limit)s)",
        name=name,
        n=n,
        warn=bureau("load_warn"),
        limit=bureau("load_limit"),
    )


def _loads(ids: list[int]) -> dict[int, int]:
    query = select(Assignment.commissioner_id, func.count()).where(Assignment.ended_on.is_(None))
    found = db.session.execute(
        query.where(Assignment.commissioner_id.in_(ids)).group_by(Assignment.commissioner_id)
    ).all()
    return {row[0]: row[1] for row in found}
