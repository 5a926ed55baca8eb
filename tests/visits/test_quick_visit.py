"""A visit is logged on one page, with a follow-up if wanted, and saved once however often it is sent."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup
from crm.timeline import Entry
from crm.visits.models import Visit, VisitPerson


def visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.id)))


@pytest.fixture
def firm(make, cast) -> Enterprise:
    return make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin, contact="王经理", phone="13700000001")


def test_only_the_words_and_a_day_are_needed(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="新厂房下月封顶,用电要增容", followup_on="2026-12-07")

    [visit] = visits()
    assert (visit.kind, visit.visited_on, visit.met, visit.counts) == ("onsite", date(2026, 11, 23), "王经理", True)
    assert (visit.author, visit.contact.name) == (cast.lin, "王经理")
    followup = db.session.scalars(select(Followup)).one()
    assert (followup.owner, followup.due_on, followup.origin_id) == (cast.lin, date(2026, 12, 7), visit.id)
    assert followup.text == "跟进 2026-11-23 走访事项"
    assert (firm.last_visit_on, firm.last_contact_on, firm.open_followups) == (
        date(2026, 11, 23),
        date(2026, 11, 23),
        1,
    )
    assert page.follow().url == f"/visits/{visit.id}"
    assert "用电要增容" in page.text and "跟进 2026-11-23 走访事项" in page.text


def test_the_same_form_sent_again_saves_nothing_more(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    tree = page.tree
    page.submit(text="第一次", followup_on="2026-12-07")
    page.tree, page.url = tree, f"/visits/new?enterprise={firm.id}"
    page.submit(text="第一次", followup_on="2026-12-07")

    assert len(visits()) == 1
    assert db.session.query(Followup).count() == 1
    assert "不再重复保存" in page.follow().text


def test_somebody_else_with_the_same_key_gets_no_visit_and_no_peek(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    key = page.all("input", name="client_key")[0].get("value")
    page.submit(text="机密", followup_on="none")

    page.as_(cast.zhou).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="别的", person="nobody", client_key=key, expect=409)
    assert len(visits()) == 1
    assert "机密" not in page.text


def test_any_official_may_record_a_visit_to_a_firm_he_finds_by_name(page, cast, firm):
    page.as_(cast.stranger).open("desk.new_visit", q="和达")
    assert "林晓" in page.text
    page.open("desk.new_visit", enterprise=firm.id)
    assert "王经理" not in page.text and "13700000001" not in page.text
    page.submit(text="陪同调研", met="王总")

    [visit] = visits()
    assert (visit.author, visit.met, visit.contact_id) == (cast.stranger, "王总", None)
    assert "陪同调研" in page.follow().text, "his own record"
    page.as_(cast.stranger).open("desk.enterprise", enterprise_id=firm.id, expect=404)


def test_the_auditor_records_nothing(page, cast, firm):
    page.as_(cast.auditor).open("desk.new_visit", enterprise=firm.id, expect=403)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": "  "}, "写下谈了什么"),
        ({"text": "x", "person": ""}, "选择见到了谁"),
        ({"text": "x", "on_other": "2026-11-24"}, "不晚于今天"),
        ({"text": "x", "on": "not a day"}, "不晚于今天"),
        ({"text": "x", "kind": "teleport"}, "选择联系方式"),
        ({"text": "x", "followup_other": "2026-11-22"}, "已经过去"),
        ({"text": "x", "followup_text": "送政策"}, "选择跟进日期"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(page, cast, firm, values, words):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(expect=422, **{"met": "", **values})

    assert words in page.text
    assert page.all("input", name="client_key")[0].get("value")
    assert visits() == []
    assert db.session.query(Followup).count() == 0


def test_a_follow_up_on_a_rest_day_moves_to_the_next_working_day(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="x", followup_other="2026-11-28", followup_text="送政策汇编")

    followup = db.session.scalars(select(Followup)).one()
    assert (followup.due_on, followup.text) == (date(2026, 11, 30), "送政策汇编")


def test_chips_offer_working_days_and_show_them(page, cast, firm, now):
    now.set("2026-11-27T09:00:00+08:00")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    days = [field.get("value") for field in page.all("input", name="followup_on")]

    assert days == ["2026-12-04", "2026-12-11", "2026-12-28", "none"], "27 December is a Sunday"
    assert "12-28" in page.text


def test_a_phone_call_moves_the_last_contact_but_not_the_last_visit(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="电话沟通", kind="call", followup_on="none")

    assert (firm.last_visit_on, firm.last_contact_on) == (None, date(2026, 11, 23))


def test_a_visit_entered_late_moves_neither_back(page, cast, firm):
    for day in ("2026-11-22", "2026-11-03"):
        page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
        page.submit(text="x", on_other=day, followup_on="none")

    assert firm.last_visit_on == date(2026, 11, 22)
    assert firm.version == 1, "what is derived is no edit"


def test_nobody_in_charge_was_there(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="大门关着", person="nobody", followup_on="none")

    [visit] = visits()
    assert (visit.is_not_met, visit.met, visit.contact_id) == (True, "", None)


def test_firms_promised_for_today_stand_first_and_each_once(page, make, cast, firm):
    other = make.enterprise("杭州示例丙有限公司", commissioner=cast.lin)
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="x", followup_other="2026-11-23")
    page.open("desk.new_visit")

    heads = [h.text for h in page.all("h2") if h.get("id") in ("due", "recent", "mine")]
    assert heads == ["今天或之前要跟进的", "其余我服务的企业"]
    links = [a.get("href") for a in page.all("a") if (a.get("href") or "").startswith("/visits/new?")]
    assert [int(link.partition("=")[2]) for link in links] == [firm.id, other.id]


def test_the_visit_stands_in_the_record_with_its_author(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="谈了用工", followup_on="none")

    entry = db.session.scalars(select(Entry).where(Entry.kind == "visit.recorded")).one()
    assert (entry.enterprise_id, entry.actor_name, entry.body["text"]) == (firm.id, "林晓", "谈了用工")


def test_a_firm_that_was_merged_away_is_not_found(page, make, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=999_999, expect=404)


@pytest.mark.parametrize("typed", ["13900001111", "1390", "1111", "王伟民", "王", "伟民"])
def test_the_search_over_the_whole_zone_tells_nobody_whose_contact_was_typed(page, make, cast, typed):
    firm = make.enterprise("杭州远山仪器有限公司", unit=cast.elsewhere, contact="王伟民", phone="13900001111")

    page.as_(cast.lin).open("desk.new_visit", q=typed)
    assert "远山" not in page.text
    for known in ("远山仪器", "yuanshan", "远", firm.credit_code[-6:]):
        assert "远山" in page.open("desk.new_visit", q=known).text, known


def test_a_next_day_left_open_is_asked_about_once_per_firm_and_quarter(page, make, cast, firm, now):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="先记一笔", expect=422)
    assert "是否不需要再跟进" in page.text and page.all("textarea")[0].text.strip() == "先记一笔"
    page.submit(followup_on="none")

    page.open("desk.new_visit", enterprise=firm.id).submit(text="第二次不再问")
    other = make.enterprise(commissioner=cast.lin, contact="李总")
    page.open("desk.new_visit", enterprise=other.id).submit(text="别家照问", expect=422)
    now.set("2027-01-04T09:00:00+08:00")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id).submit(text="新季度再问", expect=422)
    assert [visit.no_followup for visit in visits()] == [True, False]


def test_what_the_firm_asks_for_becomes_an_item_of_its_commissioner_whoever_heard_it(page, cast, firm):
    page.as_(cast.stranger).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="陪同调研", met="王总", request="希望解决 20 名员工的公租房")

    asked = db.session.scalars(select(Followup)).one()
    assert (asked.kind, asked.owner, asked.due_on) == ("request", cast.lin, date(2026, 11, 30))
    assert asked.origin_id == visits()[0].id


def test_a_new_contact_needs_only_a_name_and_a_number_and_the_same_name_is_the_same_person(page, cast, firm):
    for phone in ("13700000009", ""):
        page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
        page.submit(text="x", met="赵总", met_phone=phone, followup_on="none")

    people = [(c.name, c.phone, c.is_primary) for c in sorted(firm.contacts, key=lambda c: c.id)]
    assert people == [("王经理", "13700000001", True), ("赵总", "13700000009", False)]
    assert {visit.contact.name for visit in visits()} == {"赵总"}


def test_days_of_a_year_without_published_holidays_say_so(page, cast, firm, now):
    assert "节假日安排尚未公布" not in page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id).text
    now.set("2026-12-21T09:00:00+08:00")
    assert "节假日安排尚未公布" in page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id).text


def test_leaders_and_colleagues_are_people_where_the_name_is_theirs_alone(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="x", followup_on="none", leaders=cast.leader.name, companions=f"{cast.zhou.name}、街道老陈")

    assert cast.leader.name in page.follow().text and "街道老陈" in page.text
    rows = db.session.scalars(select(VisitPerson).order_by(VisitPerson.id)).all()
    assert [(row.part, row.user_id) for row in rows] == [
        ("leader", cast.leader.id),
        ("companion", cast.zhou.id),
        ("companion", None),
    ]
