"""A visit that is wrong is corrected, voided or moved; what hangs on it moves along and no count keeps it."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.followups.models import Followup
from crm.visits import services
from crm.visits.models import Visit
from tests.visits.listing import visit as logged

DAY = date(2026, 11, 20)


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")


@pytest.fixture
def visit(page, cast, firm) -> Visit:
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="谈了用电", on_other=DAY.isoformat(), followup_on="2026-12-07", request="增容")
    return db.session.scalars(select(Visit)).one()


def states() -> list[str]:
    return [str(f.state) for f in db.session.scalars(select(Followup).order_by(Followup.id))]


def test_voided_it_is_struck_through_and_counts_nowhere(page, cast, firm, visit):
    with writing():
        services.record(
            firm, by=cast.lin, kind="onsite", on=date(2026, 11, 2), met="王经理", text="早先", client_key="earlier-one"
        )
    page.open("desk.void_visit", visit_id=visit.id).submit(reason="重复录入")

    assert (visit.state, visit.void_reason) == ("voided", "重复录入")
    assert (firm.last_visit_on, firm.last_contact_on, firm.open_followups) == (date(2026, 11, 2),) * 2 + (0,)
    assert states() == ["cancelled", "cancelled"]
    assert "已作废" in page.follow().text and page.all("s")
    assert "谈了用电" in [s.text for s in page.open("desk.enterprise", enterprise_id=firm.id).all("s")]
    page.open("desk.void_visit", visit_id=visit.id, expect=403)


def test_moved_it_takes_what_hangs_on_it_along_and_both_timelines_say_so(page, make, cast, firm, visit):
    twin = make.enterprise("杭州和达药业有限公司", commissioner=cast.zhou, contact="钱总")
    page.open("desk.move_visit", visit_id=visit.id, q="和达药业")
    assert f"to={twin.id}" in next(a.get("href") for a in page.all("a") if "to=" in (a.get("href") or ""))
    page.open("desk.move_visit", visit_id=visit.id, to=twin.id).submit(reason="选错企业")

    assert (visit.enterprise, visit.contact_id, visit.met) == (twin, None, "王经理")
    assert {f.enterprise_id for f in db.session.scalars(select(Followup))} == {twin.id}
    owners = {f.kind: f.owner_id for f in db.session.scalars(select(Followup))}
    assert owners == {"followup": cast.lin.id, "request": cast.zhou.id}, "what it asks for is its commissioner's"
    assert (firm.last_visit_on, firm.open_followups) == (None, 0)
    assert (twin.last_visit_on, twin.open_followups) == (DAY, 2)
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "改到其他企业" in page.text
    assert "谈了用电" not in page.text and "增容" not in page.text, "it was never talked about here"
    page.as_(cast.zhou).open("desk.enterprise", enterprise_id=twin.id)
    assert "由其他企业改到这里" in page.text and "谈了用电" in page.text, "its words came along"

    third = make.enterprise("杭州远望药业有限公司", commissioner=cast.zhou)
    page.as_(cast.manager).open("desk.move_visit", visit_id=visit.id, to=third.id).submit(reason="又选错")
    page.open("desk.enterprise", enterprise_id=twin.id)
    assert "谈了用电" not in page.text and "又选错" in page.text
    page.open("desk.move_visit", visit_id=visit.id, to=firm.id).submit(reason="本来就对")
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert page.text.count("谈了用电") == 1 and "本来就对" in page.text, "moved back, its words stand once"
    page.open("desk.visit", visit_id=visit.id)


def test_corrected_it_tells_what_changed(page, cast, firm, visit):
    page.open("desk.correct_visit", visit_id=visit.id)
    page.submit(text="谈了用电和用工", kind="call", on_other="2026-11-19", leaders="高书记")

    assert (visit.text, visit.kind, visit.visited_on, visit.counts) == (
        "谈了用电和用工",
        "call",
        date(2026, 11, 19),
        False,
    )
    assert (visit.contact.name, visit.met) == ("王经理", "王经理")
    assert (firm.last_visit_on, firm.last_contact_on) == (None, date(2026, 11, 19))
    assert "高书记" in page.follow().text and "谈了用电 → 谈了用电和用工" in page.text


def test_who_decided_on_an_older_state_is_told(page, cast, visit):
    page.open("desk.correct_visit", visit_id=visit.id)
    with writing():
        visit.version += 1
    page.submit(text="晚了一步", expect=409)
    assert visit.text == "谈了用电"
    assert "晚了一步" in page.response.text and "现在的内容：谈了用电" in page.text

    page.submit()
    assert visit.text == "晚了一步"


def test_the_author_has_five_working_days_then_only_a_manager(page, cast, visit, now):
    acts = ("desk.void_visit", "desk.move_visit", "desk.correct_visit")
    for endpoint in acts:
        page.as_(cast.zhou).open(endpoint, visit_id=visit.id, expect=404)
        page.as_(cast.leader).open(endpoint, visit_id=visit.id, expect=403)
    now.set("2026-11-30T17:00:00+08:00")
    page.as_(cast.lin).open("desk.void_visit", visit_id=visit.id)
    now.set("2026-12-01T09:00:00+08:00")
    page.as_(cast.lin)
    for endpoint in acts:
        page.open(endpoint, visit_id=visit.id, expect=403)
    page.open("desk.visit", visit_id=visit.id)
    assert not [a for a in page.all("a") if (a.get("href") or "").endswith("/correct")]
    page.as_(cast.manager).open("desk.void_visit", visit_id=visit.id).submit(reason="核实不属实")
    assert visit.state == "voided"


def test_what_a_roster_had_said_before_stands_again_when_the_only_visit_is_void(page, cast, firm, visit):
    from crm.timeline import record

    with writing():
        record(firm.id, "visit.carried_over", by=cast.clerk, on="2026-06-30")
    page.open("desk.void_visit", visit_id=visit.id).submit(reason="录错")
    assert firm.last_visit_on == date(2026, 6, 30)


def test_a_planned_visit_counts_nowhere_until_it_is_recorded_from_its_page(page, cast, firm):
    page.as_(cast.lin).open("desk.plan_visit", enterprise=firm.id)
    page.submit(on="2026-11-25", at="09:30", text="看新厂房")
    planned = db.session.scalars(select(Visit)).one()
    assert (planned.state, firm.last_contact_on) == ("planned", None)
    assert "09:30" in page.follow().text

    page.open("desk.new_visit", plan=planned.id).submit(text="看了新厂房", followup_on="none")
    assert (planned.state, planned.visited_on, planned.text) == ("done", date(2026, 11, 23), "看了新厂房")
    assert firm.last_visit_on == date(2026, 11, 23)
    assert len(db.session.scalars(select(Visit)).all()) == 1
    page.as_(cast.zhou).open("desk.new_visit", plan=planned.id, expect=404)
    page.as_(cast.manager).open("desk.new_visit", plan=planned.id, expect=403)


def test_a_plan_for_a_rest_day_is_taken_and_says_so(page, cast, firm):
    page.as_(cast.lin).open("desk.plan_visit", enterprise=firm.id).submit(on="2026-11-28")
    assert "当天为休息日（周六）" in page.follow().text and "2026-11-28 休息日（周六）" in page.text
    [plan] = db.session.scalars(select(Visit)).all()
    page.open("desk.replan_visit", visit_id=plan.id).submit(on="2026-11-29")
    assert "当天为休息日（周日）" in page.follow().text
    page.open("desk.replan_visit", visit_id=plan.id).submit(on="2026-11-30")
    assert "休息日" not in page.follow().text


@pytest.mark.parametrize(("day", "words"), [("2026-11-22", "已经过去"), ("2028-01-01", "一年以内")])
def test_a_plan_lies_ahead_but_not_far(page, cast, firm, day, words):
    page.as_(cast.lin).open("desk.plan_visit", enterprise=firm.id)
    assert words in page.submit(on=day, expect=422).text


def test_a_chip_that_is_tapped_wins_over_the_day_that_was_there(page, cast, visit):
    """Without scripts nothing empties the field beside the chips: what stood there counts only when it was changed."""
    page.open("desk.correct_visit", visit_id=visit.id)
    assert page.all("input", name="on_other")[0].get("value") == DAY.isoformat()
    page.submit(on="2026-11-22", text="", expect=422)
    assert page.all("input", name="on_other")[0].get("value") == "", "refused for its words; the tap stays"
    page.submit(text="谈了用电", expect=303)
    assert visit.visited_on == date(2026, 11, 22)

    page.open("desk.correct_visit", visit_id=visit.id)
    assert page.all("input", name="on_other")[0].get("value") == ""
    page.submit(on_other="2026-11-18")
    assert visit.visited_on == date(2026, 11, 18), "a day that is picked wins over the chip"
    page.open("desk.correct_visit", visit_id=visit.id).submit(on="2026-11-23", on_other="2026-11-17")
    assert visit.visited_on == date(2026, 11, 17)


def test_a_person_that_is_tapped_wins_over_the_name_that_was_there(page, cast, firm):
    visit = logged(firm, cast.lin, met="门卫老张")
    page.as_(cast.lin).open("desk.correct_visit", visit_id=visit.id)
    assert page.all("input", name="met")[0].get("value") == "门卫老张"
    page.submit(person="nobody")
    assert (visit.is_not_met, visit.met) == (True, "")
