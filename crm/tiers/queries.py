"""Finding enterprises by tier and title."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.tiers.models import TierPeriod, TitleHeld


def holds_title(_: User, text: str) -> ColumnElement[bool]:
    """The filter `title=…`: a title in force today, `none` for firms without any."""
    today = clock.today()
    held = select(TitleHeld.enterprise_id).where(
        TitleHeld.removed_on.is_(None), or_(TitleHeld.until_on.is_(None), TitleHeld.until_on > today)
    )
    if text == "none":
        return ~held.where(TitleHeld.enterprise_id == Enterprise.id).exists()
    return Enterprise.id.in_(held.where(TitleHeld.title == text))


def tier_history(enterprise_id: int) -> Select[TierPeriod]:
    query = select(TierPeriod).where(TierPeriod.enterprise_id == enterprise_id)
    return query.order_by(TierPeriod.from_on.desc(), TierPeriod.id.desc())


def titles_of(enterprise_id: int) -> Select[TitleHeld]:
    """All titles ever held, those in force first."""
    query = select(TitleHeld).where(TitleHeld.enterprise_id == enterprise_id)
    return query.order_by(TitleHeld.removed_on.is_not(None), TitleHeld.until_on.desc().nulls_first(), TitleHeld.id)


def tier_until(enterprise_id: int, day: date) -> TierPeriod | None:
    """The period that ended when this day began."""
    query = tier_history(enterprise_id).where(TierPeriod.until_on == day, TierPeriod.from_on < day)
    return db.session.scalars(query.limit(1)).first()


def open_tier(enterprise_id: int) -> TierPeriod | None:
    return db.session.scalar(
        select(TierPeriod).where(TierPeriod.enterprise_id == enterprise_id, TierPeriod.until_on.is_(None))
    )
