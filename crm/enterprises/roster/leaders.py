"""The liaison leader (联系领导) of a roster row, as a dated row."""

from __future__ import annotations

from typing import Any

from crm.core.staging import Line
from crm.core.words import say
from crm.enterprises.roster.firms import Firm
from crm.enterprises.roster.officials import names_in
from crm.enterprises.roster.parts import Quiet, changed, close
from crm.enterprises.serving_models import Liaison


class Leaders(Quiet):
    def compare(self, line: Line, firm: Firm | None) -> None:
        named = names_in(line, "leader")
        now = firm.liaison if firm else None
        if len(named) > 1:
            line.refuse("leader", say("An enterprise has one liaison leader, not %(n)s", n=len(named)))
        elif named and (one := self.batch.officials.meant(line, "leader", named[0], [now])):
            self.batch.officials.keep(line, "leader", [one])
            if now is None or now.whom != one.id:
                line.changes["leader"] = [now.name if now else None, one.name]

    def write(self, lines: list[Line]) -> None:
        today, ended = self.batch.errand.today, []
        rows: list[dict[str, Any]] = []
        for line, *_ in changed(lines, "leader"):
            leader, firm = self.batch.officials.id_of(self.batch.officials.of(line, "leader")[0]), self.batch.firm(line)
            if leader:
                ended += close(firm.liaison if firm else None, line, today)
                rows.append({"enterprise_id": line.target, "leader_id": leader, "from_on": today})
        self.batch.journal.update(Liaison, ended)
        self.batch.journal.insert(Liaison, rows)
        for line, _, name in changed(lines, "leader"):
            if self.batch.officials.id_of(self.batch.officials.of(line, "leader")[0]):
                self.batch.tell(line.target, "liaison.set", to=name, on=today.isoformat())
