"""Figures of any day: firms counted once, in the zone only; what comes and goes adds up."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, inspect, update

from crm.core.bulk import insert_many
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation import figures
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.overview import overview
from crm.cultivation.rules.history import Origin
from crm.enterprises.models import Presence, Standing
from tests.imports.conftest import command  # noqa: F401 - a fixture

FIRST = date(2020, 1, 1)


def on(text):
    return date.fromisoformat(text)


def present(firm, begin, end=None):
    with writing():
        values = {"from_on": on(begin), "until_on": on(end) if end else None}
        db.session.execute(update(Presence).where(Presence.enterprise_id == firm.id).values(values))


def test_a_firm_listed_at_home_and_abroad_is_one_firm(way):
    way.baseline("IPO", "IP_LISTED", "2015-01-05", board="MAIN")
    way.baseline("HK", "HK_LISTED", "2018-01-05", board="HK_MAIN")
    assert figures.stock("listed", on("2020-01-01")) == 1
    assert figures.by_board("listed", on("2020-01-01")) == {"MAIN": 1, "HK_MAIN": 1}


def test_stocks_overlap(way):
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    way.baseline("REX", "REX_LISTED", "2013-01-05")
    told = figures.as_json(on("2016-01-01"))
    assert (told["neeq"], told["equity_exchange"], told["listed"]["total"]) == ({"total": 1}, {"total": 1}, 0)


def test_the_day_itself_counts_and_the_day_of_the_end_does_not(way):
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    way.done("NEEQ", "NQ_DELISTED", "2016-01-05", reason="voluntary")
    days = ("2015-01-04", "2015-01-05", "2016-01-04", "2016-01-05")
    assert [figures.stock("neeq", on(day)) for day in days] == [0, 1, 1, 0]


def test_a_firm_that_left_the_zone_does_not_count(way, firm):
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    present(firm, "2014-01-01", "2018-01-01")
    days = ("2017-12-31", "2018-01-01")
    assert [figures.stock("neeq", on(day)) for day in days] == [1, 0]
    moved = figures.flow("neeq", on("2017-06-30"), on("2018-06-30"))
    assert (moved.opening, moved.exits, moved.moved_out, moved.closing) == (1, 0, 1, 0)


def test_a_register_begun_late_still_knows_its_history_but_not_of_a_firm_that_moved_in(way, firm, make, cast):
    newcomer = make.enterprise("杭州迁入股份有限公司", unit=cast.section)
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    way.baseline("NEEQ", "NQ_BASE", "2012-01-05", firm=newcomer, origin=Origin.MOVED_IN)
    present(firm, "2024-01-01")
    present(newcomer, "2020-01-01")
    assert [figures.stock("neeq", on(day)) for day in ("2016-01-01", "2021-01-01")] == [1, 2]
    moved = figures.flow("neeq", on("2014-12-31"), on("2020-12-31"))
    assert (moved.opening, moved.new, moved.moved_in, moved.closing) == (0, 1, 1, 2)


def test_a_voided_move_into_the_zone_counts_as_history(way, firm):
    wrong = way.baseline("NEEQ", "NQ_BASE", "2015-01-05", origin=Origin.MOVED_IN)
    present(firm, "2020-01-01")
    assert figures.stock("neeq", on("2016-01-01")) == 0
    way.correct(wrong, "void")
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    assert figures.stock("neeq", on("2016-01-01")) == 1
    assert figures.flow("neeq", on("2014-12-31"), on("2016-01-01")).new == 1


@pytest.mark.parametrize("first", ["NEEQ", "IPO"])
def test_a_listing_on_the_bse_taken_over_ends_the_quotation_whichever_is_entered_first(way, first):
    acts = {
        "NEEQ": lambda: way.baseline("NEEQ", "NQ_INNO", "2020-01-05"),
        "IPO": lambda: way.baseline("IPO", "IP_LISTED", "2022-01-05", board="BSE"),
    }
    acts.pop(first)()
    for act in acts.values():
        act()
    for code in ("neeq", "listed"):
        assert [figures.stock(code, on(day)) for day in ("2022-01-04", "2022-01-05")] == (
            [1, 0] if code == "neeq" else [0, 1]
        )


def test_a_quotation_that_begins_after_the_listing_it_should_have_ended_with_is_refused(way):
    way.baseline("IPO", "IP_LISTED", "2022-01-05", board="BSE")
    with pytest.raises(RuleBroken, match="does not fit"):
        way.baseline("NEEQ", "NQ_INNO", "2023-01-05")


def test_a_firm_quoted_and_listed_elsewhere_counts_twice_with_a_warning(way):
    way.baseline("IPO", "IP_LISTED", "2022-01-05", board="MAIN")
    taken = way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    assert [warning["needs"] for warning in taken.warnings] == ["none_in"]


@pytest.fixture
def another_meanwhile(way, make, cast):
    """A firm is quoted; `with another_meanwhile():` a second one's listing is committed after the first look at spans,
    as a colleague's would be."""
    another = make.enterprise("杭州另一家股份有限公司", unit=cast.section)
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    span = {"enterprise_id": another.id, "kind": "NEEQ"}
    with writing():
        track = Track(**span, attempt=1, state="NQ_BASE", since_on=FIRST, is_open=True)
        db.session.add(track)
        db.session.flush()
        span |= {"track_id": track.id, "seq": 1, "state": "NQ_BASE", "board": "", "figure": "neeq", "from_on": FIRST}
    db.session.rollback()
    done = []

    def somebody_commits(_connection, _cursor, statement, *_rest):
        if "track_span" in statement and not done:
            done.append(statement)
            with db.engine.connect() as other:
                other.execute(insert(TrackSpan.__table__).values({**span, "is_new": True, "is_last": False}))
                other.commit()

    @contextmanager
    def meanwhile():
        event.listen(db.engine, "after_cursor_execute", somebody_commits)
        try:
            yield
        finally:
            event.remove(db.engine, "after_cursor_execute", somebody_commits)
        assert done

    return meanwhile


