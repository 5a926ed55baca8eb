"""The list of visits: whose are in it, its filters, its neighbours, what it costs, its files."""

import csv
import io

import pytest
from sqlalchemy import event, func, select
from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.core.db import db, writing
from crm.desk import enterprise_export
from crm.desk.visit_rows import neighbours
from crm.enterprises.serving_models import Liaison
from crm.jobs import jobs as work
from crm.jobs.models import Job
from crm.timeline import Entry
from crm.visits import company
from crm.visits.models import VisitState
from tests.visits.listing import alone, titles, visit

MOST = 12


@pytest.fixture
def firms(make, cast):
    return {
        "own": make.enterprise("林的企业", unit=cast.elsewhere, commissioner=cast.lin),
        "section": make.enterprise("科室的企业", unit=cast.section),
        "other": make.enterprise("别人的企业", unit=cast.elsewhere),
    }


def test_each_person_sees_the_visits_in_his_scope_and_his_own_to_other_firms(page, make, cast, firms):
    for firm in firms.values():
        visit(firm, cast.handler)
    visit(firms["other"], cast.lin, text="陪同调研")
    visit(firms["other"], cast.handler, entered_by_id=cast.manager.id)
    with writing():
        db.session.add(Liaison(enterprise_id=firms["section"].id, leader_id=cast.zhou.id, from_on=clock.today()))

    assert sorted(titles(page.as_(cast.lin).open("/visits"))) == ["别人的企业", "林的企业"]
    assert sorted(titles(page.as_(cast.zhou).open("/visits"))) == ["科室的企业"]
    assert sorted(titles(page.as_(cast.manager).open("/visits"))) == ["别人的企业", "林的企业", "科室的企业"]
    assert len(titles(page.as_(cast.auditor).open("/visits"))) == 5
    assert titles(page.as_(cast.stranger).open("/visits")) == []


def test_filters_stand_in_the_address_and_say_how_many_there_are(page, make, cast, firms):
    visit(firms["own"], cast.lin, days_ago=0, text="用电增容")
    visit(firms["own"], cast.lin, days_ago=40, kind="call", text="电话问候", met="李厂长")
    visit(firms["section"], cast.zhou, days_ago=3)
    visit(firms["section"], cast.zhou, days_ago=2, state=VisitState.VOIDED, void_reason="记错企业")
    visit(firms["section"], cast.zhou, days_ago=-3, state=VisitState.PLANNED, text="", met="")
    page.as_(cast.manager)

    def found(query):
        return len(titles(page.open(f"/visits?{query}")))

    assert [found(q) for q in ("", "state=voided", "state=planned", "state=all")] == [3, 1, 1, 5]
    assert [found(q) for q in ("author=me", f"author={cast.lin.id}", "author=林", "author=zhou")] == [0, 2, 2, 1]
    assert [found(q) for q in ("kind=call", "counts=yes", "counts=no")] == [1, 2, 1]
    assert [found(q) for q in ("from=2026-11-20", "to=2026-11-19", "from=2026-11-20&to=2026-11-21")] == [2, 1, 1]
    assert [found(q) for q in ("q=用电", "q=李厂长", "q=科室的", "q=没有")] == [1, 1, 1, 0]
    assert [found(f"enterprise={firms['own'].id}"), found(f"unit={cast.section.id}")] == [2, 3]
    assert [found(f"unit={cast.elsewhere.id}"), found("once=1"), found("once=1&kind=call")] == [0, 2, 1]
    assert [found("from=yesterday"), found("enterprise=x")] == [0, 0]


def test_a_voided_visit_is_struck_through(page, cast, firms):
    visit(firms["own"], cast.lin, state=VisitState.VOIDED, void_reason="x")

    assert page.as_(cast.lin).open("/visits?state=all").all("tr", **{"class": "is-voided"})


def test_the_list_leads_on_to_the_visit_before_and_after_within_its_filters(app, cast, firms):
    first, other, same_day = (
        visit(firms["own"], cast.lin, days_ago=9), visit(firms["own"], cast.lin, days_ago=5, kind="call"),
        visit(firms["own"], cast.lin, days_ago=2),
    )  # fmt: skip
    last = visit(firms["own"], cast.lin, days_ago=2)
    all_of_them, counted = MultiDict(), MultiDict({"counts": "yes"})

    assert neighbours(other, cast.lin, all_of_them) == {"before": same_day.id, "after": first.id}
    assert neighbours(same_day, cast.lin, counted) == {"before": last.id, "after": first.id}
    assert neighbours(last, cast.lin, counted)["before"] is None
    assert neighbours(first, cast.stranger, all_of_them) == {"before": None, "after": None}


def statements(page, url):
    seen = []
    page.open(url)
    event.listen(db.engine, "before_cursor_execute", note := lambda *args: seen.append(args[2]))
    page.open(url)
    event.remove(db.engine, "before_cursor_execute", note)
    return [one for one in seen if not one.startswith(("BEGIN", "ROLLBACK"))]


