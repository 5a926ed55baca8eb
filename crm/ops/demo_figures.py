"""Figures of some firms of the demonstration: four whole years, this year and last up to a quarter, one correction."""

from __future__ import annotations

from collections.abc import Sequence

from crm.accounts.models import User
from crm.core import clock
from crm.enterprises.models import Enterprise
from crm.tiers.annual import services
from crm.tiers.annual.queries import standing
from crm.tiers.annual.rules import YEAR, Period, Source, ended
from crm.tiers.annual.services import Entered

FIRMS, YEARS = 8, 4
WAN = 10_000


def enter(firms: Sequence[Enterprise], by: User) -> None:
    """By the services, as they would have been told; the first firm's last year is corrected by its audit."""
    today = clock.today()
    part = next(period for period in ended(today) if period.months != YEAR)
    for place, firm in enumerate(firms[:FIRMS]):
        for back in range(YEARS, 0, -1):
            _enter(firm, Period(today.year - back), place, YEARS - back, Source.ENTERPRISE, by)
        for year in (part.year - 1, part.year):
            _enter(firm, Period(year, part.months), place, year - today.year + YEARS, Source.TAX, by)
    if firms:
        _enter(firms[0], Period(today.year - 1), 0, YEARS - 1, Source.AUDIT, by)


def _enter(firm: Enterprise, period: Period, place: int, age: int, source: Source, by: User) -> None:
    revenue = (1_800 + 900 * place) * WAN * (100 + 23 * age + (2 if source == Source.AUDIT else 0)) // 100
    revenue = revenue * period.months // YEAR
    values = {"revenue": revenue, "tax_paid": revenue // 21}
    if source != Source.TAX:
        profit = revenue * (age * 4 - 3 + place) // 100
        values |= {
            "net_profit": profit, "net_profit_adjusted": profit - 20 * WAN, "rd_spending": revenue * 6 // 100,
            "operating_cash_flow": profit * 4 // 5, "total_assets": revenue * 2, "net_assets": revenue * 9 // 10,
            "share_capital": 2_000 * WAN, "employees": 60 + 12 * place + 5 * age, "rd_staff": 12 + age,
        }  # fmt: skip
    given, known = Entered(period, values, source), standing(firm.id)
    now = known.get(period)
    seen = services.digest(services.doubts_about(given, known))
    services.enter(firm, given, replaces=now.id if now else None, stands_by=seen, by=by)
