"""A plan does not stay open for ever: whoever logs the visit another way is shown it, a firm that leaves ends it."""

import pytest

from crm.core.db import db
from crm.visits.models import Visit
from tests.visits.listing import planned


@pytest.fixture
def plan(make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin, contact="王经理")
    return planned(firm, cast.lin, days=3)


def test_who_logs_a_visit_is_shown_the_plan_he_made(page, cast, plan):
    page.as_(cast.lin).open("desk.new_visit", enterprise=plan.enterprise_id)
    assert f"/visits/new?plan={plan.id}" in {a.get("href") for a in page.all("a")}
    page.open("desk.new_visit", plan=plan.id)
    assert "记为这次计划走访" not in page.text
    assert "记为这次计划走访" not in page.as_(cast.zhou).open("desk.new_visit", enterprise=plan.enterprise_id).text


def test_nobody_is_sent_to_a_firm_that_has_left(page, cast, plan):
    page.as_(cast.manager).open("desk.leave", enterprise_id=plan.enterprise_id)
    page.submit(standing="moved_out", on="2026-11-23", reason="迁往外区")
    db.session.expire_all()
    assert (db.session.get_one(Visit, plan.id).state, db.session.get_one(Visit, plan.id).void_reason) == (
        "voided",
        "迁往外区",
    )


def test_a_plan_carried_out_on_the_phone_is_not_visited_again_from_the_desk(page, cast, plan):
    page.as_(cast.lin).open("desk.new_visit", plan=plan.id)
    desk, url = page.tree, page.url
    page.open("desk.new_visit", plan=plan.id).submit(text="手机上记的", followup_on="none")
    page.tree, page.url = desk, url
    page.submit(text="电脑上记的", followup_on="none", expect=409)
    db.session.expire_all()
    assert [(visit.text, str(visit.state)) for visit in db.session.query(Visit)] == [("手机上记的", "done")]
