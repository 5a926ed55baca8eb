"""The liaison leader and the responsible section of an enterprise, set by hand as dated rows."""

from datetime import date

import pytest

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.enterprises import serving_queries
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import may
from crm.enterprises.serving_models import Liaison, Responsibility
from crm.handover import attached
from crm.permissions import Permission


def leaders(enterprise):
    query = db.select(Liaison).where(Liaison.enterprise_id == enterprise.id).order_by(Liaison.id)
    return [(row.leader.name, row.from_on, row.until_on) for row in db.session.scalars(query)]


def test_a_manager_names_a_leader_who_then_sees_the_enterprise_and_a_second_one_follows(page, make, cast, now):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    assert not may(cast.stranger, Permission.ENTERPRISE_VIEW, enterprise)

    page.as_(cast.manager).open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to=cast.stranger.id, on="2026-11-02")
    assert may(cast.stranger, Permission.CONTACT_DIRECT, enterprise)
    now.set("2026-12-01T09:00:00+08:00")
    page.as_(cast.manager).open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to=cast.leader.id, document_no="杭经开〔2026〕9号")
    page.follow()

    assert leaders(enterprise) == [
        (cast.stranger.name, date(2026, 11, 2), date(2026, 12, 1)),
        (cast.leader.name, date(2026, 12, 1), None),
    ]
    assert "2026-11-02 ～ 2026-12-01" in page.text and "杭经开〔2026〕9号" in page.text
    assert not may(cast.stranger, Permission.ENTERPRISE_VIEW, enterprise)
    assert [r.leader.name for r in serving_queries.on_day(enterprise.id, date(2026, 11, 30)).liaisons] == [
        cast.stranger.name
    ]
    page.open("desk.enterprise", enterprise_id=enterprise.id)
    assert f"联系领导自 2026-12-01 起：{cast.leader.name}" in page.text


def test_a_clerk_names_the_first_freely_and_changes_one_only_by_document(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)

    page.as_(cast.clerk).open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to=cast.leader.id)
    page.open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to=cast.manager.id, expect=422)
    assert "文号" in page.text
    page.submit(to=cast.manager.id, document_no="3号")

    assert [name for name, *_ in leaders(enterprise)] == [cast.leader.name, cast.manager.name]


def test_none_ends_it_and_the_record_says_so(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    page.as_(cast.manager).open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to=cast.leader.id, on="2026-11-02")

    page.open("attached.leader", enterprise_id=enterprise.id)
    page.submit(to="0")

    assert leaders(enterprise) == [(cast.leader.name, date(2026, 11, 2), date(2026, 11, 23))]
    page.open("desk.enterprise", enterprise_id=enterprise.id)
    assert f"不再设联系领导（原为{cast.leader.name}）" in page.text


def test_the_section_is_kept_on_the_enterprise_and_in_its_history(page, make, cast):
    enterprise = make.enterprise(unit=cast.bureau, commissioner=cast.lin)
    before = enterprise.version

    page.as_(cast.manager).open("attached.section", enterprise_id=enterprise.id)
    page.submit(to=cast.section.id, on="2026-10-08")
    page.open("attached.section", enterprise_id=enterprise.id)
    page.submit(to=cast.bureau.id, on="2026-11-09")
    page.follow()

    kept = db.session.get_one(Enterprise, enterprise.id)
    assert (kept.section_id, kept.version) == (cast.bureau.id, before + 2)
    assert [(name, row.from_on, row.until_on) for row, name in serving_queries.section_history(enterprise.id)] == [
        (cast.bureau.name, date(2026, 11, 9), None),
        (cast.section.name, date(2026, 10, 8), date(2026, 11, 9)),
    ]
    assert "2026-10-08 ～ 2026-11-09" in page.text


def test_days_that_cannot_be_are_refused(make, cast):
    enterprise = make.enterprise(unit=cast.section)
    with writing():
        attached.set_section(enterprise, cast.section, replaces=0, by=cast.manager, on=date(2026, 10, 8))
    first = attached.open_row(Responsibility, enterprise.id)

    for day in (date(2026, 10, 7), date(2026, 11, 24)):
        with pytest.raises(RuleBroken), writing():
            attached.set_section(enterprise, cast.bureau, replaces=first.id, by=cast.manager, on=day)
    with writing():
        attached.set_section(enterprise, None, replaces=first.id, by=cast.manager, on=date(2026, 11, 2))
    with pytest.raises(RuleBroken), writing():
        attached.set_section(enterprise, cast.bureau, replaces=0, by=cast.manager, on=date(2026, 11, 1))

    assert len(serving_queries.section_history(enterprise.id)) == 1


def test_of_two_who_decide_at_once_the_second_looks_again(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    page.as_(cast.manager).open("attached.leader", enterprise_id=enterprise.id)
    with writing():
        attached.set_leader(enterprise, cast.zhou, replaces=0, by=cast.clerk, on=date(2026, 11, 23))

    page.submit(to=cast.leader.id, expect=409)
    assert "刚才已有人改过" in page.text and cast.zhou.name in page.text
    page.submit(to=cast.leader.id)

    assert [name for name, *_ in leaders(enterprise)] == [cast.zhou.name, cast.leader.name]
    with pytest.raises(Stale), writing():
        attached.set_leader(enterprise, None, replaces=0, by=cast.clerk, on=date(2026, 11, 23))


def test_a_commissioner_and_readers_find_no_way_to_it(page, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)

    for who in (cast.lin, cast.leader):
        page.as_(who).open("desk.enterprise", enterprise_id=enterprise.id, tab="serving")
        assert f"/enterprises/{enterprise.id}/leader" not in page.response.text
        page.open("attached.leader", enterprise_id=enterprise.id, expect=403)
    page.as_(cast.manager).open("desk.enterprise", enterprise_id=enterprise.id, tab="serving")
    assert f"/enterprises/{enterprise.id}/leader" in page.response.text
    assert f"/enterprises/{enterprise.id}/section" in page.response.text
