"""The figures of two days side by side, against a slow recount; each number opens its firms; who sees what."""

import io
import zipfile
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.core.db import db
from crm.cultivation.models import TrackSpan
from crm.cultivation.overview import overview
from crm.enterprises.models import Enterprise, Presence
from tests.cultivation.test_figures import FIRST, SPANS, STAYS, fill
from tests.cultivation.test_lists import Lists


def on(text):
    return date.fromisoformat(text)


@pytest.fixture
def book(cast):
    return Lists(cast)


@pytest.fixture
def four(make, cast):
    return [make.enterprise(unit=unit).id for unit in (cast.section, cast.section, cast.bureau, cast.elsewhere)]


def slow_stock(day, figure="neeq"):
    """Firms that count on a day, one after the other, as the rule reads."""
    found = set()
    for span in db.session.scalars(select(TrackSpan).where(TrackSpan.figure == figure)):
        if not (span.from_on <= day and (span.until_on is None or span.until_on > day)):
            continue
        of_firm = select(Presence).where(Presence.enterprise_id == span.enterprise_id)
        begun = [stay for stay in db.session.scalars(of_firm) if stay.from_on <= day]
        if not begun or any(stay.until_on is None or stay.until_on > day for stay in begun):
            found.add(span.enterprise_id)
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS, stays=STAYS, cut=st.integers(0, 45), length=st.integers(0, 30))
def test_the_page_counts_as_a_slow_recount_does(four, cast, spans, stays, cut, length):
    fill(four, spans, stays)
    since, until = FIRST + timedelta(days=cut), FIRST + timedelta(days=cut + length)
    told = overview(cast.manager, since, until)
    line = next(each for each in told.lines if each.code == "neeq")
    before, now = slow_stock(since), slow_stock(until)
    flow = line.flow
    assert (flow.opening, flow.closing) == (len(before), len(now))
    assert flow.opening + flow.new + flow.moved_in - flow.exits - flow.moved_out == flow.closing
    unit_of = dict(db.session.execute(select(Enterprise.id, Enterprise.unit_id)).all())
    for unit, part in line.units.items():
        assert part.before == sum(unit_of[firm] == unit for firm in before)
        assert part.now == sum(unit_of[firm] == unit for firm in now)


def test_lists_come_and_go_as_their_documents_say(book, make, cast):
    firms = [make.enterprise(unit=cast.section) for _ in range(4)]
    made = book.make(firms=firms[:3], year=2025, from_on="2025-02-15")
    book.strike(made, firms[0], until_on="2025-06-01")
    book.forward(made, {firms[1].id: "停产"}, [firms[1].id, firms[2].id], year=2026, from_on="2026-02-15")
    told = overview(cast.manager, on("2024-12-31"), on("2025-12-31")).lines[-1]
    assert (told.code, told.flow.opening, told.flow.new, told.flow.exits, told.flow.closing) == ("NEEQ_KEY", 0, 3, 1, 2)
    told = overview(cast.manager, on("2025-12-31"), on("2026-03-01")).lines[-1]
    assert (told.flow.opening, told.flow.new, told.flow.exits, told.flow.closing) == (2, 0, 1, 1)


def test_each_number_opens_its_firms(page, way, make, cast):
    other = make.enterprise("杭州后挂科技股份有限公司", unit=cast.section)
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    way.baseline("NEEQ", "NQ_BASE", "2026-05-05", firm=other)
    days = {"on": "2026-11-23", "since": "2025-12-31"}
    page.as_(cast.manager).open("cultivation.head_figures", **days)
    assert "截至2026年11月23日，全区新三板挂牌企业共2家。" in page.text
    for what, names in (("stock", "样板 后挂"), ("opening", "样板"), ("new", "后挂"), ("exits", "")):
        page.open("cultivation.figure_firms", figure="neeq", what=what, **days)
        for name in ("样板", "后挂"):
            assert (name in page.text) is (name in names), (what, name)
    page.open("cultivation.figure_firms", figure="neeq", what="stock", q="后挂", **days)
    assert "后挂" in page.text and "样板" not in page.text
    page.open("cultivation.figure_firms", figure="neeq", what="stock", unit=cast.bureau.id, **days)
    assert "后挂" not in page.text
    page.open("cultivation.figure_firms", figure="unknown", expect=404)


def test_what_is_public_is_counted_for_all_and_plans_for_those_entitled(page, way, book, firm, cast, make):
    way.baseline("IPO", "IP_LISTED", "2015-01-05", board="MAIN")
    quiet = make.enterprise("杭州金丝雀股份有限公司", unit=cast.section)
    book.make("IPO_KEY", firms=[quiet, firm], year=2026, from_on="2026-02-15")
    aloud = "全区上市企业共1家，其中主板1家"
    for who, counted in ((cast.manager, 2), (cast.lin, 1), (cast.auditor, 2), (cast.admin, None), (cast.zhou, 0)):
        page.as_(who).open("cultivation.head_figures")
        assert aloud in page.text, who.name
        told = {line.code: line.flow.closing for line in overview(who, on("2025-12-31"), on("2026-11-23")).lines}
        assert told.get("IPO_KEY") == counted, who.name
        page.open("cultivation.figure_firms", figure="IPO_KEY", expect=404 if counted is None else 200)
        assert ("金丝雀" in page.text) is (counted == 2)
    page.as_(cast.zhou).open("cultivation.figure_firms", figure="listed")
    assert "样板" not in page.text and "另有 1 家" in page.text


def test_the_file_says_what_the_page_says(page, way, cast):
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    answer = page.as_(cast.manager).client.get("/figures/export?on=2016-01-01&since=2014-12-31")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as book_file:
        words = "".join(book_file.read(name).decode() for name in book_file.namelist() if name.endswith(".xml"))
    assert "新三板挂牌企业" in words and "2014-12-31" in words and "迁入" in words


def test_the_page_costs_no_more_with_more_firms(page, way, book, make, cast, count_queries):
    def cost(door, **more):
        with count_queries() as seen:
            page.open(f"cultivation.{door}", **more)
        return len(seen)

    page.as_(cast.manager)
    found = []
    for _ in range(2):
        for _n in range(6):
            one = make.enterprise(unit=cast.section, commissioner=make.user(unit=cast.section))
            way.baseline("NEEQ", "NQ_BASE", "2026-01-05", firm=one)
        found.append((cost("head_figures"), cost("figure_firms", figure="neeq"), cost("figure_firms", figure="neeq",
                      what="new"), cost("phase_durations")))  # fmt: skip
    assert found[0] == found[1]
    assert max(found[0]) <= 12, found


def test_the_median_of_a_phase_rests_on_whole_passages(page, way, make, cast):
    from crm.cultivation.phase_times import phase_times

    for months in (2, 4, 9):
        one = make.enterprise(unit=cast.section)
        way.firm = one
        way.done("NEEQ", "NQ_POOL", "2025-01-01", by=cast.manager)
        way.done("NEEQ", "NQ_ENGAGED", f"2025-{months:02}-01", by=cast.manager)
    ((kind, (line,)),) = phase_times(cast.manager, on("2026-11-23"))
    assert kind.code == "NEEQ"
    assert (line.phase, line.days, line.times, line.firms) == ("pool", 90, 3, 3)
    assert phase_times(cast.manager, on("2025-01-31")) == []
    page.as_(cast.manager).open("cultivation.phase_durations")
    assert "90" in page.text
    page.as_(cast.zhou).open("cultivation.phase_durations")
    assert "还没有完成的阶段" in page.text
