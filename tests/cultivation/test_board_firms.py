"""Firms on a rung that a yearly list alone gives stand on the board without a track, as far as one may know."""

from datetime import date

import pytest

from crm.core import clock
from crm.core.db import db, writing
from crm.cultivation import board, lists
from crm.cultivation.yearly_models import ListMember
from crm.enterprises.models import Standing
from crm.enterprises.presence import leave
from tests.cultivation.test_board import lane_words


@pytest.fixture
def listed(make, cast):
    """A firm on the list of a kind since a day."""
    made = {}

    def enter(name, kind, since="2026-01-05", *, by=cast.lin, unit=None, firm=None):
        firm = firm or make.enterprise(name, unit=unit or cast.section, commissioner=by)
        with writing():
            if kind not in made:
                made[kind] = lists.make(kind, 2026, date(2026, 1, 5), name=f"{kind} 名单", by=cast.clerk)
            lists.enter(made[kind], [firm], from_on=date.fromisoformat(since), reason="申报", by=cast.clerk)
        return firm

    return enter


def names(page, lane):
    section = next(each for each in page.all("section") if each.get("data-lane") == lane)
    return ["".join(a.itertext()) for p in section.iter("p") if p.get("class") == "board-name" for a in p]


def test_a_firm_on_a_key_list_has_its_card_with_list_and_commissioner(page, listed, cast):
    firm = listed("甲企业", "NEEQ_KEY")
    listed("乙企业", "IPO_KEY", "2026-11-03", by=None)
    page.as_(cast.manager).open("cultivation.all_tracks")
    words = lane_words(page, "neeq_key")
    for said in (
        "新三板重点 1",
        "最长 322 天",
        "甲企业",
        "新三板重点培育企业",
        "2026 · 2026-01-05 起",
        "林晓",
    ):
        assert said in words, said
    words = lane_words(page, "ipo_key")
    assert "最长 20 天" in words and "乙企业" in words and "未确定专员" in words
    assert "移动" not in words and "审阅" not in words
    card = next(a for a in page.all("a") if "".join(a.itertext()) == "甲企业")
    assert card.get("href") == f"/enterprises/{firm.id}?tab=tracks"
    lanes = [section.get("data-lane") for section in page.all("section") if section.get("data-lane")]
    assert lanes == ["pool", "exchange", "neeq_key", "neeq", "ipo_key", "coaching", "review", "listed"]


def test_a_key_firm_with_a_track_on_a_lower_rung_stands_in_both_with_one_on_a_higher_there_alone(
    page, listed, way, cast
):
    firm, quoted = listed("甲企业", "NEEQ_KEY"), listed("乙企业", "NEEQ_KEY")
    way.baseline("REX", "REX_LISTED", "2020-01-05", firm=firm)
    way.baseline("NEEQ", "NQ_BASE", "2020-01-05", firm=quoted)
    page.as_(cast.manager).open("cultivation.all_tracks")
    assert names(page, "neeq_key") == names(page, "exchange") == ["甲企业"] and names(page, "neeq") == ["乙企业"]


def test_a_plan_one_may_not_see_does_not_show_by_what_is_missing(page, listed, way, cast):
    """For who may not see the plan the firm stands where its public list puts it, like every other."""
    firm, other = listed("甲金丝雀", "NEEQ_KEY"), listed("乙企业", "NEEQ_KEY")
    way.baseline("IPO", "IP_ENGAGED", "2026-01-05", firm=firm)
    assert other
    page.as_(cast.manager).open("cultivation.all_tracks")
    assert names(page, "neeq_key") == ["甲金丝雀", "乙企业"] and names(page, "pool") == ["甲金丝雀"]
    page.as_(cast.admin).open("cultivation.all_tracks")
    assert names(page, "neeq_key") == ["甲金丝雀", "乙企业"] and names(page, "pool") == []


def test_the_confidential_list_is_told_to_nobody_without_the_right(page, listed, cast, make):
    listed("甲金丝雀", "IPO_KEY")
    both = listed("乙企业", "NEEQ_KEY")
    listed("", "IPO_KEY", firm=both)
    page.as_(cast.manager).open("cultivation.all_tracks")
    assert names(page, "ipo_key") == ["甲金丝雀", "乙企业"] and names(page, "neeq_key") == []
    page.as_(cast.admin)
    for address in ("/board", "/board?q=金丝雀", "/board?commissioner=林晓"):
        page.open(address)
        assert "甲金丝雀" not in page.text and "上市重点培育企业" not in page.text
    page.open("/board")
    assert names(page, "neeq_key") == ["乙企业"] and "上市重点 0" in lane_words(page, "ipo_key")
    page.as_(cast.stranger).open("/board")
    assert "甲金丝雀" not in page.text and "乙企业" not in page.text