def test_the_figures_of_a_day_are_of_one_instant(another_meanwhile):
    """A listing committed between two statements of one report is in all of it or in none."""
    with another_meanwhile():
        told = figures.as_json(on("2026-01-01"))
        moved = figures.flow("neeq", on("2026-01-01"), on("2026-02-01"))
    assert told["neeq"]["total"] == 1, "the report began before the second firm was there"
    assert moved.opening == 2


def test_what_came_and_went_is_of_the_instant_of_the_stocks_and_the_reader_stays_known(another_meanwhile, cast):
    me = db.session.merge(cast.manager)
    assert me.name
    with another_meanwhile():
        (line,) = [line for line in overview(me, on("2019-12-31"), on("2026-01-01")).lines if line.code == "neeq"]
    assert (line.flow.opening, line.flow.new, line.flow.closing) == (1, 0, 1)
    assert "name" not in inspect(me).expired_attributes


def test_layers_and_transfers_are_neither_new_nor_exits(way):
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    way.done("NEEQ", "NQ_INNO", "2016-01-05")
    way.baseline("IPO", "IP_LISTED", "2017-01-05", board="BSE")
    way.done("IPO", "IP_TRANSFERRED", "2019-01-05", board="STAR")
    year = on("2015-12-31"), on("2016-12-31")
    assert figures.flow("neeq", *year) == figures.Flow(1, 0, 0, 0, 0, 1)
    assert figures.flow("listed", on("2018-12-31"), on("2019-12-31")) == figures.Flow(1, 0, 0, 0, 0, 1)
    assert figures.by_board("listed", on("2019-12-31")) == {"STAR": 1}


def test_the_command_says_it_in_words(way, command):  # noqa: F811
    way.baseline("IPO", "IP_LISTED", "2015-01-05", board="MAIN")
    told = command("figures", "--on", "2016-01-01")
    assert told.splitlines()[:3] == ["截至 2016-01-01", "上市企业：1", "  主板：1"]
    assert command("figures", "--json")["on"] == "2026-11-23"


SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 40), st.one_of(st.none(), st.integers(0, 30)), st.booleans()),
    max_size=8,
)
STAYS = st.lists(st.tuples(st.integers(0, 40), st.one_of(st.none(), st.integers(0, 30))), min_size=4, max_size=4)


@pytest.fixture
def four(make, cast):
    return [make.enterprise(unit=cast.section).id for _ in range(4)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS, stays=STAYS, cut=st.integers(0, 45), length=st.integers(0, 30))
def test_whatever_happened_the_flow_adds_up_to_the_stocks(four, spans, stays, cut, length):
    """Spans of any shape, overlapping too, against the stock of both days; the sum is that of the counts."""
    fill(four, spans, stays)
    after, until = FIRST + timedelta(days=cut), FIRST + timedelta(days=cut + length)
    moved = figures.flow("neeq", after, until)
    assert (moved.opening, moved.closing) == (figures.stock("neeq", after), figures.stock("neeq", until))
    assert moved.opening + moved.new + moved.moved_in - moved.exits - moved.moved_out == moved.closing


def fill(four, spans, stays):
    def days(begin, length):
        first = FIRST + timedelta(days=begin)
        return {"from_on": first, "until_on": None if length is None else first + timedelta(days=length)}

    with writing():
        for model in (TrackSpan, Presence, *([] if db.session.query(TrackEvent).first() else [Track])):
            db.session.execute(delete(model))
        insert_many(Presence.__table__, [
            {"enterprise_id": row_id, **days(*stay)} for row_id, stay in zip(four, stays, strict=True)
        ])  # fmt: skip
        for number, (which, begin, length, is_new) in enumerate(spans, 1):
            at = {"enterprise_id": four[which], "kind": "NEEQ"}
            track = Track(**at, attempt=number, state="NQ_BASE", since_on=FIRST)
            db.session.add(track)
            db.session.flush()
            marks = {"is_new": is_new, "is_last": length is not None and is_new}
            span = {"seq": 1, "state": "NQ_BASE", "figure": "neeq", **days(begin, length), **marks}
            db.session.add(TrackSpan(track_id=track.id, **at, **span))


def test_a_firm_that_was_deregistered_keeps_its_past(way, firm):
    from crm.enterprises import presence

    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    present(firm, "2014-01-01")
    with writing():
        presence.leave(firm, Standing.DEREGISTERED, on=on("2026-11-23"), reason="注销", by=way.cast.manager)
    assert [figures.stock("neeq", on(day)) for day in ("2026-11-22", "2026-11-23")] == [1, 0]