@pytest.mark.parametrize("query", ["columns=text&columns=commissioner&columns=entered_by", "q=独立&once=1&sort=name"])
def test_twenty_rows_cost_what_two_cost(page, make, cast, query):
    for number in range(2):
        alone(make, cast, number)
    few = statements(page.as_(cast.manager), f"/visits?{query}")
    assert len(titles(page)) == 2
    for number in range(2, 20):
        alone(make, cast, number)
    many = statements(page, f"/visits?{query}")

    assert len(titles(page)) == 20
    assert len(many) == len(few) <= MOST


def test_a_page_walks_along_an_index_and_reads_no_table_whole(app, make, cast, firms):
    from sqlalchemy import text

    from crm.desk import visit_rows

    for number in range(3):
        visit(firms["own"], cast.lin, days_ago=number)
    for person, arguments in ((cast.auditor, {}), (cast.lin, {}), (cast.auditor, {"author": str(cast.lin.id)})):
        query = visit_rows.matching(person, MultiDict(arguments))
        query = query.order_by(visit_rows.Visit.visited_on.desc(), visit_rows.Visit.id.desc()).limit(20)
        sql = query.compile(db.engine, compile_kwargs={"literal_binds": True})
        is_sqlite = db.engine.dialect.name == "sqlite"
        if not is_sqlite:
            db.session.execute(text("SET enable_seqscan = off"))
        plan = db.session.execute(text(f"EXPLAIN {'QUERY PLAN ' if is_sqlite else ''}{sql}")).all()
        told = "\n".join(str(tuple(row)) for row in plan)
        if not is_sqlite:
            db.session.execute(text("RESET enable_seqscan"))
        db.session.rollback()
        assert "ix_visit_" in told, told
        assert "SCAN visit')" not in told and "Seq Scan on visit" not in told, told


def test_the_file_holds_what_is_filtered_and_the_export_is_recorded(page, cast, firms):
    made = visit(firms["own"], cast.lin, text="用电增容", entered_by_id=cast.clerk.id)
    with writing():
        company.set_company(made, leaders=cast.leader.name, companions="周敏、街道老陈")
    visit(firms["other"], cast.zhou, text="看不见")
    page.as_(cast.lin).open("/visits/export?format=csv")
    rows = list(csv.reader(io.StringIO(page.response.data.decode("utf-8-sig"))))

    assert rows[0][1:12] == [
        "企业名称", "统一社会信用代码", "走访日期", "走访方式", "走访人", "走访人单位", "带队领导", "同行人员",
        "接待人", "走访内容", "代录人",
    ]  # fmt: skip
    assert [row[1:2] + row[3:12] for row in rows[1:]] == [
        ["林的企业", "2026-11-23", "上门", "林晓", "企业服务科", cast.leader.name, "周敏、街道老陈", "王总", "用电增容",
         "陈芳"]
    ]  # fmt: skip
    entry = db.session.query(Entry).filter_by(kind="visits.exported").one()
    assert (entry.body["rows"], entry.body["format"]) == (1, "csv")
    page.open("/visits/export?state=voided")
    assert page.response.data[:2] == b"PK"
    rows = page.as_(cast.stranger).open("/visits/export?format=csv").response.data.decode("utf-8-sig")
    assert len(rows.splitlines()) == 1


def test_what_was_typed_for_others_is_found_by_both(page, make, cast, firms):
    """A clerk finds what she typed and for whom, a commissioner his own visits that somebody else typed."""
    visit(firms["own"], cast.lin, entered_by_id=cast.clerk.id, text="陈芳代录")
    visit(firms["other"], cast.handler, entered_by_id=cast.zhou.id, text="周敏代录")
    visit(firms["own"], cast.lin, entered_by_id=cast.lin.id, text="自己录的")
    visit(firms["section"], cast.zhou, text="另一次")

    def found(who, query):
        page.as_(who).open(f"/visits?{query}")
        return [words for words in ("陈芳代录", "周敏代录", "自己录的", "另一次") if words in page.text]

    assert found(cast.clerk, "typed=by_me") == ["陈芳代录"] and "林晓" in page.text
    assert found(cast.lin, "typed=for_me") == ["陈芳代录"] and cast.clerk.name in page.text
    assert found(cast.zhou, "typed=by_me") == ["周敏代录"], "she sees nothing else of that firm"
    assert found(cast.zhou, "typed=yes") == []
    assert found(cast.manager, "typed=yes") == ["陈芳代录"]


def test_many_visits_are_offered_as_a_file_and_written_when_asked(page, cast, firms, monkeypatch):
    monkeypatch.setattr(enterprise_export, "AT_ONCE", 1)
    for days_ago in range(3):
        visit(firms["own"], cast.lin, days_ago=days_ago)
    page.as_(cast.lin).open("/visits/export?format=csv&from=2026-11-22")
    assert "共 2 条" in page.text
    assert db.session.scalar(select(func.count()).select_from(Job)) == 0, "looking at the address starts nothing"
    assert "/visits?from=2026-11-22" in {a.get("href") for a in page.all("a")}, "back to the list"
    page.submit()
    waiting = page.response.headers["Location"]
    work.work()
    [button] = page.open(waiting).all("a", **{"class": "btn btn-primary"})
    page.open(button.get("href"))
    assert len(page.response.data.decode("utf-8-sig").splitlines()) == 3

    page.open("/visits/export?format=csv&from=2026-11-23")
    assert page.response.mimetype == "text/csv", "a few come at once"
