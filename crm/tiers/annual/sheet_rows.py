"""The rows of a table of figures: whose they are, for which period, and what each would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.core.staging import Line, Outcome
from crm.core.words import Say, say
from crm.enterprises.roster import matching
from crm.tiers.annual import services
from crm.tiers.annual.doubts import doubts
from crm.tiers.annual.models import CODES, PeriodFigures
from crm.tiers.annual.rules import MEASURES, SOURCES, Period, Sort, Source, recognise
from crm.tiers.annual.services import Entered
from crm.tiers.annual.showing import changes

Standing = Mapping[int, Mapping[Period, PeriodFigures]]
WORDS = {
    Source.ENTERPRISE: ("企业填报", "企业", "企业上报", "企业自报", "财务报表"),
    Source.AUDIT: ("审计报告", "审计", "年度审计报告"),
    Source.TAX: ("税务部门", "税务", "税务局"),
    Source.STATISTICS: ("统计部门", "统计", "统计局", "统计报表"),
    Source.ANNOUNCED: ("公开披露", "公告", "年报", "招股书", "招股说明书", "定期报告"),
    Source.OTHER: ("其他来源", "其他"),
}
RECOGNISED = {word: source for source, words in WORDS.items() for word in words}


@dataclass
class Row:
    """A line with its enterprise and period; `given` is what would stand once it is written."""

    line: Line
    firm: int
    period: Period
    values: dict[str, int]
    source: Source | None
    before: PeriodFigures | None = None
    doubts: list[Say] = field(default_factory=list)
    entered: Entered | None = None

    @property
    def given(self) -> Entered:
        assert self.entered is not None
        return self.entered

    @property
    def says(self) -> tuple[Any, ...]:
        """All of its own cells."""
        return self.values, self.source, self.line.said.get("is_audited"), self.line.said.get("note") or ""

    @property
    def has_no_source(self) -> bool:
        return self.source is None and self.before is None


def read(line: Line, known: matching.Register) -> Row | None:
    """None when the row is refused."""
    firm = matching.firm_of(line, known)
    period = recognise(line.said.get("year") or "", line.said.get("period") or "")
    if period is None:
        line.refuse("year", say("Name the year, and a part of it from January: 2025, 上半年, 1—9月"))
    source = _source(line)
    values = _values(line)
    if not values and not line.faults:
        line.refuse("revenue", say("Enter at least one figure"))
    if firm is None or period is None or line.faults:
        return None
    line.target = firm.id
    return Row(line, firm.id, period, values, source)


def _source(line: Line) -> Source | None:
    text = line.said.get("source")
    if not text:
        return None
    if text not in RECOGNISED:
        known = "、".join(words[0] for words in WORDS.values())
        line.refuse("source", say("Name one of these sources: %(known)s", known=known))
    return RECOGNISED.get(text)


def _values(line: Line) -> dict[str, int]:
    found = {}
    for code in CODES:
        value = line.said.get(code)
        if value is None:
            continue
        if MEASURES[code].sort == Sort.MONEY:
            units, currency, _is_approximate = value
            if currency != "CNY":
                line.refuse(code, say("Figures are kept in yuan: give the amount in yuan"))
            value = units
        found[code] = int(value)
    return found


def settle(rows: Sequence[Row], standing: Standing) -> None:
    """New, changed, the same or repeated; then what looks wrong, each row beside all others of its enterprise."""
    _refuse_second_ones(rows)
    counted = [row for row in rows if row.line.outcome is None and not row.line.faults]
    for row in counted:
        row.before = standing.get(row.firm, {}).get(row.period)
        row.entered = _entered(row)
        for obstacle in services.obstacles(row.given):
            row.line.refuse("year" if obstacle.field in ("period", "") else obstacle.field, obstacle.why)
        _compare(row)
    written = [row for row in counted if row.line.outcome in (Outcome.NEW, Outcome.UPDATE) and not row.line.faults]
    planned: dict[int, dict[Period, Any]] = {}
    for row in written:
        planned.setdefault(row.firm, {})[row.period] = row.given.values
    for row in written:
        stands = {period: one.values for period, one in standing.get(row.firm, {}).items()}
        _doubt(row, {**stands, **planned[row.firm]})


def _entered(row: Row) -> Entered:
    """What the row says over what stands. Figures that change are audited only when the row says so."""
    before, said = row.before, row.line.said
    values: dict[str, int | None] = {**dict.fromkeys(CODES), **(before.values if before else {}), **row.values}
    source = row.source or (before.source if before else Source.ENTERPRISE)
    audited = said.get("is_audited")
    if audited is None:
        audited = before is not None and before.is_audited and values == before.values
    if row.source is None and source == Source.AUDIT and not audited:
        source = Source.ENTERPRISE  # an audit report stands only behind the figures it was entered with
    note = said.get("note") or (before.note if before else "")
    return Entered(row.period, values, source, bool(audited), note)


def _refuse_second_ones(rows: Iterable[Row]) -> None:
    first: dict[tuple[int, Period], Row] = {}
    for row in rows:
        before = first.setdefault((row.firm, row.period), row)
        if before is row:
            continue
        if before.says == row.says:
            row.line.outcome = Outcome.REPEAT
        else:
            row.line.refuse("year", say("An earlier row of the file says otherwise of this enterprise and period"))


def _compare(row: Row) -> None:
    before, given = row.before, row.given
    if before is not None and services.same(before, given):
        row.line.outcome = Outcome.SAME
        return
    row.line.outcome = Outcome.NEW if before is None else Outcome.UPDATE
    differing = changes(before.values if before else {}, given.values)
    row.line.changes = {measure.code: [then if before else None, now] for measure, then, now in differing}
    facts: dict[str, tuple[Any, Any]] = {
        "source": (SOURCES[before.source] if before else None, SOURCES[given.source]),
        "is_audited": (_audited(before.is_audited) if before else None, _audited(given.is_audited)),
    }
    for key, (then, now) in facts.items():
        if then != now:
            row.line.changes[key] = [then.as_json() if then else None, now.as_json()]
    if given.note != (before.note if before else ""):
        row.line.changes["note"] = [before.note if before else None, given.note]


def _audited(is_audited: bool) -> Say:
    return say("audited") if is_audited else say("not audited")


def _doubt(row: Row, known: Mapping[Period, Any]) -> None:
    others = {period: values for period, values in known.items() if period != row.period}
    loses = row.before is not None and row.before.is_audited and not row.given.is_audited
    row.doubts = doubts(row.period, row.given.values, others, replaces_audited=loses)
    if row.doubts:
        row.line.changes["doubts"] = [None, [doubt.as_json() for doubt in row.doubts]]
