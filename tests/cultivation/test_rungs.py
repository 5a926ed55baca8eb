"""The rung of an enterprise follows its tracks, by all of them and by the public ones."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core import schema
from crm.core.db import db, writing
from crm.cultivation import lists, rungs
from crm.cultivation.plan_models import EnterpriseRung
from crm.cultivation.yearly_models import ListMember
from crm.enterprises import merging
from crm.ops import checks_data


def stands():
    db.session.rollback()
    query = select(EnterpriseRung.enterprise_id, EnterpriseRung.rung, EnterpriseRung.public_rung)
    return {firm: (rung, public) for firm, rung, public in db.session.execute(query)}


def test_every_step_makes_it_anew(way, firm):
    assert stands() == {}
    way.baseline("REX", "REX_LISTED", "2015-06-05")
    assert stands() == {firm.id: ("exchange", "exchange")}
    way.baseline("IPO", "IP_COACH_DONE", "2026-01-05")
    assert stands() == {firm.id: ("coaching", "exchange")}
    accepted = way.done("IPO", "IP_ACCEPTED", "2026-03-05", board="MAIN")
    assert stands() == {firm.id: ("review", "review")}
    way.correct(accepted, "void")
    assert stands() == {firm.id: ("coaching", "exchange")}
    way.done("IPO", "IP_DROPPED", "2026-06-05", reason="plan_dropped")
    way.done("REX", "REX_EXITED", "2026-06-05", reason="voluntary")
    assert stands() == {}


@pytest.mark.parametrize("damage", ["DELETE FROM enterprise_rung", "UPDATE enterprise_rung SET public_rung = 'listed'"])
def test_the_doctor_finds_and_mends_it(way, firm, damage):
    way.baseline("REX", "REX_LISTED", "2015-06-05")
    before = stands()
    with db.engine.begin() as raw:
        raw.exec_driver_sql(damage)
    db.session.rollback()
    assert rungs.wrong() == [firm.id]
    assert any(finding.code == "CRM-W028" for finding in checks_data.rungs_of_tracks(None))
    assert checks_data.mend() == 1
    assert stands() == before


def test_a_merge_takes_it_along_and_back(way, make, cast, firm):
    other = make.enterprise("杭州样板厂", unit=cast.section)
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02", firm=other)
    with writing():
        merge = merging.propose(firm, other, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(merge, by=cast.manager)
    assert stands() == {firm.id: ("neeq", "neeq")}
    with writing():
        merging.undo(merge, by=cast.manager)
    assert stands() == {other.id: ("neeq", "neeq")}


def test_yearly_lists_give_rungs_and_take_them(way, firm, cast):
    """The key list for an IPO is told to few, that for the New Third Board to all."""
    way.baseline("REX", "REX_LISTED", "2015-06-05")
    for kind, expected in (("NEEQ_KEY", ("neeq_key", "neeq_key")), ("IPO_KEY", ("ipo_key", "neeq_key"))):
        with writing():
            made = lists.make(kind, 2026, date(2026, 1, 5), name="2026 年名单", by=cast.clerk)
            lists.enter(made, [firm], from_on=date(2026, 1, 5), reason="申报", by=cast.clerk)
        assert stands() == {firm.id: expected}
    member = db.session.scalars(select(ListMember).where(ListMember.list_id == made.id)).one()
    with writing():
        lists.strike(made, [member.id], until_on=date(2026, 6, 5), reason="放弃", by=cast.clerk)
    assert stands() == {firm.id: ("neeq_key", "neeq_key")}
    with writing():
        lists.make("NEEQ_KEY", 2027, date(2026, 11, 5), name="2027 年名单", by=cast.clerk)
    assert stands() == {firm.id: ("exchange", "exchange")}
    assert rungs.wrong() == []


@pytest.fixture
def register(make, cast, way):
    """甲 quoted on the equity exchange with a plan of a listing, 乙 on the New Third Board, 丙 on nothing."""
    firms = [make.enterprise(name, unit=cast.section, commissioner=cast.lin) for name in ("甲企业", "乙企业", "丙企业")]
    way.baseline("REX", "REX_LISTED", "2015-06-05", firm=firms[0])
    way.baseline("IPO", "IP_COACH", "2026-01-05", firm=firms[0])
    way.baseline("NEEQ", "NQ_BASE", "2015-06-05", firm=firms[1])
    return firms


def listed(page):
    names = ("".join(head.itertext()).strip() for head in page.all("th", scope="row"))
    return [name for name in names if name != "杭州样板股份有限公司"]


def test_the_list_shows_filters_and_sorts_as_far_as_one_may_know(page, register, cast):
    high, low = ["甲企业", "乙企业", "丙企业"], ["乙企业", "甲企业", "丙企业"]
    for who, order, coached in ((cast.manager, high, True), (cast.auditor, high, True), (cast.admin, low, False)):
        page.as_(who).open("/enterprises?columns=name&columns=rung&sort=-rung")
        assert listed(page) == order, who.name
        rows = "".join("".join(body.itertext()) for body in page.all("tbody"))
        assert ("辅导" in rows) is coached and ("省股交" in rows) is not coached
        for code, expected in (("coaching", coached), ("exchange", not coached)):
            page.open(f"/enterprises?rung={code}")
            assert listed(page) == (["甲企业"] if expected else []), (who.name, code)
        page.open("/enterprises?rung=none")
        assert listed(page) == ["丙企业"]
        text = page.client.get("/enterprises/export?format=csv&columns=name&columns=rung").data.decode("utf-8-sig")
        assert ("辅导" in text) is coached and "培育梯度" in text
        assert "培育梯度" not in page.client.get("/enterprises/export?format=csv").data.decode("utf-8-sig")


def test_the_column_costs_the_same_for_many(page, make, register, cast, way, count_queries):
    page.as_(cast.manager)

    def cost():
        with count_queries() as seen:
            page.open("/enterprises?columns=name&columns=rung&sort=rung")
        return len(seen)

    few = cost()
    for n in range(15):
        firm = make.enterprise(f"第{n}企业", unit=cast.section, commissioner=cast.zhou)
        way.baseline("REX", "REX_LISTED", "2015-06-05", firm=firm)
    assert cost() == few <= 12


def test_an_upgrade_gives_rungs_to_tracks_that_were_there_before_them(way, make, cast, firm, app):
    way.baseline("REX", "REX_LISTED", "2015-06-05")
    way.baseline("IPO", "IP_COACH_DONE", "2026-01-05")
    way.baseline("NEEQ", "NQ_BASE", "2016-01-05", firm=make.enterprise(unit=cast.section))
    before = stands()
    assert len(before) == 2
    db.session.remove()
    schema.downgrade("0024")
    told = app.test_cli_runner().invoke(args=["init-db", "--no-backup"])
    assert told.exit_code == 0, told.output
    assert stands() == before
    db.session.remove()
