"""Two people at one step: it stands once; the other is told, and nothing of his is written."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import services
from crm.cultivation.models import TrackEvent, TrackProposal, TrackSpan
from crm.cultivation.rules.gates import Proposed
from crm.enterprises.models import Enterprise
from tests.imports.test_faults import at_once

pytestmark = pytest.mark.slow


def counted(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_step_confirmed_by_two_at_once_stands_once(app, way, make, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting, people = way.step("IPO", "IP_COACH", "2026-06-05").id, (cast.manager.id, cast.clerk.id)
    db.session.remove()

    def confirm(who):
        with writing():
            services.confirm(db.session.get_one(TrackProposal, waiting), by=db.session.get_one(User, who))

    outcome = at_once(app, *(lambda who=who: confirm(who) for who in people * 4))

    assert [type(error) for error in outcome if error] == [Stale] * 7
    assert (counted(TrackEvent), counted(TrackSpan)) == (2, 2)


def test_two_steps_decided_on_the_same_history_become_one(app, way, cast):
    way.step("REX", "REX_POOL", "2026-01-05")
    firm, lin, day = way.firm.id, cast.lin.id, way.firm.created_at.date()
    db.session.remove()

    def take(state):
        step = Proposed(state, day, 1, grade="written")
        with writing():
            enterprise = db.session.get_one(Enterprise, firm)
            services.propose(enterprise, "REX", step, seq=2, by=db.session.get_one(User, lin))

    outcome = at_once(app, *(lambda state=state: take(state) for state in ("REX_ENGAGED", "REX_FILED") * 4))

    assert [type(error) for error in outcome if error] == [RuleBroken] * 7
    assert (counted(TrackEvent), counted(TrackSpan)) == (2, 2)
