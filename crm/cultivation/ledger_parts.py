"""What the ledger says of an enterprise beside its track: who works with it, whether it is joint-stock, its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.db import read
from crm.core.shown import wan, yuan_in_wan
from crm.cultivation.models import Track, TrackSpan
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.ladder import ladder
from crm.tiers.annual import queries as annual
from crm.tiers.annual.models import PeriodFigures
from crm.tiers.annual.rules import YEAR

YEARS = 3


def partners(track_ids: Sequence[int]) -> dict[int, str]:
    """Who works on each track now, in the order they were entered."""
    named = select(TrackPartner.track_id, Partner.name).join(Partner, Partner.id == TrackPartner.partner_id)
    now = or_(TrackPartner.until_on.is_(None), TrackPartner.until_on > clock.today())
    rows: Any = read(named.where(among(TrackPartner.track_id, track_ids), now).order_by(TrackPartner.id))
    found: dict[int, list[str]] = {}
    for track_id, name in rows:
        found.setdefault(track_id, []).append(name)
    return {track_id: "、".join(dict.fromkeys(names)) for track_id, names in found.items()}


def reformed(enterprise_ids: Sequence[int], user: User) -> set[int]:
    """Firms that became joint-stock companies on some track that the user may see."""
    guards = (guard for kind in ladder().kinds.values() for state in kind.states.values() for guard in state.guards)
    states = {code for guard in guards if guard.needs == "joint_stock" for code in guard.states}
    spans = select(TrackSpan.enterprise_id).join(Track, Track.id == TrackSpan.track_id)
    spans = spans.where(among(TrackSpan.enterprise_id, enterprise_ids), seen_by(user))
    return set(read(spans.where(TrackSpan.state.in_(states))).scalars())


def results(enterprise_ids: Sequence[int], user: User) -> dict[int, str]:
    """Revenue and net profit of the last years known in 万元, 2025：12,000 / 1,500, as far as the user may see them."""
    f = PeriodFigures
    query = select(f.enterprise_id, f.year, f.revenue, f.net_profit).where(
        among(f.enterprise_id, enterprise_ids), f.months == YEAR, f.ended_at.is_(None), annual.seen_by(user)
    )
    rows: Any = read(query.order_by(f.enterprise_id, f.year.desc()))
    found: dict[int, list[str]] = {}
    for firm, year, revenue, profit in rows:
        found.setdefault(firm, []).append(f"{year}：{_wan(revenue)} / {_wan(profit)}")
    return {firm: "；".join(lines[:YEARS]) for firm, lines in found.items()}


def _wan(yuan: int | None) -> str:
    return "--" if yuan is None else wan(yuan_in_wan(yuan, 2))
