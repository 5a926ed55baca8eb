"""The board: who stands where, what may be seen and moved, at the same cost for two cards and for twenty."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation import board, planning
from crm.cultivation.models import Track, TrackProposal
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import Plan


def test_lanes_of_a_kind_are_its_phases_and_of_all_their_rungs():
    neeq = lanes.of_kind(ladder().kinds["NEEQ"])
    assert [lane.code for lane in neeq] == ["pool", "reform", "review", "quoted"]
    assert [lane.code for lane in lanes.of_rungs(ladder())] == [
        "pool", "exchange", "neeq", "coaching", "review", "listed",
    ]  # fmt: skip
    reform = ladder().state("NQ_RESTRUCT")
    assert lanes.within_reach(reform, neeq) == ["reform"]
    assert lanes.next_step(ladder().kinds["NEEQ"], reform).code == "NQ_REFORMED"
    assert lanes.next_step(ladder().kinds["REX"], ladder().state("REX_LISTED")) is None


@pytest.fixture
def bureau(make, cast, way):
    """Firms on their way: `begun(kind, state, days)` takes one over that is so many days in its step."""

    def begun(kind, state, days, *, by=cast.lin, name="", **more):
        firm = make.enterprise(name, unit=cast.section, commissioner=by)
        way.baseline(kind, state, (clock.today() - timedelta(days=days)).isoformat(), firm=firm, **more)
        return db.session.scalars(select(Track).where(Track.enterprise_id == firm.id)).one()

    return begun


def planned(track, by, **more):
    with writing():
        planning.plan(track, Plan(track.state, **more), seq=1, by=by)


def lane_words(page, lane):
    section = next(each for each in page.all("section") if each.get("data-lane") == lane)
    return " ".join(" ".join(section.itertext()).split())


def test_a_card_says_what_stands_and_what_is_expected(page, bureau, cast):
    track = bureau("NEEQ", "NQ_RESTRUCT", 300, name="杭州样本股份有限公司")
    day = date(2027, 3, 1)
    planned(track, cast.lin, next_on=day, goal_on=day.replace(month=9), goal_class="sure", blocker="确权",
            blocked_by="department")  # fmt: skip
    page.as_(cast.manager).open("cultivation.board_of", track_kind="NEEQ")
    words = lane_words(page, "reform")
    for said in ("签约股改 1", "最长 300 天", "杭州样本", "股改中", "下一步：股改完成 2027-03-01", "2027-09", "确保",
                 "其他部门：确权", "停滞 300 天", "林晓"):  # fmt: skip
        assert said in words, said
    page.open("cultivation.all_tracks")
    assert "新三板 股改中" in lane_words(page, "pool")


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("", {"甲", "乙", "丙"}),
        ("commissioner=周敏", {"乙"}),
        ("goal=sure", {"甲"}),
        ("goal=none", {"乙", "丙"}),
        ("move=bureau", {"甲"}),
        ("pace=stalled", {"丙"}),
        ("review=due", {"甲", "乙", "丙"}),
        ("review=done", set()),
        ("q=乙", {"乙"}),
        ("kind=REX", {"丙"}),
        ("state=NQ_BASE", {"乙"}),
    ],
)
def test_filters_leave_what_they_say(page, bureau, cast, asked, seen):
    first = bureau("NEEQ", "NQ_RESTRUCT", 20, name="甲")
    bureau("NEEQ", "NQ_BASE", 2000, by=cast.zhou, name="乙")
    bureau("REX", "REX_FILED", 100, name="丙")
    planned(first, cast.lin, goal_class="sure", blocker="土地", blocked_by="bureau")
    page.as_(cast.manager).open(f"/board?{asked}")
    assert {"".join(a.itertext()) for p in page.all("p") if p.get("class") == "board-name" for a in p} == seen


def test_plans_of_a_listing_are_on_no_board_of_those_without_the_right(page, bureau, cast):
    track = bureau("IPO", "IP_ENGAGED", 20, name="金丝雀股份有限公司")
    planned(track, cast.lin, blocker="金丝雀卡点", blocked_by="bureau")
    bureau("NEEQ", "NQ_BASE", 2000, name="公开企业")
    for who, sees in ((cast.manager, True), (cast.auditor, True), (cast.admin, False)):
        for address in ("/board", "/board/IPO", "/board?q=金丝雀", "/board?goal=none", "/board?state=IP_ENGAGED"):
            page.as_(who).open(address)
            assert ("金丝雀股份" in page.text) is sees, (who.name, address)
    page.as_(cast.admin).open("cultivation.all_tracks")
    assert "后备 0" in page.text


def test_who_has_left_the_zone_is_on_no_board(page, bureau, cast, way):
    from crm.enterprises.models import Enterprise, Standing
    from crm.enterprises.presence import leave

    track = bureau("NEEQ", "NQ_BASE", 2000, name="迁出企业")
    with writing():
        firm = db.session.get_one(Enterprise, track.enterprise_id)
        leave(firm, Standing.MOVED_OUT, on=clock.today(), reason="外迁", by=cast.manager)
    page.as_(cast.manager).open("cultivation.all_tracks")
    assert "迁出企业" not in page.text and "还没有企业进入培育" in page.text


def test_the_board_costs_no_more_with_more_cards(page, bureau, cast, count_queries):
    page.as_(cast.manager)

    def cost(address):
        with count_queries() as seen:
            page.open(address)
        return len(seen)

    states = ("NQ_POOL", "NQ_RESTRUCT", "NQ_REFORMED", "NQ_BASE")
    for n in range(2):
        bureau("NEEQ", states[n], 10 * n)
    few = {address: cost(address) for address in ("/board", "/board/NEEQ")}
    for n in range(18):
        person = None if n else cast.zhou
        track = bureau("NEEQ", states[n % 4], 10 * n, by=person or cast.lin)
        planned(track, cast.lin, goal_class="sure")
    assert {address: cost(address) for address in few} == few
    assert max(few.values()) <= 12


def test_a_long_lane_comes_in_pages(page, bureau, cast, monkeypatch):
    monkeypatch.setattr(board, "ALL_AT_ONCE", 3)
    monkeypatch.setattr(board, "PER_PAGE", 2)
    for n in range(5):
        bureau("REX", "REX_LISTED", 100 - n, name=f"第{n}家")
    page.as_(cast.manager).open("cultivation.board_of", track_kind="REX")
    assert "第1家" in page.text and "第2家" not in page.text and "还有 3 张" in page.text
    target = {"HX-Request": "true", "HX-Target": "more-quoted"}
    more = page.client.get("/board/REX?at=quoted&from=2", headers=target).text
    assert "第2家" in more and "第3家" in more and "第4家" not in more and "<html" not in more
    page.open("/board/REX?at=quoted&from=4")
    assert "第4家" in page.text and "第0家" not in page.text and "从第一张显示" in page.text


def test_a_card_is_moved_by_the_form_of_its_next_step(page, bureau, cast):
    track = bureau("NEEQ", "NQ_REFORMED", 20)
    back = "/board/NEEQ?commissioner=me"
    page.as_(cast.lin).open("cultivation.move", track_id=track.id, to="review", seen=1, back=back)
    assert "取消" in page.text
    page.submit(on=clock.today().isoformat(), grade="spoken", told_by="券商", told_on=clock.today().isoformat())
    assert page.response.headers["Location"] == back
    db.session.expire_all()
    assert db.session.get_one(Track, track.id).state == "NQ_KERNEL"


def test_a_card_that_a_colleague_moved_meanwhile_stays_and_says_who(page, bureau, cast, way):
    track = bureau("NEEQ", "NQ_REFORMED", 20)
    page.as_(cast.lin).open("cultivation.move", track_id=track.id, to="review", seen=1)
    way.firm = db.session.get_one(type(way.firm), track.enterprise_id)
    way.done("NEEQ", "NQ_KERNEL", clock.today().isoformat(), by=cast.zhou)
    page.submit(
        on=clock.today().isoformat(), grade="spoken", told_by="券商", told_on=clock.today().isoformat(), expect=409
    )
    assert "周敏 已于 2026-11-23 09:00 调整该进程：新三板 现为“券商内核通过”" in page.text
    page.open("cultivation.move", track_id=track.id, to="review", seen=1, expect=409)
    page.open("cultivation.move", track_id=track.id, to="review", seen=2)


def test_a_step_that_waits_is_told_on_its_card(page, bureau, cast):
    track = bureau("IPO", "IP_REFORMED", 20)
    page.as_(cast.lin).open("cultivation.move", track_id=track.id, to="coaching", seen=1)
    page.submit(on=clock.today().isoformat(), grade="numbered", document_no="浙证监〔2026〕9号").follow()
    assert db.session.scalars(select(TrackProposal)).one().state == "IP_COACH"
    assert "辅导备案 待确认" in lane_words(page, "pool")
