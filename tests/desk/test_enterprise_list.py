"""The list of enterprises: what is in it, what it costs, what its address says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from crm.accounts.models import UnitKind
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import contacts, extras, other_names, presence
from crm.enterprises.models import Standing
from crm.enterprises.serving_models import Liaison
from crm.followups import services as followups
from crm.permissions import Role
from crm.tiers import services as tiers

BUDGET = 12


def names(page):
    """What stands in the first column, in order."""
    return ["".join(a.itertext()) for a in page.all("a") if a.get("data-open") is not None]


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


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("和达", True),
        ("和", True),
        ("生物医药港", True),
        ("hd", True),
        ("heda", True),
        ("hzhd", True),
        ("HeDa", True),
        ("制药厂", True),
        ("王建国", True),
        ("6789", True),
        ("王建", True),
        ("德和", False),
        ("xyz", False),
        ("和达 王建", True),
        ("%", True),
        ("' OR 1=1 --", False),
    ],
)
def test_one_box_finds_by_name_former_name_pinyin_contact_code_and_phone(page, make, cast, typed, found):
    firm = make.enterprise(
        "杭州和达生物医药港有限公司", unit=cast.section, short_name="和达", contact="王建国", phone="13812346789"
    )
    with writing():
        other_names.add_name(firm, name="钱江制药厂", kind="former", by=cast.clerk)

    page.as_(cast.manager).open("desk.enterprises", q=typed)
    assert (names(page) == [firm.name]) is found


def test_the_tail_of_the_code_finds_it(page, make, cast):
    firm = make.enterprise(unit=cast.section)
    make.enterprise(unit=cast.section)
    page.as_(cast.manager).open("desk.enterprises", q=firm.credit_code[-6:].lower())
    assert names(page) == [firm.name]


def test_a_search_stops_counting_at_a_thousand_and_pages_go_on(page, cast, monkeypatch, make):
    from crm.core import lists
    from crm.desk import enterprise_rows

    monkeypatch.setattr(enterprise_rows, "MOST_COUNTED", 30)
    for _ in range(33):
        make.enterprise(unit=cast.section)
    assert lists.MOST_COUNTED == 1000

    page.as_(cast.manager).open("/enterprises?q=杭州&page=2")
    second = names(page)
    assert "30+" in page.text and len(second) == 13
    assert len(set(names(page.open("/enterprises?q=杭州"))) - set(second)) == 20


def test_filters_stand_in_the_address_and_come_off_one_by_one(page, make, cast):
    one = make.enterprise("甲公司", unit=cast.section, commissioner=cast.lin, territory_id=cast.park.id)
    make.enterprise("乙公司", unit=cast.section, commissioner=cast.zhou, territory_id=cast.park.id)
    nobodys = make.enterprise("丙公司", unit=cast.section, code=None)
    with writing():
        tiers.set_tier(one, "T1", by=cast.clerk)
        tiers.give_title(one, "HIGH_TECH", by=cast.clerk, from_on=None, until_on=date(2027, 1, 1))
    page.as_(cast.manager)

    for query, found in {
        f"commissioner={cast.lin.id}": ["甲公司"],
        "commissioner=none": ["丙公司"],
        "commissioner=林": ["甲公司"],
        "tier=T1": ["甲公司"],
        "tier=none": ["丙公司", "乙公司"],
        "title=HIGH_TECH": ["甲公司"],
        "title=none": ["丙公司", "乙公司"],
        f"territory={cast.park.id}": ["甲公司", "乙公司"],
        "territory=none": ["丙公司"],
        "provisional=yes": ["丙公司"],
        f"unit={cast.bureau.id}": ["丙公司", "甲公司", "乙公司"],
        f"unit={cast.elsewhere.id}": [],
        "commissioner=me": [],
        f"commissioner={cast.lin.id}&tier=T2": [],
        "page=99": ["丙公司", "甲公司", "乙公司"],
        "sort=-name": ["乙公司", "甲公司", "丙公司"],
        "silent=30": ["丙公司"],
        "visited=never": ["丙公司", "甲公司", "乙公司"],
        "unit=abc": [],
        "sort=secret": ["丙公司", "甲公司", "乙公司"],
    }.items():
        assert sorted(names(page.open(f"/enterprises?{query}"))) == sorted(found), query
    assert names(page.open("/enterprises?sort=-name")) == names(page.open("/enterprises"))[::-1]
    page.open(f"/enterprises?tier=T1&territory={cast.park.id}&size=50")
    links = [a.get("href") for a in page.all("a") if "tag" in (a.get("class") or "")]
    assert f"/enterprises?territory={cast.park.id}&size=50" in links and "/enterprises?tier=T1&size=50" in links
    assert nobodys.credit_code is None


def test_extra_fields_filter_by_words_numbers_days_and_choices(page, make, cast):
    one, two = make.enterprise("甲公司", unit=cast.section), make.enterprise("乙公司", unit=cast.section)
    with writing():
        for label, kind in (("备用", "text"), ("产值", "number"), ("签约", "date"), ("亩均", "choice")):
            extras.add_field(label=label, kind=kind, choices=["A", "B"] if kind == "choice" else [], by=cast.admin)
        extras.put(one.id, {1: "有意外迁", 2: "950", 3: "2026-03-05", 4: "A"})
        extras.put(two.id, {1: "50%", 2: "12000.5", 3: "2025-12-31", 4: "B"})
    page.as_(cast.manager)

    for query, found in {
        "x1=外迁": ["甲公司"],
        "x1=50%25": ["乙公司"],
        "x2_from=1000": ["乙公司"],
        "x2_to=1000": ["甲公司"],
        "x2_from=900&x2_to=1000": ["甲公司"],
        "x3_from=2026-01-01": ["甲公司"],
        "x4=B": ["乙公司"],
        "x9=nothing": [],
    }.items():
        assert names(page.open(f"/enterprises?{query}")) == found, query


def test_firms_that_left_are_out_of_the_way_until_asked_for(page, make, cast):
    gone = make.enterprise("迁出公司", unit=cast.section, commissioner=cast.lin)
    with writing():
        presence.leave(gone, Standing.MOVED_OUT, on=clock.today(), reason="迁往外区", by=cast.clerk)

    page.as_(cast.manager)
    assert names(page.open("/enterprises")) == []
    assert names(page.open("/enterprises?standing=moved_out")) == ["迁出公司"]
    assert names(page.open("/enterprises?standing=all")) == ["迁出公司"]
    assert names(page.as_(cast.lin).open("/enterprises?standing=all")) == []


def test_phone_numbers_are_whole_for_own_firms_and_masked_for_others(page, make, cast):
    make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王", phone="13812346789")

    assert "tel:13812346789" in page.as_(cast.lin).open("/enterprises").response.text
    for person in (cast.manager, cast.auditor):
        shown = page.as_(person).open("/enterprises?columns=phone&columns=contact").response.text
        assert "13812346789" not in shown and "138****6789" in shown


def test_the_list_of_a_large_zone_lets_names_be_typed_instead_of_chosen(page, make, cast, monkeypatch):
    from crm.desk import enterprise_filters

    monkeypatch.setattr(enterprise_filters, "MOST_CHOICES", 1)
    make.enterprise("甲公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("乙公司", unit=cast.section, commissioner=cast.zhou)

    page.as_(cast.manager).open("/enterprises?commissioner=zhou")
    assert names(page) == ["乙公司"]
    assert page.all("input", name="commissioner")[0].get("value") == "zhou"


def test_a_post_over_the_whole_zone_sees_all_without_asking_row_by_row(app, make, cast):
    from crm.accounts.queries import root
    from crm.enterprises.queries import within
    from crm.permissions import Permission

    head = make.user("区领导", role=Role.MANAGER, over=root())
    assert str(within(head, Permission.ENTERPRISE_VIEW)) == "true"
