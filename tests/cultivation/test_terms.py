"""What runs out on a track is told on its card, in its row and in the ledger, and found by a filter."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.months import months_later
from crm.cultivation import board_filters, deadlines
from crm.cultivation.models import Track, TrackEvent
from crm.cultivation.paper_models import TrackPaper
from crm.files.models import StoredFile
from tests.cultivation.test_board import bureau  # noqa: F401 - a fixture


@pytest.fixture
def begun(bureau):  # noqa: F811
    """A track whose present step was taken on a day."""

    def make(kind, state, on, **more):
        return bureau(kind, state, (clock.today() - date.fromisoformat(on)).days, **more)

    return make


@pytest.fixture
def paper(cast):
    def hang(track, ends_on, what="推荐服务协议", **more):
        event = db.session.scalars(select(TrackEvent).where(TrackEvent.track_id == track.id)).first()
        with writing():
            file = StoredFile(
                sha256="0" * 64, stored_as=f"{what}{ends_on}{track.id}", size=1, name="1.pdf",
                media_type="application/pdf", by_id=cast.lin.id, **more,
            )  # fmt: skip
            db.session.add(file)
            db.session.flush()
            db.session.add(TrackPaper(
                enterprise_id=track.enterprise_id, event_id=event.id, file_id=file.id, what=what,
                ends_on=ends_on and date.fromisoformat(ends_on), added_by_id=cast.lin.id, added_by_name="林晓",
            ))  # fmt: skip

    return hang


def on_the_board(page, address):
    page.open(address)
    return {"".join(a.itertext()) for p in page.all("p") if p.get("class") == "board-name" for a in p}


def test_the_card_the_row_and_the_ledger_tell_the_legal_deadline(page, begun, cast):
    begun("IPO", "IP_COACH_DONE", "2026-02-21", name="甲企业")
    begun("IPO", "IP_COACH_DONE", "2025-11-18", name="乙企业")
    begun("IPO", "IP_COACH_DONE", "2025-11-23", name="丙企业")
    begun("NEEQ", "NQ_REFORMED", "2025-11-18", name="丁企业")
    said = (
        "辅导工作完成函到期 2027-02-21，剩 90 天",
        "辅导工作完成函到期 2026-11-18，已过 5 天",
        "辅导工作完成函到期：今天",
    )
    page.as_(cast.manager)
    for address in ("/board", "/board/IPO", "/board/table"):
        text = page.open(address).text
        for words in said:
            assert text.count(words) == 1, (address, words)
    text = page.client.get("/board/export?format=csv").data.decode("utf-8-sig")
    assert all(words in text for words in said)


@pytest.mark.parametrize("address", ["/board?", "/board/IPO?", "/board/table?"])
def test_the_filter_finds_deadlines_within_ninety_days_and_those_gone_by(page, begun, cast, address):
    begun("IPO", "IP_COACH_DONE", "2026-02-21", name="甲企业")
    begun("IPO", "IP_COACH_DONE", "2026-02-22", name="乙企业")
    begun("IPO", "IP_COACH_DONE", "2024-01-01", name="丙企业")
    begun("IPO", "IP_ENGAGED", "2024-01-01", name="丁企业")
    page.as_(cast.manager).open(f"{address}term=near")
    for name, is_near in (("甲企业", True), ("乙企业", False), ("丙企业", True), ("丁企业", False)):
        assert (name in page.text) is is_near, name


def found_by_filter():
    limit = clock.today() + timedelta(days=90)
    return set(db.session.scalars(select(Track.id).where(deadlines.ends_by(limit))))


def found_by_rule():
    tracks = {track.id: track for track in db.session.scalars(select(Track).where(Track.is_open))}
    limit = clock.today() + timedelta(days=90)
    return {number for number, due in deadlines.of(tracks).items() if due.on <= limit and not due.words.opens}


def test_filter_and_rule_are_one_for_every_clock(way, make, cast):
    """Through later steps, over a budget used up in parts, renewed and overtaken."""

    def firm():
        way.firm = make.enterprise("杭州样本股份有限公司", unit=cast.section, commissioner=cast.lin)

    expected = set()
    for steps, is_near in (
        ([("IPO", "IP_REG_OK", "2025-12-01"), ("IPO", "IP_ISSUING", "2026-03-01")], True),
        ([("IPO", "IP_REG_OK", "2026-06-01"), ("IPO", "IP_ISSUING", "2026-07-01")], False),
        (
            [
                ("IPO", "IP_INQUIRY", "2026-08-01"),
                ("IPO", "IP_SUSPENDED", "2026-08-20"),
                ("IPO", "IP_INQUIRY", "2026-11-20"),
            ],
            True,
        ),
        ([("IPO", "IP_COACH_DONE", "2025-01-01"), ("IPO", "IP_ACCEPTED", "2025-03-01")], False),
        ([("SRDI", "SR_BASE", "2023-12-01"), ("SRDI", "SR_APPLIED", "2026-03-01")], True),
        ([("SRDI", "SR_BASE", "2023-12-01"), ("SRDI", "SR_BASE", "2026-11-01")], False),
        ([("NEEQ", "NQ_POOL", "2020-01-01")], False),
    ):  # fmt: skip
        firm()
        for place, (kind, state, on) in enumerate(steps):
            more = {"board": "MAIN"} if state in ("IP_REG_OK", "IP_INQUIRY", "IP_ACCEPTED", "IP_ISSUING") else {}
            reason = {"reason": "other"} if state == "IP_SUSPENDED" else {}
            if place:
                way.done(kind, state, on, **more, **reason)
            else:
                way.baseline(kind, state, on, **more)
        if is_near:
            expected |= set(db.session.scalars(select(Track.id).where(Track.enterprise_id == way.firm.id)))
    assert found_by_filter() == expected == found_by_rule()


def test_the_last_day_a_clock_may_begin_is_exact_at_ends_of_months():
    for months in (1, 3, 6, 12, 36):
        for n in range(800):
            limit = date(2024, 1, 1) + timedelta(days=n)
            day = deadlines._last_start(months, limit)
            assert months_later(day, months) <= limit < months_later(day + timedelta(days=1), months), (months, limit)


def test_papers_that_end_are_told_and_found(page, begun, paper, cast):
    tracks = {name: begun("NEEQ", "NQ_POOL", "2026-01-01", name=name) for name in ("甲", "乙", "丙", "丁", "戊")}
    paper(tracks["甲"], "2027-02-21"), paper(tracks["甲"], "2026-12-01", "营业执照")
    paper(tracks["乙"], "2026-11-20")
    paper(tracks["丙"], "2027-02-22"), paper(tracks["丙"], None, "章程")
    paper(tracks["丁"], "2026-11-20"), paper(tracks["丁"], "2029-11-20")
    paper(tracks["戊"], "2026-11-20", removed_at=clock.now())
    page.as_(cast.manager)
    for address in ("/board", "/board/table"):
        page.open(address)
        assert "“营业执照”2026-12-01 到期，另有 1 份" in page.text and "“推荐服务协议”2026-11-20 已到期" in page.text
        assert page.text.count("推荐服务协议”2026-11-20") == 1
    assert on_the_board(page, "/board?term=papers") == {"甲", "乙"}
    assert on_the_board(page, "/board?term=anything") == set()


def test_terms_of_plans_are_told_to_nobody_without_the_right(page, begun, paper, cast):
    track = begun("IPO", "IP_COACH_DONE", "2026-02-01", name="金丝雀股份有限公司")
    paper(track, "2026-12-01", "金丝雀协议")
    for who, sees in ((cast.manager, True), (cast.admin, False), (cast.stranger, False)):
        page.as_(who)
        for address in ("/board?term=near", "/board/table?term=near", "/board?term=papers", "/board/table?term=papers"):
            page.open(address)
            assert ("金丝雀" in page.text) is sees, (who.name, address)
            assert ("完成函" in page.text) is sees


def test_cards_and_rows_cost_the_same_whatever_runs_out(page, begun, paper, cast, count_queries):
    page.as_(cast.manager)
    addresses = [f"/board{more}" for more in ("", "/IPO", "/table", "?term=near", "?term=papers", "/table?term=near")]

    def costs():
        found = {}
        for address in addresses:
            with count_queries() as seen:
                page.open(address)
            found[address] = len(seen)
        return found

    def add(n):
        for _ in range(n):
            paper(begun("IPO", "IP_COACH_DONE", "2026-02-01"), "2026-12-01")
            begun("IPO", "IP_INQUIRY", "2026-11-01", board="MAIN")

    add(1)
    few = costs()
    add(9)
    assert costs() == few
    assert max(few.values()) <= 12, few


def test_boards_carry_the_filter_from_one_to_the_other():
    assert "term" in board_filters.CARRIED