def test_who_sees_everything_but_plans_of_his_own_firms_alone_sees_the_list_for_those_alone(page, listed, cast):
    listed("甲金丝雀", "IPO_KEY"), listed("乙企业", "NEEQ_KEY")
    both = listed("丙企业", "IPO_KEY", by=cast.admin)
    listed("", "NEEQ_KEY", firm=both)
    page.as_(cast.admin).open("/board")
    assert names(page, "ipo_key") == ["丙企业"] and names(page, "neeq_key") == ["乙企业"]
    assert "甲金丝雀" not in page.text


def test_who_left_the_list_or_the_zone_or_stood_on_an_older_one_is_gone(page, listed, cast):
    gone, struck, stays = (listed(name, "NEEQ_KEY") for name in ("甲企业", "乙企业", "丙企业"))
    with writing():
        leave(gone, Standing.MOVED_OUT, on=clock.today(), reason="外迁", by=cast.manager)
        row = db.session.query(ListMember).filter_by(enterprise_id=struck.id).one()
        lists.strike(row.list, [row.id], until_on=date(2026, 6, 5), reason="放弃", by=cast.clerk)
    page.as_(cast.manager).open("/board")
    assert names(page, "neeq_key") == ["丙企业"]
    with writing():
        lists.make("NEEQ_KEY", 2027, date(2026, 11, 5), name="2027 年名单", by=cast.clerk)
    assert stays
    page.open("/board")
    assert "丙企业" not in page.text


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ("", ["甲企业", "乙企业"]),
        ("q=乙", ["乙企业"]),
        ("commissioner=周敏", ["乙企业"]),
        ("unit=1", ["甲企业", "乙企业"]),
        ("goal=none", []),
        ("pace=stalled", []),
        ("kind=NEEQ", []),
        ("term=near", []),
        ("review=due", []),
    ],
)
def test_filters_of_firms_hold_and_those_of_tracks_leave_none(page, listed, cast, asked, seen):
    listed("甲企业", "NEEQ_KEY")
    listed("乙企业", "NEEQ_KEY", by=cast.zhou)
    page.as_(cast.manager).open(f"/board?{asked}")
    found = [name for p in page.all("p") if p.get("class") == "board-name" for name in ["".join(p.itertext())]]
    assert found == seen


def test_a_long_lane_of_firms_comes_in_pages(page, listed, cast, monkeypatch):
    monkeypatch.setattr(board, "ALL_AT_ONCE", 3)
    monkeypatch.setattr(board, "PER_PAGE", 2)
    for n in range(5):
        listed(f"第{n}家", "NEEQ_KEY", f"2026-02-0{n + 1}")
    listed("上市家", "IPO_KEY")
    page.as_(cast.manager).open("/board")
    assert names(page, "neeq_key") == ["第0家", "第1家"] and "还有 3 张" in page.text and "新三板重点 5" in page.text
    target = {"HX-Request": "true", "HX-Target": "more-neeq_key"}
    more = page.client.get("/board?at=neeq_key&from=2", headers=target).text
    assert "第2家" in more and "第3家" in more and "第4家" not in more and "<html" not in more
    page.open("/board?at=neeq_key&from=4")
    assert names(page, "neeq_key") == ["第4家"] and names(page, "ipo_key") == ["上市家"]
    page.open("/board?at=neeq_key&from=99")
    assert names(page, "neeq_key") == [] and "新三板重点 5" in page.text


def test_the_board_costs_no_more_with_more_firms(page, listed, way, cast, count_queries):
    page.as_(cast.manager)

    def cost():
        with count_queries() as seen:
            page.open("/board?commissioner=林")
        return len(seen)

    listed("甲企业", "NEEQ_KEY"), listed("乙企业", "IPO_KEY")
    way.baseline("REX", "REX_LISTED", "2020-01-05")
    few = cost()
    for n in range(9):
        listed(f"新{n}企业", "NEEQ_KEY"), listed(f"上{n}企业", "IPO_KEY")
    assert cost() == few <= 12
