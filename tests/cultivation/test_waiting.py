"""Steps that wait: listed, told to those who may confirm, confirmed several at once, taken back, sent again."""

import pytest
from sqlalchemy import select

from crm.accounts import posts
from crm.accounts.models import Post
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import services
from crm.cultivation.models import TrackEvent, TrackProposal
from crm.enterprises.models import Standing
from crm.enterprises.presence import leave
from crm.permissions import Role
from crm.reminders.models import Reminder
from crm.reminders.planning import plan

FILED = {"state": "IP_COACH", "on": "2026-06-05", "grade": "numbered", "document_no": "浙证监辅导〔2026〕12号"}


@pytest.fixture
def steps(way, make, cast):
    """Three firms of Lin's whose coaching waits for a word."""
    found = []
    for name in ("甲", "乙", "丙"):
        way.firm = make.enterprise(f"杭州{name}股份有限公司", unit=cast.section, commissioner=cast.lin)
        way.baseline("IPO", "IP_ENGAGED", "2025-01-05", firm=way.firm)
        found.append(way.step("IPO", "IP_COACH", "2026-06-05"))
    return found


def outcomes():
    db.session.expire_all()
    return list(db.session.scalars(select(TrackProposal.outcome).order_by(TrackProposal.id)))


def test_several_are_confirmed_together_and_one_that_cannot_keeps_none_back(page, steps, way, cast):
    page.as_(cast.manager).open("track_steps.waiting")
    assert all(f"杭州{name}" in page.text for name in "甲乙丙")
    way.correct(db.session.query(TrackEvent).filter_by(track_id=3).one(), "redate", on="2025-01-06")
    page.open("track_steps.confirm_many", id=[step.id for step in steps]).submit(expect=200)
    assert "杭州丙" in page.text and "杭州甲" not in page.text
    assert outcomes() == ["confirmed", "confirmed", "waiting"]


def test_nobody_confirms_his_own_in_bulk_nor_what_he_does_not_see(page, steps, way, cast, make):
    way.firm = make.enterprise("杭州丁股份有限公司", unit=cast.section, commissioner=cast.lin)
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05", firm=way.firm)
    own = way.step("IPO", "IP_COACH", "2026-06-05", by=cast.manager)
    elsewhere = make.user("邻局科长", unit=cast.elsewhere, role=Role.MANAGER)
    for who, ids in ((cast.manager, [own.id]), (elsewhere, [step.id for step in steps])):
        page.as_(who).open("track_steps.confirm_many", id=ids)
        assert "无须你确认" in page.text
    assert outcomes() == ["waiting"] * 4


def test_the_number_on_home_and_in_the_to_do_is_that_of_the_list(page, steps, cast):
    page.as_(cast.manager).open("desk.home")
    assert "3 待确认节点" in page.text or "待确认节点 3" in page.text
    assert "3 个节点待你确认" in page.open("desk.todo").text
    for who in (cast.lin, cast.clerk, cast.admin):
        assert "节点待你确认" not in page.as_(who).open("desk.todo").text


def test_a_list_of_many_costs_what_one_of_few_costs(page, steps, way, make, cast, count_queries):
    def cost():
        with count_queries() as seen:
            page.as_(cast.manager).open("track_steps.waiting")
        return len(seen)

    few = cost()
    for number in range(17):
        way.firm = make.enterprise(f"杭州第{number}股份有限公司", unit=cast.section, commissioner=cast.zhou)
        way.baseline("REX", "REX_FILED", "2025-01-05", firm=way.firm)
        way.step("REX", "REX_LISTED", "2026-06-05", by=cast.clerk)
    assert cost() == few <= 12 + 4


def test_whoever_may_confirm_is_told_once_and_a_decided_step_is_told_no_more(page, steps, way, cast, now):
    now.set("2026-11-24T07:30:00+08:00")
    plan(clock.now()), plan(clock.now())
    told = select(Reminder.recipient_id, Reminder.state).where(Reminder.kind == "step_waiting").order_by(Reminder.id)
    assert db.session.execute(told).all() == [(cast.manager.id, "planned")] * 3
    page.as_(cast.manager).open("reminders.centre")
    assert "境内上市：辅导备案 待你确认" in page.text
    way.confirm(steps[0])
    plan(clock.now())
    assert [row.state for row in db.session.execute(told)] == ["cancelled", "planned", "planned"]


def test_who_gets_the_post_later_hears_of_what_waits_and_who_lost_it_no_more(steps, make, cast, now):
    told = select(Reminder.recipient_id, Reminder.state).where(Reminder.kind == "step_waiting").order_by(Reminder.id)
    plan(clock.now())
    now.set("2026-11-25T07:30:00+08:00")
    newcomer = make.user("新科长", unit=cast.bureau, role=Role.MANAGER, over=cast.bureau)
    plan(clock.now()), plan(clock.now())
    assert [row.recipient_id for row in db.session.execute(told)] == [cast.manager.id] * 3 + [newcomer.id] * 3

    with writing():
        posts.end_post(db.session.scalars(select(Post).where(Post.user_id == newcomer.id)).one(), by=cast.admin)
    plan(clock.now())
    assert [row.state for row in db.session.execute(told)][3:] == ["cancelled"] * 3


