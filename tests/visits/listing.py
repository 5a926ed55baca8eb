"""Visits of all kinds, and what a list of them shows."""

from datetime import timedelta
from itertools import count

from crm.accounts.models import UnitKind
from crm.core import clock
from crm.core.db import db, writing
from crm.visits import services
from crm.visits.models import Visit, VisitState

NUMBERS = count(1)


def visit(firm, author, *, days_ago=0, kind="onsite", state=VisitState.DONE, text="谈了用工", **more):
    """One visit as the database holds it; `days_ago` below zero is planned ahead."""
    made = Visit(
        enterprise_id=firm.id, author_id=author.id, kind=kind, counts=kind in ("onsite", "meeting"), state=state,
        visited_on=clock.today() - timedelta(days=days_ago), text=text, met=more.pop("met", "王总"),
        client_key=f"of-a-test-{next(NUMBERS):08}", voided_at=clock.now() if state == VisitState.VOIDED else None,
        **more,
    )  # fmt: skip
    with writing():
        db.session.add(made)
    return made


def alone(make, cast, number):
    """A visit that shares nothing with another: own firm, place, commissioner, visitor and typist."""
    unit = make.unit(f"第{number}街道", parent=cast.bureau, kind=UnitKind.TERRITORY)
    served, author, typist = (make.user(f"{word}{number}", unit=unit) for word in ("专员", "走访人", "代录人"))
    firm = make.enterprise(f"杭州独立{number}公司", unit=unit, territory_id=unit.id, commissioner=served)
    return visit(firm, author, days_ago=number, entered_by_id=typist.id)


def titles(page):
    return ["".join(a.itertext()) for a in page.all("a") if a.get("data-open") is not None]


def planned(firm, by, *, days=0):
    """A visit this person plans there, so many days from now."""
    on, key = clock.today() + timedelta(days=days), f"plan-{next(NUMBERS):08}"
    with writing():
        made, _new = services.plan(firm, by=by, kind="onsite", on=on, at=None, note="", client_key=key)
    return made
