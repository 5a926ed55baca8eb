"""Lists of quoted and listed firms: what is told, what is refused, and that nothing of it is ever deleted."""

import csv

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.enterprises.models import Enterprise, Presence
from crm.imports import undoing
from crm.imports.models import ImportRun
from crm.jobs import jobs
from crm.timeline import Entry, Level
from tests.imports.conftest import apply, check, command  # noqa: F401 - fixtures
from tests.imports.wizard import bring_to_check

HEAD = ["企业名称", "证券代码", "上市板块", "上市日期", "来源"]


@pytest.fixture
def sheet(tmp_path):
    def write(*rows, head=HEAD):
        path = tmp_path / "挂牌上市名单.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *rows])
        return path

    return write


def errors(told):
    return [(error["row"], error["column"]) for error in told["errors"]]


def tracks():
    db.session.expire_all()
    rows = select(Enterprise.name, Track.kind, Track.attempt, Track.state, Track.board, Track.since_on)
    rows = rows.join(Track, Track.enterprise_id == Enterprise.id).order_by(Enterprise.id, Track.kind, Track.attempt)
    return [(*row[:-1], row[-1].isoformat() if row[-1] else None) for row in db.session.execute(rows)]


def test_a_firm_of_the_register_is_known_by_code_stock_code_or_name(sheet, apply, make):  # noqa: F811
    make.enterprise("杭州甲股份有限公司", stock_code="600001")
    make.enterprise("杭州乙股份有限公司")
    told = apply(
        sheet(
            ["甲股份", "600001.SH", "沪市主板", "2010-05-06", ""],
            ["杭州乙股份有限公司", "830001", "新三板", "2015年3月", ""],
        ),
        kind="tracks",
    )
    assert (told["new"], told["errors"]) == (2, [])
    assert tracks() == [
        ("杭州甲股份有限公司", "IPO", 1, "IP_LISTED", "MAIN", "2010-05-06"),
        ("杭州乙股份有限公司", "NEEQ", 1, "NQ_BASE", "", "2015-03-01"),
    ]
    second = db.session.scalars(select(Enterprise).where(Enterprise.name == "杭州乙股份有限公司")).one()
    assert (second.stock_code, second.version) == ("830001", 2)
    levels = db.session.scalars(select(Entry.level).where(Entry.kind == "track.baseline")).all()
    assert levels == [Level.INTERNAL] * 2


def test_a_firm_on_two_markets_is_entered_once(sheet, apply):  # noqa: F811
    path = sheet(["杭州丙", "830002", "新三板", "2016-01-04", ""], ["杭州丙", "", "省股权交易中心", "2013-06-01", ""])
    told = apply(path, "--provisional", kind="tracks")
    assert told["new"] == 2
    assert [row[:2] for row in tracks()] == [("杭州丙", "NEEQ"), ("杭州丙", "REX")]
    assert db.session.scalars(select(Presence.from_on)).one().isoformat() == "2013-06-01"


def test_what_cannot_be_is_told_by_cell(sheet, check):  # noqa: F811
    path = sheet(
        ["杭州甲", "600001", "月球板", "2010-05-06", ""],
        ["杭州乙", "600002", "主板", "", ""],
        ["杭州丙", "600003", "主板", "2027-01-01", ""],
        ["杭州丁", "600004", "主板", "2010-05-06", ""],
        ["杭州丁", "600004", "主板", "2010-05-07", ""],
        ["", "600005", "主板", "2010-05-07", ""],
    )
    told = check(path, "--provisional", kind="tracks", expect=1)
    assert errors(told) == [(2, "上市板块"), (3, "上市日期"), (4, "上市日期"), (6, "企业名称"), (7, "企业名称")]
    assert told["new"] == 1
    assert tracks() == []


def test_the_same_row_twice_counts_once(sheet, apply):  # noqa: F811
    row = ["杭州丁", "600004", "主板", "2010-05-06", ""]
    told = apply(sheet(row, row), "--provisional", kind="tracks")
    assert (told["rows"], told["new"], told["errors"]) == (2, 1, [])


