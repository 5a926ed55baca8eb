"""Figures of an enterprise for a period; a correction ends the row and puts another in its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime, Yuan
from crm.tiers.annual.rules import FIRST_YEAR, LAST_YEAR, MEASURES, MONTHS, Period, Source

STANDS = text("ended_at IS NULL")
CODES = tuple(MEASURES)


class PeriodFigures(db.Model):
    """What was said about the first `months` of a `year`: whole yuan, 1/10,000 for `roe`; None where nothing was said.

    Restricted throughout. `doubts` are the warnings that whoever entered it stood by. Only `ended_…` is ever changed.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    year: Mapped[int]
    months: Mapped[int]
    revenue: Mapped[int | None] = mapped_column(Yuan)
    net_profit: Mapped[int | None] = mapped_column(Yuan)
    net_profit_adjusted: Mapped[int | None] = mapped_column(Yuan)
    rd_spending: Mapped[int | None] = mapped_column(Yuan)
    operating_cash_flow: Mapped[int | None] = mapped_column(Yuan)
    tax_paid: Mapped[int | None] = mapped_column(Yuan)
    total_assets: Mapped[int | None] = mapped_column(Yuan)
    net_assets: Mapped[int | None] = mapped_column(Yuan)
    share_capital: Mapped[int | None] = mapped_column(Yuan)
    roe: Mapped[int | None]
    employees: Mapped[int | None]
    rd_staff: Mapped[int | None]
    is_audited: Mapped[bool] = mapped_column(default=False)
    source: Mapped[Source] = mapped_column(EnumText(Source))
    note: Mapped[str] = mapped_column(String(240), default="")
    doubts: Mapped[Any] = mapped_column(Json, default=list)
    entered_by_id: Mapped[int | None] = mapped_column(Id)
    entered_by_name: Mapped[str] = mapped_column(String(80))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_as: Mapped[str] = mapped_column(String(12), default="")
    ended_by_name: Mapped[str] = mapped_column(String(80), default="")

    __table_args__ = (
        CheckConstraint(f"months IN ({', '.join(map(str, MONTHS))})", name="months_known"),
        CheckConstraint(f"year BETWEEN {FIRST_YEAR} AND {LAST_YEAR}", name="year_possible"),
        CheckConstraint(f"COALESCE({', '.join(CODES)}) IS NOT NULL", name="says_something"),
        *(
            CheckConstraint(f"{each.code} IS NULL OR {each.code} >= 0", name=f"{each.code}_not_below_zero")
            for each in MEASURES.values()
            if each.never_below
        ),
        CheckConstraint("source <> 'audit' OR is_audited", name="audit_is_audited"),
        CheckConstraint("(ended_at IS NULL) = (ended_as = '')", name="ended_with_reason"),
        CheckConstraint("ended_as IN ('', 'corrected', 'withdrawn', 'merged')", name="ended_as_known"),
        Index(
            "uq_period_figures_stands",
            "enterprise_id",
            "year",
            "months",
            unique=True,
            sqlite_where=STANDS,
            postgresql_where=STANDS,
        ),
        {"sqlite_autoincrement": True},
    )

    @property
    def period(self) -> Period:
        return Period(self.year, self.months)

    @property
    def values(self) -> dict[str, int | None]:
        return {code: getattr(self, code) for code in CODES}
