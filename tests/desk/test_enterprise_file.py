"""The file of one enterprise: what stands at its head, who may see the numbers, what its timeline tells."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.enterprises import assignment, contacts
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment, Liaison, StandIn
from crm.followups import services as followups
from crm.followups.models import Followup, FollowupState
from crm.handover import services as handover
from crm.tiers import services as tiers
from crm.timeline import Entry

TABS = ("timeline", "basics", "contacts", "serving", "tiers", "tracks")


@pytest.fixture
def firm(make, cast):
    return make.enterprise(
        "杭州和达有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理", phone="13812346789"
    )


def test_on_the_way_to_the_firm_its_head_says_whom_to_call_and_what_is_promised(page, cast, firm):
    with writing():
        followups.add(
            firm, owner=cast.lin, text="带上电力局的答复", due_on=clock.today() + timedelta(days=1), by=cast.lin
        )
        db.session.add(Liaison(enterprise_id=firm.id, leader_id=cast.leader.id, from_on=clock.today()))

    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id)
    head = page.text.split("时间线")[0]
    for words in ("王经理", "13812346789", "林晓", "徐建国", "从未走访", "带上电力局的答复"):
        assert words in head
    assert page.all("a", href="tel:13812346789")


def test_every_tab_opens_for_readers_and_the_record_for_those_who_may_read_it(page, cast, firm):
    for person, tabs in ((cast.lin, TABS), (cast.manager, (*TABS, "audit")), (cast.auditor, (*TABS, "audit"))):
        page.as_(person)
        for tab in tabs:
            page.open("desk.enterprise", enterprise_id=firm.id, tab=tab)
            current = [a for a in page.all("a") if a.get("aria-current") == "page" and "tab=" in (a.get("href") or "")]
            assert [f"tab={tab}" in a.get("href") for a in current] == [True]
        page.open("desk.print_enterprise", enterprise_id=firm.id)
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="audit")
    assert "操作记录" not in page.text


def test_deputy_and_liaison_leader_call_directly_a_manager_reveals_and_it_is_recorded(page, cast, firm):
    with writing():
        db.session.add(StandIn(official_id=cast.lin.id, deputy_id=cast.zhou.id, from_on=clock.today()))
        db.session.add(Liaison(enterprise_id=firm.id, leader_id=cast.leader.id, from_on=clock.today()))
    for person in (cast.lin, cast.zhou, cast.leader):
        assert "13812346789" in page.as_(person).open("desk.enterprise", enterprise_id=firm.id).response.text

    page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id)
    assert "13812346789" not in page.response.text and "138****6789" in page.text
    form = next(f for f in page.all("form") if "reveal" in (f.get("action") or ""))
    form.set("id", "reveal")
    page.submit(form="reveal", expect=200)

    assert "13812346789" in page.text
    looked = db.session.scalars(select(Entry).where(Entry.kind == "contact.revealed")).one()
    assert (looked.actor_id, looked.enterprise_id, looked.body["name"]) == (cast.manager.id, firm.id, "王经理")


def test_a_number_is_not_revealed_without_the_pages_token(page, cast, firm):
    contact = contacts.primary_of(firm.id)
    page.as_(cast.manager).post("enterprises.reveal_contact", enterprise_id=firm.id, contact_id=contact.id, expect=400)
    assert "13812346789" not in page.response.text
    assert db.session.scalar(select(Entry.id).where(Entry.kind == "contact.revealed")) is None


def test_a_contact_of_another_firm_is_not_reached_through_ones_own(page, make, cast, firm):
    foreign = make.enterprise(unit=cast.elsewhere, contact="外人", phone="13999999999")
    contact = contacts.primary_of(foreign.id)
    page.as_(cast.lin).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=contact.id, expect=404)
    page.post("enterprises.reveal_contact", enterprise_id=firm.id, contact_id=contact.id, expect=404)


def test_the_timeline_tells_in_sentences_in_both_languages(page, cast, firm):
    with writing():
        handover.hand_over(firm, cast.zhou, replaces=firm_assignment(firm).id, by=cast.manager, note="注意用电")
        tiers.set_tier(firm, "T2", by=cast.clerk)

    page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id)
    assert "由林晓移交给周敏" in page.text and "注意用电" in page.text and "T2 骨干企业" in page.text
    page.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "Handed over from 林晓 to 周敏" in page.text and "T2 Backbone" in page.text
    page.open("desk.enterprise", enterprise_id=firm.id, show="serving")
    assert "Backbone from" not in page.text and "Handed over" in page.text


def test_the_timeline_goes_on_page_by_page_and_leaves_nothing_out(page, cast, firm):
    with writing():
        for number in range(45):
            contacts.add(firm, by=cast.clerk, name=f"联系人{number:02d}")
    page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id, show="data")
    seen, pages = set(), 0
    while True:
        seen |= {li.get("id") for li in page.all("li") if (li.get("id") or "").startswith("entry-")}
        pages += 1
        older = [a.get("href") for a in page.all("a") if "before=" in (a.get("href") or "")]
        if not older:
            break
        page.open(older[0])
    assert (len(seen), pages) == (47, 2)


def test_who_served_on_a_day_is_asked_by_a_form(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, since=date(2026, 1, 5))
    with writing():
        current = firm_assignment(firm)
        handover.hand_over(firm, cast.zhou, replaces=current.id, by=cast.manager, on=date(2026, 6, 1), note="调岗")

    page.as_(cast.manager)
    for day, who in {"2026-01-04": None, "2026-01-05": "林晓", "2026-05-31": "林晓", "2026-06-01": "周敏"}.items():
        page.open("desk.enterprise", enterprise_id=firm.id, tab="serving", on=day)
        served = " ".join("".join(p.itertext()) for p in page.all("p") if p.get("id") == "served")
        assert (who in served) if who else "没有服务专员" in served
    page.open("desk.enterprise", enterprise_id=firm.id, tab="serving", on="2026-13-77")
    assert "日期有误" in page.text


def test_moving_out_ends_what_is_open_and_coming_back_begins_anew(page, cast, firm, now):
    with writing():
        followups.add(firm, owner=cast.lin, text="办理", due_on=clock.today() + timedelta(days=3), by=cast.lin)
    page.as_(cast.clerk).open("desk.leave", enterprise_id=firm.id)
    page.submit(standing="moved_out", reason="注册地迁往外区")

    assert firm.standing == Standing.MOVED_OUT and firm.open_followups == 0
    assert db.session.scalars(select(Followup.state)).all() == [FollowupState.CANCELLED]
    ended = db.session.scalars(select(Assignment)).one()
    assert (ended.end_reason, ended.ended_on) == ("moved_out", clock.today())
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, expect=404)

    now.move(days=40)
    page.as_(cast.clerk).open("desk.come_back", enterprise_id=firm.id)
    page.submit(reason="迁回")
    page.open("desk.enterprise", enterprise_id=firm.id, tab="basics")
    assert "2026-11-23 ～ 2026-11-23" in page.text and "2027-01-02 ～ 至今" in page.text
    back = db.session.get_one(Enterprise, firm.id)
    with pytest.raises(RuleBroken), writing():
        assignment.assign(back, cast.zhou, by=cast.manager, on=date(2026, 11, 22))
    with writing():
        assignment.assign(back, cast.zhou, by=cast.manager)


def test_who_gives_a_firm_up_by_its_leaving_lands_on_a_page_he_may_see(page, cast, firm):
    page.as_(cast.lin).open("desk.leave", enterprise_id=firm.id)
    page.submit(standing="moved_out", reason="注册地迁往外区").follow()

    assert "已迁出" in page.text or "已离开" in page.text


def test_a_day_in_the_future_or_before_the_assignment_is_refused_in_words(page, cast, firm):
    page.as_(cast.clerk).open("desk.leave", enterprise_id=firm.id)
    page.submit(on="2027-01-01", reason="迁往外区", expect=422)
    assert "日期在今天之后" in page.text
    page.submit(on="2020-01-01", reason="迁往外区", expect=422)
    assert "早于本期开始日" in page.text and firm.standing == Standing.ACTIVE


def firm_assignment(firm):
    return db.session.scalars(
        select(Assignment).where(Assignment.enterprise_id == firm.id, Assignment.ended_on.is_(None))
    ).one()