def test_an_open_track_is_not_begun_again(sheet, check, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_INNO", "2015-03-02")
    told = check(sheet(["杭州样板股份有限公司", "", "新三板", "2014-03-02", ""]), kind="tracks", expect=1)
    assert errors(told) == [(2, "上市板块")]


def test_a_listing_of_the_list_ends_the_quotation_beside_it(sheet, check, apply, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    path = sheet(
        ["杭州样板股份有限公司", "", "北交所", "2022-01-05", ""],
        ["杭州丙", "830002", "北交所", "2022-02-05", ""],
        ["杭州丙", "", "新三板", "2019-01-04", ""],
    )
    told = check(path, "--provisional", kind="tracks")
    assert told["errors"] == [] and any("2" in notice and "收盘" not in notice for notice in told["notices"])
    apply(path, "--provisional", kind="tracks")
    assert [row[1:4] for row in tracks()] == [("IPO", 1, "IP_LISTED"), ("NEEQ", 1, "NQ_GRADUATED")] * 2
    assert apply(path, kind="tracks")["same"] == 3


def test_a_listing_before_the_quotation_it_ends_is_refused(sheet, check, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_INNO", "2023-01-05")
    told = check(sheet(["杭州样板股份有限公司", "", "北交所", "2022-01-05", ""]), kind="tracks", expect=1)
    assert errors(told) == [(2, "上市日期")]


def test_a_firm_listed_while_quoted_is_taken_over_with_a_warning(sheet, apply, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    told = apply(sheet(["杭州样板股份有限公司", "", "主板", "2022-01-05", ""]), kind="tracks")
    assert len(told["notices"]) == 1
    last = db.session.scalars(select(TrackEvent).order_by(TrackEvent.id.desc())).first()
    assert [warning["needs"] for warning in last.warnings] == ["none_in"]


def test_steps_recorded_one_by_one_are_the_same_as_their_row(sheet, apply, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_CONSENT", "2014-12-02")
    way.done("NEEQ", "NQ_BASE", "2015-03-02")
    way.done("NEEQ", "NQ_INNO", "2016-06-27")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="BSE")
    way.done("IPO", "IP_LISTED", "2026-02-05")
    path = sheet(
        ["杭州样板股份有限公司", "", "新三板", "2015-03-02", ""],
        ["杭州样板股份有限公司", "", "北交所", "2026-02-05", ""],
    )
    told = apply(path, kind="tracks")
    assert (told["same"], told["new"], told["errors"]) == (2, 0, [])


def test_a_stock_code_does_not_overrule_the_name_of_another_firm(sheet, check, make):  # noqa: F811
    make.enterprise("杭州甲股份有限公司", stock_code="600001")
    make.enterprise("杭州乙股份有限公司")
    told = check(sheet(["杭州乙股份有限公司", "600001", "主板", "2010-05-06", ""]), kind="tracks", expect=1)
    assert errors(told) == [(2, "证券代码")]


def test_after_an_end_a_new_attempt_begins(sheet, apply, check, way):  # noqa: F811
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    way.done("NEEQ", "NQ_DELISTED", "2019-01-08", reason="voluntary")
    early = sheet(["杭州样板股份有限公司", "", "新三板", "2018-03-02", ""])
    assert errors(check(early, kind="tracks", expect=1)) == [(2, "上市日期")]
    assert apply(sheet(["杭州样板股份有限公司", "", "新三板", "2020-03-02", ""]), kind="tracks")["new"] == 1
    assert [row[1:4] for row in tracks()] == [("NEEQ", 1, "NQ_DELISTED"), ("NEEQ", 2, "NQ_BASE")]


def test_an_attempt_that_was_voided_goes_on(sheet, apply, way):  # noqa: F811
    way.correct(way.baseline("NEEQ", "NQ_BASE", "2015-03-02"), "void")
    apply(sheet(["杭州样板股份有限公司", "", "新三板", "2016-03-02", "迁入"]), kind="tracks")
    assert [row[1:] for row in tracks()] == [("NEEQ", 1, "NQ_BASE", "", "2016-03-02")]
    last = db.session.scalars(select(TrackEvent).order_by(TrackEvent.seq.desc())).first()
    assert (last.seq, last.reason) == (3, "moved_in")
    assert db.session.scalars(select(TrackSpan.from_on)).one().isoformat() == "2016-03-02"


def test_such_a_run_is_not_taken_back(sheet, apply, cast):  # noqa: F811
    apply(sheet(["杭州丁", "600004", "主板", "2010-05-06", ""]), "--provisional", kind="tracks")
    run = db.session.scalars(select(ImportRun)).one()
    assert not undoing.may_undo(run)
    with pytest.raises(RuleBroken, match="not deleted"):
        undoing.undo(run.id, by=cast.clerk)
    db.session.rollback()
    assert len(tracks()) == 1


def test_a_listed_name_under_a_warning_mark_is_a_name(sheet, apply):  # noqa: F811
    apply(sheet(["*ST东晶", "002199", "主板", "2007-12-21", ""]), "--provisional", kind="tracks")
    assert tracks()[0][0] == "*ST东晶"


def test_only_firms_of_ones_own_are_taken_over(sheet, make, cast):
    from crm.core import clock
    from crm.core.staging import Errand, Line
    from crm.cultivation.sheet import Standings

    make.enterprise("杭州他局股份有限公司", unit=cast.elsewhere, stock_code="600009")
    said = {"market": "主板", "since": "2010-05-06"}
    by_name = Line("x", 2, {**said, "name": "杭州他局股份有限公司"})
    by_stock = Line("x", 3, {**said, "name": "他局", "stock_code": "600009"})
    Standings().plan([by_name, by_stock], Errand(cast.bureau, cast.clerk, cast.clerk, "x", clock.today()))
    assert [[fault.field for fault in line.faults] for line in (by_name, by_stock)] == [["name"], ["stock_code"]]


def test_the_page_offers_the_kind_and_no_way_back(page, sheet, apply, cast):  # noqa: F811
    page.as_(cast.clerk).open("imports.upload")
    assert "挂牌上市企业名单" in page.text
    assert "Firms quoted or listed" not in page.text


def test_a_clerk_brings_a_list_through_the_pages(page, sheet, way, cast):
    known, unknown = (["杭州样板股份有限公司", "830001"], ["杭州无名", ""])
    path = sheet([*known, "新三板", "2016-03-02", ""], [*unknown, "新三板", "2016-03-02", ""])
    bring_to_check(page.as_(cast.clerk), path, kind="tracks")
    assert "新三板" in page.text and "2016-03-02" in page.text and "杭州无名" in page.text
    page.client.get("/imports/template/tracks.xlsx").close()
    page.submit(form="write", skip="1").follow()
    assert "撤销" not in page.text
    assert [row[1:4] for row in tracks()] == [("NEEQ", 1, "NQ_BASE")]


def test_the_page_enters_unknown_firms_by_a_tick_only(page, sheet, cast):
    path = sheet(["杭州丁", "600004", "主板", "2010-05-06", ""])
    bring_to_check(page.as_(cast.clerk), path, kind="tracks")
    assert "名册中没有这个名称或信用代码的企业" in page.text
    page.open("imports.columns", run_id=db.session.scalars(select(ImportRun.id)).one())
    page.submit(form="columns", enters_unknown="y").follow()
    assert jobs.work() == 1
    page.open("imports.run", run_id=db.session.scalars(select(ImportRun.id)).one())
    page.submit(form="write").follow()
    assert tracks() == [("杭州丁", "IPO", 1, "IP_LISTED", "MAIN", "2010-05-06")]


def test_writing_needs_the_register_as_it_was_checked(sheet, way, app):
    from crm.accounts.queries import root
    from crm.core.errors import Stale
    from crm.core.staging import Choices
    from crm.imports import applying
    from crm.imports.commands import checked_run
    from crm.timeline import CLI

    path = sheet(["杭州样板股份有限公司", "", "新三板", "2016-03-02", ""])
    run_id = checked_run("tracks", path, root(), {})
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    with pytest.raises(Stale):
        applying.apply(run_id, by=CLI, choices=Choices(), skips_errors=False)
    db.session.rollback()
    with writing():
        assert len(tracks()) == 1


def test_a_list_learns_nothing_of_a_plan(sheet, check, way):  # noqa: F811
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    told = check(sheet(["杭州样板股份有限公司", "", "主板", "2026-03-02", ""]), kind="tracks", expect=1)
    assert errors(told) == [(2, "上市板块")]
    assert "2025" not in str(told) and "保荐" not in str(told)
