"""The filters of the enterprise list stand in its address."""

from datetime import date

from crm.core import clock
from crm.core.db import writing
from crm.desk import enterprise_filters
from crm.enterprises import extras, presence
from crm.enterprises.models import Standing
from crm.tiers import services as tiers
from tests.desk.listed import names


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


def test_the_list_of_a_large_zone_lets_names_be_typed_instead_of_chosen(page, make, cast, monkeypatch):
    monkeypatch.setattr(enterprise_filters, "MOST_CHOICES", 1)
    make.enterprise("甲公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("乙公司", unit=cast.section, commissioner=cast.zhou)

    page.as_(cast.manager).open("/enterprises?commissioner=zhou")
    assert names(page) == ["乙公司"]
    assert page.all("input", name="commissioner")[0].get("value") == "zhou"
