"""Which enterprise a row of such a list means, and what the register knows of its tracks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Errand, Line
from crm.core.words import say
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.queries import history
from crm.cultivation.rules.gates import Course, Firm
from crm.cultivation.rules.history import Event, steps
from crm.cultivation.rules.ladder import ladder
from crm.enterprises import names
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.roster import matching

Courses = dict[tuple[int, str], list[tuple[Track, list[Event]]]]
"""By enterprise and kind its attempts, each with its events."""


@dataclass
class Known:
    """What the register has of the firms that the file means."""

    register: matching.Register
    by_stock: dict[str, list[matching.Found]]
    courses: Courses


def known_of(lines: list[Line], errand: Errand, *, locked: bool) -> Known:
    register = matching.register(lines, errand)
    by_stock = _of_stock_codes(lines, errand)
    meant = [*register.by_code.values(), *(f for many in register.by_name.values() for f in many)]
    ids = sorted({found.id for found in (*meant, *(f for many in by_stock.values() for f in many))})
    if locked:
        for some in parts(ids):
            rows = select(Enterprise.id).where(among(Enterprise.id, some)).order_by(Enterprise.id)
            db.session.execute(rows.with_for_update())
    return Known(register, by_stock, _courses(ids))


def _of_stock_codes(lines: Iterable[Line], errand: Errand) -> dict[str, list[matching.Found]]:
    """Firms in the register by stock code; one that was merged means the other, which has taken the code over."""
    codes = sorted({line.said["stock_code"] for line in lines if line.said.get("stock_code")})
    living = [one for one in matching.asked(errand, Enterprise.stock_code, codes) if one.standing != Standing.MERGED]
    of_firm = {}
    for some in parts([one.id for one in living], 1000):
        query = select(Enterprise.id, Enterprise.stock_code).where(among(Enterprise.id, some))
        of_firm.update({row.id: row.stock_code for row in db.session.execute(query)})
    found: dict[str, list[matching.Found]] = defaultdict(list)
    for one in living:
        found[of_firm[one.id]].append(one)
    return found


def _courses(ids: Sequence[int]) -> Courses:
    found: Courses = defaultdict(list)
    for some in parts(ids):
        tracks = db.session.scalars(select(Track).where(among(Track.enterprise_id, some))).all()
        events: dict[int, list[TrackEvent]] = defaultdict(list)
        of_tracks = select(TrackEvent).where(among(TrackEvent.track_id, [track.id for track in tracks]))
        for event in db.session.scalars(of_tracks.order_by(TrackEvent.seq)) if tracks else ():
            events[event.track_id].append(event)
        for track in sorted(tracks, key=lambda each: each.attempt):
            found[track.enterprise_id, track.kind].append((track, history(events[track.id])))
    return found


def firm_of(line: Line, known: Known, errand: Errand) -> matching.Found | None:
    """By credit code, then by stock code, then by name; an unknown one is refused unless it may be entered."""
    of_stock = known.by_stock.get(line.said.get("stock_code") or "", [])
    if len(of_stock) == 1 and line.said.get("credit_code") not in known.register.by_code:
        if not of_stock[0].is_mine:
            line.refuse("stock_code", say("This enterprise belongs to %(unit)s: ask there", unit=of_stock[0].unit))
        elif _names_another(line, known, of_stock[0]):
            line.refuse("stock_code", say("The stock code is that of another enterprise than the name"))
        return of_stock[0]
    if not line.said.get("name"):
        line.refuse("name", say("The name is missing"))
        return None
    found = matching.meant(line, known.register)
    if found is not None and not found.is_mine:
        line.refuse("name", say("This enterprise belongs to %(unit)s: ask there", unit=found.unit))
    if found is None and not errand.enters_unknown and not line.faults:
        words = say("The register has no enterprise of this name or code: enter it or mend the name first")
        line.refuse("name", words)
    return found


def _names_another(line: Line, known: Known, found: matching.Found) -> bool:
    """A short name that no firm of the register bears says nothing."""
    same = known.register.by_name.get(names.normal(line.said.get("name") or ""), [])
    return bool(same) and all(one.id != found.id for one in same)


def as_firm(known: Known, firm_id: int | None) -> Firm:
    """As the rules look at it; the name is not asked for."""
    mine = (known.courses.get((firm_id or 0, kind), []) for kind in ladder().kinds)
    every = (Course(t.kind, t.attempt, steps(events), len(events)) for some in mine for t, events in some)
    return Firm("", tuple(every))
