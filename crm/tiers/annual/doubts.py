"""What is hardly right about figures: asked before they are kept, never a reason to refuse what somebody stands by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from crm.core.shown import wan, yuan_in_wan
from crm.core.words import Say, say
from crm.tiers.annual.rules import MEASURES, Measure, Period, Sort, Values

JUMP = 10
SLIP = (3_000, 30_000)
"""So many times more or less than the year before: yuan stands for 万元, or the other way round."""
WORTH_ASKING = 1_000_000
"""Yuan; below it a tenfold change says nothing."""
STAFF_WORTH_ASKING = 50
MOST_PER_HEAD, LEAST_PER_HEAD = 100_000_000, 1_000
"""Yuan of revenue per head and year."""
WHOLE = 10_000
"""100 % in 1/10,000."""
History = Mapping[Period, Values]


def doubts(period: Period, values: Values, known: History, *, replaces_audited: bool = False) -> list[Say]:
    """In the order in which the figures stand. `known` are the figures of other periods of the same enterprise."""
    found = [
        *_negative(values),
        *_jumps(period, values, known),
        *_within(period, values),
        *_year(period, values, known),
    ]
    if replaces_audited:
        found.append(say("Audited figures stand here, these are not audited"))
    return found


def _negative(values: Values) -> Iterator[Say]:
    for measure in MEASURES.values():
        value = values.get(measure.code)
        if value is not None and value < 0 and (measure.adds_up or measure.code == "net_assets"):
            yield say("%(what)s is below zero", what=measure.label)


def _jumps(period: Period, values: Values, known: History) -> Iterator[Say]:
    before = known.get(period.before(), {})
    for measure in MEASURES.values():
        now, then = values.get(measure.code), before.get(measure.code)
        if measure.sort != Sort.RATIO and now and then and _is_worth_asking(measure, now, then):
            yield from _jump(measure, now, then, period)


def _is_worth_asking(measure: Measure, now: int, then: int) -> bool:
    floor = STAFF_WORTH_ASKING if measure.sort == Sort.COUNT else WORTH_ASKING
    return max(abs(now), abs(then)) >= floor


def _jump(measure: Measure, now: int, then: int, period: Period) -> Iterator[Say]:
    times = Decimal(max(abs(now), abs(then))) / min(abs(now), abs(then))
    told = {"what": measure.label, "before": shown(measure, then), "now": shown(measure, now), "year": period.year - 1}
    if measure.sort == Sort.MONEY and SLIP[0] <= times <= SLIP[1]:
        yield say("%(what)s: %(now)s after %(before)s in %(year)s. Was yuan taken for 10,000 yuan?", **told)
    elif times >= JUMP:
        yield say("%(what)s: %(now)s after %(before)s in %(year)s, more than ten times apart", **told)


def _within(period: Period, values: Values) -> Iterator[Say]:
    """Figures of one period that do not go together."""
    for less, more in (("net_assets", "total_assets"), ("rd_staff", "employees"), ("tax_paid", "revenue"),
                       ("rd_spending", "revenue"), ("net_profit", "revenue")):  # fmt: skip
        small, large = values.get(less), values.get(more)
        if small is not None and large is not None and small > large >= 0:
            yield say("%(less)s is more than %(more)s", less=MEASURES[less].label, more=MEASURES[more].label)
    revenue, heads = values.get("revenue"), values.get("employees")
    if revenue is not None and heads and revenue > 0:
        per_head = revenue * 12 // (heads * period.months)
        if not LEAST_PER_HEAD <= per_head <= MOST_PER_HEAD:
            told = shown(MEASURES["revenue"], per_head // 10_000 * 10_000 or per_head)
            yield say("Revenue per head of staff comes to %(value)s. Is the unit right?", value=told)
    yield from _return(values)


def _return(values: Values) -> Iterator[Say]:
    """A share typed for a percentage, or the other way round."""
    roe, profit, net = values.get("roe"), values.get("net_profit"), values.get("net_assets")
    if roe is not None and abs(roe) > WHOLE:
        yield say("%(what)s is over 100 %%", what=MEASURES["roe"].label)
    elif roe and profit and net and net > 0:
        times = Decimal(profit) * WHOLE / net / roe
        if not Decimal(1) / JUMP < times < JUMP:
            yield say("%(what)s does not go with net profit and net assets", what=MEASURES["roe"].label)


def _year(period: Period, values: Values, known: History) -> Iterator[Say]:
    """Counted from January, a figure of fewer months is not the larger one."""
    for other in sorted(known):
        if other.year != period.year or other.months == period.months:
            continue
        fewer, more = sorted((period, other))
        for measure in MEASURES.values():
            small, large = ((values if each == period else known[each]).get(measure.code) for each in (fewer, more))
            if measure.adds_up and small is not None and large is not None and small > large:
                told = {"what": measure.label, "fewer": fewer.label, "more": more.label}
                yield say("%(what)s: %(fewer)s is more than %(more)s", **told)


def shown(measure: Measure, value: int) -> str | Say:
    """A value in a sentence."""
    if measure.sort == Sort.MONEY:
        return say("%(amount)s × 10,000 yuan", amount=wan(yuan_in_wan(value)))
    return f"{Decimal(value) / 100:f}%" if measure.sort == Sort.RATIO else f"{value:,}"
