"""Plans of a listing are absent for those without the right, until they are public."""

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core.db import db
from crm.cultivation.models import Track, TrackProposal
from crm.cultivation.queries import proposals_seen_by, seen_by
from crm.desk import stream

SEES = {"lin": True, "manager": True, "leader": True, "clerk": True, "auditor": True, "admin": False, "zhou": False}


def seen(who):
    me = db.session.get_one(User, who.id)
    tracks = db.session.scalars(select(Track.kind).where(seen_by(me)).order_by(Track.kind)).all()
    waiting = select(func.count()).where(TrackProposal.outcome == "waiting", proposals_seen_by(me))
    return list(tracks), db.session.scalar(waiting)


@pytest.mark.parametrize("name", SEES)
def test_a_plan_is_seen_by_those_with_the_right_alone(way, cast, name):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    way.step("IPO", "IP_COACH", "2026-06-05")
    who = getattr(cast, name)
    expected = (["IPO", "NEEQ"], 1) if SEES[name] else (["NEEQ"], 0) if name == "admin" else ([], 0)
    assert seen(who) == expected


def test_from_acceptance_on_all_who_see_the_enterprise_see_it(way, cast):
    way.baseline("IPO", "IP_COACH_DONE", "2026-01-05")
    assert seen(cast.admin) == ([], 0)
    event = way.done("IPO", "IP_ACCEPTED", "2026-03-05", board="MAIN")
    assert seen(cast.admin) == (["IPO"], 0)
    way.correct(event, "void")
    assert seen(cast.admin) == ([], 0)


def test_the_record_tells_plans_only_to_those_with_the_right(app, way, cast):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    with app.test_request_context():
        shown = [told.what for told in stream.entries(way.firm.id)[0]]
    assert len([text for text in shown if "存量录入" in text]) == 1
    for restricted, n in ((False, 1), (True, 2)):
        rows, _ = stream.audit(way.firm.id, restricted=restricted)
        assert len([row for row in rows if row.kind == "track.baseline"]) == n


def test_the_record_page_obeys(page, way, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05", note="金丝雀辅导")
    for who, hears in ((cast.admin, False), (cast.auditor, True)):
        page.as_(who).open("desk.enterprise", enterprise_id=way.firm.id, tab="audit")
        assert ("金丝雀辅导" in page.text) is hears
