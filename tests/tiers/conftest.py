"""Figures of an enterprise, each entry committed."""

from __future__ import annotations

import pytest

from crm.core.db import writing
from crm.tiers.annual import queries, services
from crm.tiers.annual.rules import Period, Source
from crm.tiers.annual.services import Entered


class Books:
    """Short forms of the services; amounts in yuan, `by` defaults to Lin, who serves the enterprise."""

    def __init__(self, firm, cast):
        self.firm, self.cast = firm, cast

    def enter(self, year, months=12, *, by=None, firm=None, source="enterprise", audited=False, note="", sure=True,
              **values):  # fmt: skip
        firm = firm or self.firm
        given = Entered(Period(year, months), values, Source(source), audited, note)
        known = queries.standing(firm.id)
        now = known.get(given.period)
        seen = services.digest(services.doubts_about(given, known)) if sure else ""
        with writing():
            return services.enter(firm, given, replaces=now.id if now else None, stands_by=seen, by=by or self.cast.lin)

    def standing(self):
        return {period: row.values for period, row in queries.standing(self.firm.id).items()}


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州账本股份有限公司", unit=cast.section, commissioner=cast.lin)


@pytest.fixture
def books(firm, cast):
    return Books(firm, cast)
