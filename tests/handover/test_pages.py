"""The pages on which somebody gets an enterprise, or gives one away."""

from datetime import date

from crm.accounts import services
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment, AssignmentOrder
from crm.permissions import Role
from tests.visitor import Visitor


def test_manager_hands_an_enterprise_over(page, make, cast):
    enterprise = make.enterprise(commissioner=cast.lin, since=date(2026, 3, 2))

    page.as_(cast.manager).open("handover.hand_over", enterprise_id=enterprise.id)
    page.submit(to=cast.zhou.id, note="催办用电增容")

    rows = db.session.query(Assignment).filter_by(enterprise_id=enterprise.id).order_by(Assignment.id).all()
    assert [a.commissioner.name for a in rows] == ["林晓", "周敏"]
    assert rows[0].handover_note == "催办用电增容"


def test_a_clerk_needs_a_document_number_and_keeps_what_was_typed(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)

    page.as_(cast.clerk).open("handover.hand_over", enterprise_id=enterprise.id)
    page.submit(to=cast.zhou.id, note="按通知调整", expect=422)
    assert "按通知调整" in page.response.text
    page.submit(to=cast.zhou.id, note="按通知调整", document_no="杭经开经〔2026〕3号")

    assert commissioner_of(enterprise.id).commissioner == cast.zhou


def test_a_stranger_finds_nothing_and_a_reader_may_not(page, make, cast):
    enterprise = make.enterprise(commissioner=cast.lin)

    page.as_(cast.stranger).open("handover.hand_over", enterprise_id=enterprise.id, expect=403)
    page.as_(cast.leader).open("handover.hand_over", enterprise_id=enterprise.id, expect=403)
    elsewhere = make.enterprise(unit=cast.elsewhere)
    page.as_(cast.manager).open("handover.hand_over", enterprise_id=elsewhere.id, expect=404)


def test_a_day_to_come_becomes_an_order_that_can_be_cancelled(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)

    page.as_(cast.manager).open("handover.hand_over", enterprise_id=enterprise.id)
    page.submit(to=cast.zhou.id, note="轮岗", on="2026-12-01", document_no="3号")
    assert db.session.query(AssignmentOrder).one().state == "waiting"
    page.open("handover.load_per_official").submit()

    assert db.session.query(AssignmentOrder).one().state == "cancelled"
    assert commissioner_of(enterprise.id).commissioner == cast.lin


def test_an_order_stands_on_the_file_and_is_told_to_whoever_hands_over(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    page.as_(cast.manager).open("handover.hand_over", enterprise_id=enterprise.id)
    page.submit(to=cast.zhou.id, note="轮岗", on="2026-12-01", document_no="3号")

    page.open("handover.hand_over", enterprise_id=enterprise.id)
    assert "已有预定：自 2026-12-01 起由周敏服务（3号）" in page.text
    page.as_(cast.leader).open("desk.enterprise", enterprise_id=enterprise.id, tab="serving")
    assert "自 2026-12-01 起" in page.text and not [b for b in page.all("button") if "取消预定" in b.itertext()]
    page.as_(cast.clerk).open("desk.enterprise", enterprise_id=enterprise.id, tab="serving")
    page.submit().follow()

    assert db.session.query(AssignmentOrder).one().state == "cancelled"
    assert "自 2026-12-01 起" not in page.text


def test_whoever_was_second_keeps_what_he_typed(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    page.as_(cast.manager).open("handover.hand_over", enterprise_id=enterprise.id)
    first = Visitor(page.app).as_(cast.manager).open("handover.hand_over", enterprise_id=enterprise.id)
    first.submit(to=cast.zhou.id, note="先到的")

    page.submit(to=cast.clerk.id, note="后到的一大段交接说明", expect=409)
    assert "由周敏服务，本次提交未写入" in page.text and "后到的一大段交接说明" in page.text
    page.submit()
    assert commissioner_of(enterprise.id).commissioner == cast.clerk


def test_many_get_one_commissioner_after_a_check(page, make, cast):
    mine = [make.enterprise(unit=cast.section), make.enterprise(unit=cast.section, commissioner=cast.lin)]
    foreign = make.enterprise(unit=cast.elsewhere)
    ids = [e.id for e in (*mine, foreign)]

    page.as_(cast.manager).open("desk.assign_many", id=ids)
    assert "2" in page.text and foreign.name not in page.text
    page.submit(to=cast.zhou.id, note="统一调整")

    assert [commissioner_of(i) and commissioner_of(i).commissioner.name for i in ids] == ["周敏", "周敏", None]


def test_many_over_the_limit_are_counted_as_they_would_be_in_the_end(page, make, cast):
    with writing():
        set_bureau("load_limit", 3, by_id=None, by_name="test")
    mine = [make.enterprise(unit=cast.section, commissioner=cast.zhou if n < 2 else None) for n in range(4)]
    page.as_(cast.manager).open("desk.assign_many", id=[e.id for e in mine])

    page.submit(to=cast.zhou.id, note="统一调整", expect=422)
    assert "周敏将服务 4 家企业，上限为 3 家" in page.text
    page.submit(over_limit_reason="临时顶岗").follow()
    assert "2 家企业的服务专员已定为周敏" in page.text


def test_a_load_opens_the_list_it_counts(page, make, cast):
    for unit in (cast.section, cast.elsewhere, cast.elsewhere):
        make.enterprise(unit=unit, commissioner=cast.stranger)
    make.enterprise(unit=cast.elsewhere, commissioner=cast.lin)
    page.as_(cast.manager).open("handover.load_per_official")
    doors = {a.get("href"): "".join(a.itertext()) for a in page.all("a") if "commissioner=" in (a.get("href") or "")}

    assert doors[f"/enterprises?commissioner={cast.stranger.id}"] == "我可见 1 家"
    assert doors[f"/enterprises?commissioner={cast.lin.id}"] == "1"


def test_a_deputy_sees_the_enterprise_until_his_last_day(page, make, cast, now):
    enterprise = make.enterprise(unit=cast.elsewhere, commissioner=cast.lin)
    page.as_(cast.zhou).open("handover.load_per_official", expect=403)

    page.as_(cast.lin).open("stand_ins.stand_in")
    page.submit(form="name-deputy", deputy=cast.zhou.id, until_on="2026-11-30")

    from crm.enterprises.queries import may
    from crm.permissions import Permission

    assert may(cast.zhou, Permission.ENTERPRISE_EDIT, enterprise)
    now.set("2026-11-30T08:00:00+08:00")
    assert not may(cast.zhou, Permission.ENTERPRISE_EDIT, enterprise)


def test_a_manager_of_one_unit_needs_a_document_for_the_firms_he_only_keeps_the_ledger_of(page, make, cast):
    both = make.user("两职", unit=cast.section, role=Role.CLERK, over=cast.section)
    with writing():
        services.give_post(both, role=Role.MANAGER, unit=cast.elsewhere, by=cast.admin)
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)

    page.as_(both).open("desk.assign_many", id=[firm.id])
    page.submit(to=cast.zhou.id, note="换人", expect=422)
    assert commissioner_of(firm.id).commissioner == cast.lin
    page.submit(to=cast.zhou.id, note="换人", document_no="杭经开经〔2026〕3号")
    assert commissioner_of(firm.id).commissioner == cast.zhou
