"""A visit voided by mistake stands again with everything it carried."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.handover import services as handover
from crm.visits.models import Visit

DAY = date(2026, 11, 20)


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")


@pytest.fixture
def visit(page, cast, firm) -> Visit:
    """Two promises hang on it; one of them was ended on its own before the visit was voided."""
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="谈了用电", on_other=DAY.isoformat(), followup_on="2026-12-07", request="增容", leaders="高书记")
    with writing():
        followups.cancel(promises()[1], reason="企业撤回", by=cast.lin)
    made = db.session.scalars(select(Visit)).one()
    page.open("desk.void_visit", visit_id=made.id).submit(reason="录错").follow()
    return made


def promises() -> list[Followup]:
    return list(db.session.scalars(select(Followup).order_by(Followup.id)))


def press(page, visit):
    form = next(f for f in page.all("form") if (f.get("action") or "").endswith(f"/visits/{visit.id}/restore"))
    form.set("id", "restore")
    return page.submit(form="restore")


def test_it_counts_again_and_what_ended_with_it_is_open_again(page, cast, firm, visit):
    assert (firm.last_visit_on, firm.open_followups) == (None, 0)
    press(page, visit).follow()

    assert (visit.state, visit.voided_at, visit.void_reason) == ("done", None, "")
    assert (firm.last_visit_on, firm.last_contact_on, firm.open_followups) == (DAY, DAY, 1)
    assert [f.state for f in promises()] == ["open", "cancelled"]
    assert "2026-11-20 的走访已恢复" in page.text and "高书记" in page.text and not page.all("s")


def test_the_button_is_there_for_those_who_may_void_and_for_thirty_days(page, cast, visit, now):
    page.as_(cast.leader).open("desk.visit", visit_id=visit.id)
    assert "恢复" not in [b.text for b in page.all("button")]
    page.as_(cast.leader).post("desk.restore_visit", visit_id=visit.id, expect=403)
    page.as_(cast.zhou).post("desk.restore_visit", visit_id=visit.id, expect=404)
    page.as_(cast.lin).open("desk.visit", visit_id=visit.id)
    now.set("2026-12-01T09:00:00+08:00")
    page.as_(cast.manager).open("desk.visit", visit_id=visit.id)
    press(page, visit)
    assert visit.state == "done"


@pytest.mark.parametrize(
    ("who", "later", "words"),
    [("lin", "2026-12-01", "只有该企业的科室负责人可以恢复"), ("manager", "2026-12-24", "作废已超过 30 天")],
)
def test_who_comes_too_late_is_told_why(page, cast, visit, now, who, later, words):
    """The page was opened in time and the button pressed too late."""
    token = page.as_(getattr(cast, who)).open("desk.visit", visit_id=visit.id).all("input", name="csrf_token")[0]
    now.set(f"{later}T09:00:00+08:00")
    page.post("desk.restore_visit", {"csrf_token": token.get("value")}, visit_id=visit.id).follow()

    assert words in page.text
    assert visit.state == "voided"


def test_who_handed_the_firm_over_meanwhile_does_not_get_the_promise_back(page, cast, firm, visit):
    with writing():
        handover.hand_over(firm, cast.zhou, replaces=commissioner_of(firm.id).id, by=cast.manager, note="移交")
    press(page.as_(cast.manager).open("desk.visit", visit_id=visit.id), visit)

    assert promises()[0].owner == cast.zhou


def test_a_plan_called_off_is_a_plan_again(page, cast, firm):
    page.as_(cast.lin).open("desk.plan_visit", enterprise=firm.id)
    page.submit(on="2026-11-25", at="09:30", text="看新厂房")
    planned = db.session.scalars(select(Visit)).one()
    page.open("desk.void_visit", visit_id=planned.id).submit(reason="改期").follow()
    press(page, planned)

    assert (planned.state, firm.last_contact_on) == ("planned", None)
