"""How far up the ladder each enterprise is by its tracks and yearly lists, made anew with them.

Whoever does not see plans that are not public yet sees, filters, sorts and exports by the public rung alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, delete, select

from crm.accounts.models import User
from crm.core import clock
from crm.core.among import among
from crm.core.bulk import insert_many
from crm.core.db import db, read, writing
from crm.core.journal import parts
from crm.cultivation.list_queries import giving_rungs
from crm.cultivation.models import Track
from crm.cultivation.plan_models import EnterpriseRung
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Named
from crm.cultivation.rules.yearly import list_kinds
from crm.cultivation.yearly_models import ListMember, YearlyList
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import EVERYWHERE, within
from crm.permissions import Permission

NONE, ANY = "none", "any"
Pair = tuple[str, str]
"""By all tracks, and by the public ones."""


def remake(enterprise_ids: Sequence[int]) -> None:
    """The rows of these enterprises say what their tracks and lists amount to; inside `writing()`."""
    for some in parts(sorted(set(enterprise_ids))):
        held = select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id)
        db.session.execute(held.with_for_update()).all()  # a step of one of them waits, or has been taken
        should = _should(some)
        db.session.execute(delete(EnterpriseRung).where(among(EnterpriseRung.enterprise_id, some)))
        insert_many(EnterpriseRung.__table__, (_row(firm, pair) for firm, pair in should.items()))


def _row(enterprise_id: int, pair: Pair) -> dict[str, Any]:
    return {"enterprise_id": enterprise_id, "rung": pair[0], "public_rung": pair[1]}


def _should(ids: Sequence[int]) -> dict[int, Pair]:
    """Enterprises on no rung at all are left out."""
    reached: dict[int, set[str]] = defaultdict(set)
    public: dict[int, set[str]] = defaultdict(set)
    rows: Any = read(_open_tracks(ids))
    for firm, state, is_restricted in rows:
        if state not in ladder().owner:
            continue
        reached[firm].add(ladder().state(state).rung)
        if not is_restricted:
            public[firm].add(ladder().state(state).rung)
    for firm, kinds in giving_rungs(ids, clock.today()).items():
        for kind in map(list_kinds().__getitem__, kinds):
            reached[firm].add(kind.rung)
            if not kind.is_confidential:
                public[firm].add(kind.rung)
    pairs = {firm: (highest(codes), highest(public[firm])) for firm, codes in reached.items()}
    return {firm: pair for firm, pair in pairs.items() if pair[0]}


def _open_tracks(ids: Sequence[int]) -> Any:
    columns = (Track.enterprise_id, Track.state, Track.is_restricted)
    return select(*columns).where(among(Track.enterprise_id, ids), Track.is_open)


def highest(codes: Iterable[str]) -> str:
    """Of several rungs the one furthest up; "" for none."""
    known = set(codes)
    return next((each.code for each in reversed(ladder().rungs) if each.code in known), "")


def follow(kind: str) -> None:
    """Lists of a kind changed: the rungs of all firms that ever stood on one."""
    of_kind = select(ListMember.enterprise_id).join(YearlyList, YearlyList.id == ListMember.list_id)
    if list_kinds()[kind].rung:
        remake(db.session.scalars(of_kind.where(YearlyList.kind == kind)).all())


def wrong() -> list[int]:
    """Ids of enterprises whose row does not say what their tracks and lists amount to."""
    known = select(Track.enterprise_id).union(*(select(each.enterprise_id) for each in (EnterpriseRung, ListMember)))
    ids = sorted(db.session.scalars(known))
    return [firm for some in parts(ids) for firm in _wrong(some)]


def _wrong(ids: Sequence[int]) -> list[int]:
    should = _should(ids)
    kept: Any = read(
        select(EnterpriseRung.enterprise_id, EnterpriseRung.rung, EnterpriseRung.public_rung).where(
            among(EnterpriseRung.enterprise_id, ids)
        )
    )
    stands = {firm: (rung, public) for firm, rung, public in kept}
    return [firm for firm in ids if should.get(firm) != stands.get(firm)]


def mend() -> int:
    """Make them anew, some hundred in an act; returns how many were wrong."""
    ids = wrong()
    for some in parts(ids):
        with writing():
            remake(some)
    return len(ids)


def nightly() -> None:
    """A ladder whose file was changed."""
    mend()


def seen_by(user: User) -> Any:
    """The rung of a row of `EnterpriseRung` as far as this user may know it; "" for none."""
    entitled = within(user, Permission.TRACK_RESTRICTED)
    if entitled is EVERYWHERE:
        return EnterpriseRung.rung
    his = EnterpriseRung.enterprise_id.in_(select(Enterprise.id).where(entitled))
    return case((his, EnterpriseRung.rung), else_=EnterpriseRung.public_rung)


def seen_beside(user: User) -> Any:
    """The same for statements that join the enterprise: few rows are asked one by one, not all firms gathered first."""
    entitled = within(user, Permission.TRACK_RESTRICTED)
    return (
        EnterpriseRung.rung
        if entitled is EVERYWHERE
        else case((entitled, EnterpriseRung.rung), else_=EnterpriseRung.public_rung)
    )


def order(user: User) -> ColumnElement[int]:
    """How far up, as a number; whoever sorts by it joins `EnterpriseRung` from outside."""
    places = {each.code: place for place, each in enumerate(ladder().rungs) if each.code != NONE}
    return case(places, value=seen_by(user), else_=0)


def at(user: User, code: str) -> ColumnElement[bool]:
    """The filter of the enterprise list: on this rung, `none` for those on no rung, `any` for those on some."""
    seen = seen_by(user)
    if code == ANY:
        return Enterprise.id.in_(select(EnterpriseRung.enterprise_id).where(seen != ""))
    if code == NONE:
        return Enterprise.id.not_in(select(EnterpriseRung.enterprise_id).where(seen != ""))
    known = code in {each.code for each in ladder().rungs}
    return Enterprise.id.in_(select(EnterpriseRung.enterprise_id).where(seen == (code if known else NONE)))


def of(ids: Sequence[int], user: User) -> Mapping[int, Named]:
    """The rungs of these enterprises as this user may know them."""
    named = {each.code: each for each in ladder().rungs}
    query = select(EnterpriseRung.enterprise_id, seen_by(user)).where(among(EnterpriseRung.enterprise_id, ids))
    rows: Any = read(query) if ids else ()
    return {firm: named[code] for firm, code in rows if code in named}