def test_the_proposer_hears_why_his_step_does_not_stand(page, steps, cast):
    with writing():
        services.reject(steps[0], by=cast.manager, reason="文号不对")
    plan(clock.now())
    page.as_(cast.lin).open("reminders.centre")
    assert "境内上市：辅导备案 未获确认（文号不对）" in page.text


def test_a_step_is_taken_back_by_its_proposer_alone(page, steps, way, cast):
    page.as_(cast.lin).open("cultivation.decide", proposal_id=steps[0].id)
    assert "确认" not in [button.text for button in page.all("button")]
    page.submit().follow()
    assert outcomes()[0] == "withdrawn"
    way.firm = db.session.get(type(way.firm), steps[0].enterprise_id)
    assert isinstance(way.step("IPO", "IP_COACH", "2026-06-06"), TrackProposal), "and proposed anew"
    with pytest.raises(RuleBroken), writing():
        services.withdraw(steps[1], by=cast.manager)
    with pytest.raises(Stale), writing():
        services.withdraw(steps[0], by=cast.lin)


def test_a_form_left_behind_by_a_colleagues_step_can_be_sent_again(page, way, firm, cast):
    way.baseline("IPO", "IP_POOL", "2024-01-05")
    page.as_(cast.lin).open("cultivation.step", enterprise_id=firm.id, track_kind="IPO")
    way.step("IPO", "IP_ENGAGED", "2025-01-05", by=cast.clerk)
    page.submit(**FILED, note="已与券商核对", expect=422)
    assert "他人已录入新节点" in page.text and "签约保荐机构等" in page.text
    page.submit().follow()
    assert outcomes() == ["waiting"]
    assert db.session.scalars(select(TrackProposal.note)).one() == "已与券商核对"


def test_a_correction_left_behind_can_be_sent_again(page, way, firm, cast):
    first = way.baseline("IPO", "IP_POOL", "2024-01-05")
    page.as_(cast.manager).open("cultivation.correct", track_id=first.track_id, seq=1)
    way.step("IPO", "IP_ENGAGED", "2025-01-05")
    page.submit(sort="redate", on="2024-01-06", reason="看错", expect=422)
    page.submit().follow()
    assert way.spans("IPO")[0] == ("IP_POOL", "2024-01-06", "2025-01-05")


def test_the_decision_stands_over_the_history_that_was_shown(page, way, firm, cast):
    begun = way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    page.as_(cast.manager).open("cultivation.decide", proposal_id=waiting.id)
    way.correct(begun, "redate", on="2025-01-06")
    page.submit(word="confirm", expect=422)
    assert "提交后该进程有新记录" in page.text
    page.submit(word="confirm")
    assert outcomes() == ["confirmed"]


def test_the_page_shows_what_the_word_is_about(page, way, make, cast):
    way.firm = make.enterprise("杭州有限责任公司", unit=cast.section, commissioner=cast.lin)
    way.baseline("REX", "REX_LISTED", "2020-01-05", firm=way.firm)
    way.baseline("NEEQ", "NQ_CONSENT", "2026-01-05", firm=way.firm)
    waiting = way.step("NEEQ", "NQ_BASE", "2026-02-05")
    page.as_(cast.manager).open("cultivation.decide", proposal_id=waiting.id)
    for words in ("公告或文件", "省股交挂牌尚未终止", "挂牌公告", "取得同意挂牌函"):
        assert words in page.text, words


def test_what_one_person_confirmed_alone_is_listed_for_the_auditor(page, way, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    way.confirm(way.step("IPO", "IP_COACH", "2026-06-05", by=cast.manager), alone="全局仅一名科长")
    page.as_(cast.auditor).open("track_steps.alone")
    assert "全局仅一名科长" in page.text and "李军" in page.text
    assert "全局仅一名科长" not in page.as_(cast.admin).open("track_steps.alone").text, "a plan"


def test_a_firm_that_left_takes_no_step_but_its_waiting_one_can_be_refused(page, way, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    with writing():
        leave(firm, Standing.MOVED_OUT, on=clock.today(), reason="迁出", by=cast.manager)
    for act in (lambda: way.confirm(waiting), lambda: way.step("REX", "REX_POOL", "2026-06-05")):
        with pytest.raises(RuleBroken, match="no longer in the zone"):
            act()
        db.session.rollback()
    page.as_(cast.manager).open("cultivation.decide", proposal_id=waiting.id)
    page.submit(word="reject", because="企业已迁出")
    assert outcomes() == ["rejected"]
