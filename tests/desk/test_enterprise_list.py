"""The list of enterprises: what is in it, what it costs, what its address says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select, text

from crm.accounts.models import UnitKind
from crm.accounts.queries import root
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import contacts, extras
from crm.enterprises.filters import count_of
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import IN_ZONE, within
from crm.enterprises.serving_models import Liaison
from crm.followups import services as followups
from crm.permissions import Permission, Role
from crm.tiers import services as tiers
from crm.workdays.models import CalendarYear
from tests.desk.listed import names

BUDGET = 9


def alone(make, cast, number):
    """A firm that shares nothing with another: own unit, commissioner, contact, leader, title, follow-up."""
    unit = make.unit(f"第{number}街道", parent=cast.bureau, kind=UnitKind.TERRITORY)
    person, leader = make.user(f"专员{number}", unit=unit), make.user(f"领导{number}", unit=unit)
    firm = make.enterprise(
        f"杭州独立{number}公司",
        unit=unit,
        territory_id=unit.id,
        section_id=unit.id,
        commissioner=person,
        contact=f"联系人{number}",
        phone=f"1370000{number:04d}",
    )
    with writing():
        db.session.add(Liaison(enterprise_id=firm.id, leader_id=leader.id, from_on=clock.today()))
        tiers.give_title(firm, "SRDI", by=cast.clerk, from_on=None, until_on=None)
        extras.put(firm.id, {1: str(number)})
        followups.add(firm, owner=person, text="办理", due_on=clock.today() + timedelta(days=7), by=person)
    return firm


def queries(page, url):
    counted = []
    with page.app.app_context():
        engine = db.engine
    count = lambda *args: counted.append(args[2]) if not args[2].startswith(("BEGIN", "ROLLBACK")) else None  # noqa: E731
    page.open(url)
    event.listen(engine, "before_cursor_execute", count)
    page.open(url)
    event.remove(engine, "before_cursor_execute", count)
    return len(counted)


@pytest.mark.parametrize(
    "url", ["/enterprises?columns=titles&columns=leader&columns=x1&columns=phone", "/enterprises?q=杭州独立"]
)
def test_a_page_costs_the_same_few_queries_for_two_rows_and_for_twenty(page, make, cast, url):
    with writing():
        extras.add_field(label="产值", kind="number", choices=[], by=cast.admin)
    for number in range(2):
        alone(make, cast, number)
    page.as_(cast.manager)
    few = queries(page, url)
    assert len(names(page)) == 2
    for number in range(2, 20):
        alone(make, cast, number)

    assert queries(page, url) == few <= BUDGET
    assert len(names(page)) == 20


def test_the_file_costs_no_more_with_more_in_it(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王一", phone="13800001111")
    page.as_(cast.manager)
    few = queries(page, f"/enterprises/{firm.id}")
    with writing():
        for number in range(20):
            contacts.add(firm, by=cast.clerk, name=f"联系人{number}")
            owner = make.user(f"同事{number}", unit=cast.section)
            followups.add(firm, owner=owner, text="办理", due_on=clock.today() + timedelta(days=9), by=owner)

    assert queries(page, f"/enterprises/{firm.id}") == few <= BUDGET


def test_each_person_finds_what_he_serves_or_answers_for(page, make, cast):
    own = make.enterprise("林的企业", unit=cast.elsewhere, commissioner=cast.lin)
    section = make.enterprise("科室的企业", unit=cast.section)
    make.enterprise("别人的企业", unit=cast.elsewhere)
    linked = make.enterprise("联系领导的企业", unit=cast.elsewhere)
    with writing():
        db.session.add(Liaison(enterprise_id=linked.id, leader_id=cast.zhou.id, from_on=clock.today()))

    assert names(page.as_(cast.lin).open("/enterprises")) == [own.name]
    assert names(page.as_(cast.zhou).open("/enterprises")) == [linked.name]
    assert set(names(page.as_(cast.manager).open("/enterprises"))) == {section.name, own.name}
    assert len(names(page.as_(cast.auditor).open("/enterprises"))) == 4
    assert names(page.as_(cast.stranger).open("/enterprises")) == []


def test_phone_numbers_are_whole_for_own_firms_and_masked_for_others(page, make, cast):
    make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王", phone="13812346789")

    assert "tel:13812346789" in page.as_(cast.lin).open("/enterprises").response.text
    for person in (cast.manager, cast.auditor):
        shown = page.as_(person).open("/enterprises?columns=phone&columns=contact").response.text
        assert "13812346789" not in shown and "138****6789" in shown


def test_a_post_over_the_whole_zone_sees_all_without_asking_row_by_row(app, make, cast):
    from crm.accounts.queries import root
    from crm.enterprises.queries import within
    from crm.permissions import Permission

    head = make.user("区领导", role=Role.MANAGER, over=root())
    assert str(within(head, Permission.ENTERPRISE_VIEW)) == "true"


@pytest.mark.parametrize("act", ["desk.assign_many", "desk.set_many", "accounts.invite_many"])
def test_a_button_pressed_without_a_row_leads_back_with_a_word(page, cast, act):
    page.as_(cast.manager).open(act, expect=303).follow()

    assert "先勾选要办理的记录" in page.text


def test_a_due_day_of_a_year_without_its_notice_says_so_until_the_notice_is_loaded(page, make, cast):
    firm, other = (make.enterprise(name, unit=cast.section, commissioner=cast.lin) for name in ("甲公司", "乙公司"))
    with writing():
        db.session.get_one(Enterprise, firm.id).next_visit_due_on = date(2027, 1, 15)
        db.session.get_one(Enterprise, other.id).next_visit_due_on = date(2026, 12, 15)
    page.as_(cast.lin).open("desk.enterprises")
    assert "2027-01-15（暂定）" in page.text and "2026-12-15（暂定）" not in page.text

    with writing():
        db.session.add(CalendarYear(year=2027, source="国办发明电〔2026〕9号"))
    page.open("desk.enterprises")
    assert "2027-01-15" in page.text and "暂定" not in page.text


def test_the_total_is_exact_and_counts_no_row_of_the_zone(app, make, cast):
    for number in range(5):
        make.enterprise(f"杭州计数{number}公司")
    gone, twin = make.enterprise("杭州迁出公司"), make.enterprise("杭州重复公司")
    with writing():
        db.session.get(Enterprise, gone.id).standing = "moved_out"
        merged = db.session.get(Enterprise, twin.id)
        merged.standing, merged.merged_into_id = "merged", gone.id

    everywhere = make.user("总经理", role=Role.MANAGER, over=root())
    counted = count_of([IN_ZONE, within(everywhere, Permission.ENTERPRISE_VIEW)])
    assert db.session.scalar(counted) == db.session.scalar(select(func.count(Enterprise.id)).where(IN_ZONE)) == 5
    assert db.session.scalar(count_of([IN_ZONE, Enterprise.name.endswith("1公司")])) == 1
    if db.engine.dialect.name == "sqlite":
        plan = str(counted.compile(db.engine, compile_kwargs={"literal_binds": True}))
        steps = [row.detail for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {plan}"))]
        assert any("COVERING INDEX ix_enterprise_gone" in step for step in steps), steps
