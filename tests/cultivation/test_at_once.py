"""Two people at one step: it stands once; the other is told, and nothing of his is written."""

from datetime import date

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import lists, partners, services
from crm.cultivation.models import Track, TrackEvent, TrackProposal, TrackSpan
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.yearly_models import YearlyList
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


def test_a_list_set_up_by_several_at_once_is_one(app, cast):
    clerk = cast.clerk.id
    db.session.remove()

    def make():
        with writing():
            by = db.session.get_one(User, clerk)
            lists.make("NEEQ_KEY", 2026, date(2026, 2, 15), name="重点名单", by=by)

    outcome = at_once(app, *(make for _ in range(8)))

    assert [type(error) for error in outcome if error] == [RuleBroken] * 7
    assert counted(YearlyList) == 1


def test_a_partner_entered_at_several_firms_at_once_is_one(app, way, make, cast):
    firms = [make.enterprise() for _ in range(8)]
    for firm in firms:
        way.baseline("NEEQ", "NQ_ENGAGED", "2026-01-05", firm=firm)
    tracks, clerk = db.session.scalars(select(Track.id)).all(), cast.clerk.id
    db.session.remove()

    def enter(track):
        with writing():
            by = db.session.get_one(User, clerk)
            row = db.session.get_one(Track, track)
            partners.engage(row, "新来证券股份有限公司", role="broker", since_on=date(2026, 2, 1), by=by)

    outcome = at_once(app, *(lambda track=track: enter(track) for track in tracks))

    assert [error for error in outcome if error] == []
    assert (counted(Partner), counted(TrackPartner)) == (1, 8)
