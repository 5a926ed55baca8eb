"""Going back in the browser, a second tab, half a contact: nothing is written twice, nothing typed is dropped."""

from datetime import date, time

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.enterprises.models import Contact, Enterprise
from crm.followups.models import Followup
from crm.visits import services
from crm.visits.models import Visit, VisitState
from tests.visits.listing import planned


def visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.id)))


@pytest.fixture
def firm(make, cast) -> Enterprise:
    return make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin, contact="王经理", phone="13700000001")


@pytest.fixture
def form(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    return page


def test_back_and_save_again_writes_no_second_visit_but_the_follow_up_that_was_missing(form, firm):
    form.submit(text="订单平稳", followup_on="none")
    form.open("desk.new_visit", enterprise=firm.id).submit(text="订单平稳", followup_on="2026-12-07")
    form.open("desk.new_visit", enterprise=firm.id).submit(text="订单平稳", followup_on="2026-12-07")

    assert len(visits()) == 1
    assert db.session.scalars(select(Followup)).one().origin_id == visits()[0].id


def test_other_words_or_an_hour_later_are_another_visit(form, firm, now):
    form.submit(text="订单平稳", followup_on="none")
    form.open("desk.new_visit", enterprise=firm.id).submit(text="又谈了用工", followup_on="none")
    now.move(hours=1, seconds=1)
    form.open("desk.new_visit", enterprise=firm.id).submit(text="订单平稳", followup_on="none")
    assert len(visits()) == 3


def test_a_number_without_a_name_is_refused_and_kept(form):
    form.submit(text="谈了用工", followup_on="none", met_phone="13900000009", expect=422)
    assert "写明这是谁的电话" in form.text
    assert form.all("input", name="met_phone")[0].get("value") == "13900000009"
    assert visits() == []


def test_what_cannot_be_called_is_no_number(form):
    form.submit(text="谈了用工", followup_on="none", met="李某", met_phone="abc", expect=422)
    assert visits() == [] and db.session.scalar(select(Contact).where(Contact.name == "李某")) is None


def test_another_number_of_a_known_person_is_added_to_the_one_he_has(form, firm):
    form.submit(text="谈了用工", followup_on="none", met="王经理", met_phone="139 0000 0009")
    held = db.session.scalars(select(Contact.phone).where(Contact.enterprise_id == firm.id)).one()
    assert held == "13700000001 / 13900000009"


def test_the_reason_for_a_day_is_the_right_one(form):
    form.submit(text="谈了用工", on_other="1990-01-01", followup_on="none", expect=422)
    assert "2000 年以前" in form.text
    form.submit(text="谈了用工", on_other="2026-12-24", followup_on="none", expect=422)
    assert "2000 年以前" not in form.text


def test_no_follow_up_and_words_for_one_contradict_each_other(form):
    form.submit(text="谈了用工", followup_on="none", followup_text="送材料", expect=422)
    assert "已选“暂不跟进”" in form.text and "送材料" in form.response.text


def test_a_plan_that_was_recorded_leads_to_its_visit(page, cast, firm):
    plan = planned(firm, cast.lin)
    page.as_(cast.lin).open("desk.new_visit", plan=plan.id).submit(text="谈了用工", followup_on="none")
    page.client.get(f"/visits/new?plan={plan.id}")
    assert page.open(f"/visits/new?plan={plan.id}", expect=303).response.location == f"/visits/{plan.id}"
    assert len(visits()) == 1


def test_a_visit_page_offers_a_follow_up_that_belongs_to_it(page, cast, form, firm):
    form.submit(text="谈了用工", followup_on="none")
    [visit] = visits()
    page.open(f"/visits/{visit.id}")
    link = next(a.get("href") for a in page.all("a") if "/followups/new" in (a.get("href") or ""))
    page.open(link).submit(followup_text="送申报指南")
    assert db.session.scalars(select(Followup.origin_id)).one() == visit.id
    assert "送申报指南" in page.open(f"/visits/{visit.id}").text


def test_what_was_corrected_is_told_in_words(page, cast, form):
    form.submit(text="谈了用工", followup_on="none")
    [visit] = visits()
    page.open("desk.correct_visit", visit_id=visit.id).submit(text="谈了用电", kind="call")
    told = page.open(f"/visits/{visit.id}").text
    assert "走访内容：谈了用工 → 谈了用电" in told and "方式：上门 → 电话" in told


def test_a_plan_recorded_today_is_today_s_entry_and_may_be_corrected(page, cast, firm, now):
    plan = planned(firm, cast.lin, days=22)
    now.move(days=22)
    page.as_(cast.lin).open("desk.new_visit", plan=plan.id).submit(text="谈了用工", followup_on="none")
    page.open("desk.correct_visit", visit_id=plan.id).submit(text="谈了用电")
    assert db.session.get_one(Visit, plan.id).text == "谈了用电"


def test_a_firm_that_left_takes_no_promise_but_a_visit(page, cast, firm):
    with writing():
        firm.standing = "moved_out"
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="送行", person="nobody", followup_on="2026-12-07", expect=422)
    assert "已不在区内" in page.text and visits() == []
    page.submit(text="送行", person="nobody", followup_on="", followup_text="")
    assert len(visits()) == 1


def test_a_call_is_told_as_a_call_in_the_file_of_the_firm_too(form, firm):
    form.submit(text="约了时间", kind="call", followup_on="none")
    told = form.open("desk.enterprise", enterprise_id=firm.id).text
    assert "2026-11-23 电话" in told and "2026-11-23 走访" not in told


def test_back_and_save_again_with_the_words_of_the_follow_up_gone_promises_nothing_more(form, firm):
    """Browsers bring back the day and not the words: our own wording must not stand beside theirs."""
    form.submit(text="订单平稳", followup_on="2026-12-07", followup_text="送政策汇编")
    form.open("desk.new_visit", enterprise=firm.id).submit(text="订单平稳", followup_on="2026-12-07")
    form.open("desk.new_visit", enterprise=firm.id).submit(
        text="订单平稳", followup_on="2026-12-07", followup_text="约二期"
    )
    assert len(visits()) == 1
    assert sorted(f.text for f in db.session.scalars(select(Followup))) == ["约二期", "送政策汇编"]


@pytest.mark.parametrize(
    ("records_at", "began"),
    [("2026-11-25T08:33", None), ("2026-11-25T15:00", "14:30:00"), ("2026-11-26T15:00", None)],
)
def test_a_plan_that_was_carried_out_keeps_its_time_only_when_that_may_be_true(
    page, cast, firm, now, records_at, began
):
    with writing():
        plan, _ = services.plan(
            firm,
            by=cast.lin,
            kind="onsite",
            on=date(2026, 11, 25),
            at=time(14, 30),
            note="看二期",
            client_key="plan-of-time",
        )
    now.set(f"{records_at}:00+08:00")
    page.as_(cast.lin).open("desk.new_visit", plan=plan.id)
    assert "看二期" in page.text, "what was planned stands beside the form"
    page.submit(text="看了二期厂房", followup_on="none")

    db.session.refresh(plan)
    assert plan.state == VisitState.DONE and (str(plan.at_time) if plan.at_time else None) == began
