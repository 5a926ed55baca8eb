"""Whole lives of a firm over several tracks, acts tried at random: whatever is refused leaves no trace, whatever stands
leaves tracks, spans, side effects and figures in agreement."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.cultivation import figures, mending
from crm.cultivation.models import Track
from crm.cultivation.queries import firm_of, history, rows_of
from crm.cultivation.rules.effects import owed
from crm.cultivation.rules.history import CORRECTIONS, Origin, faults, steps
from crm.cultivation.rules.ladder import ladder

KINDS = ("REX", "NEEQ", "IPO")
TAKEN_OVER = ("REX_LISTED", "NQ_BASE", "NQ_INNO", "NQ_CONSENT", "IP_REG_OK", "IP_ISSUING", "IP_LISTED", "IP_POOL")
BEGIN = date(2020, 1, 1)
DAYS = st.integers(0, 2400).map(lambda days: BEGIN + timedelta(days=days))


def step(way, data):
    track = data.draw(st.sampled_from([None, *(t for t in tracks_of(way.firm) if t.is_open)]))
    kind = ladder().kinds[track.kind if track else data.draw(st.sampled_from(KINDS))]
    state = kind.states[data.draw(st.sampled_from(kind.states[track.state].next if track else kind.starts))]
    on = track.since_on + timedelta(days=data.draw(st.integers(-5, 200))) if track else data.draw(DAYS)
    board = data.draw(st.sampled_from(["BSE", "MAIN"])) if kind.boards else ""
    reason = state.reasons[0].code if state.reasons else ""
    way.done(kind.code, state.code, on.isoformat(), board=board, reason=reason)


def baseline(way, data):
    state = data.draw(st.sampled_from(TAKEN_OVER))
    kind = ladder().owner[state]
    board = data.draw(st.sampled_from(["BSE", "MAIN"])) if kind.boards else ""
    origin = data.draw(st.sampled_from([Origin.HISTORY, Origin.MOVED_IN]))
    way.baseline(kind.code, state, data.draw(DAYS).isoformat(), board=board, origin=origin, firm=way.firm)


def correct(way, data):
    rows = rows_of(tracks_of(way.firm))
    events = [row for some in rows.values() for row in some if row.sort not in CORRECTIONS]
    if not events:
        return
    event = data.draw(st.sampled_from(events))
    sort = data.draw(st.sampled_from(["void", "redate", "restate"]))
    if sort == "restate":
        kind = ladder().owner[event.state]
        board = data.draw(st.sampled_from(["BSE", "MAIN"])) if kind.boards else ""
        way.correct(event, sort, state=data.draw(st.sampled_from(sorted(kind.states))), board=board)
    else:
        way.correct(event, sort, **({"on": data.draw(DAYS).isoformat()} if sort == "redate" else {}))


def tracks_of(firm):
    db.session.expire_all()
    return db.session.scalars(select(Track).where(Track.enterprise_id == firm.id).order_by(Track.id)).all()


def whole(firm):
    db.session.rollback()
    return [(t.kind, t.attempt, t.state, t.since_on, t.last_seq) for t in tracks_of(firm)]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_done_all_agrees(way, make, cast, data):
    way.firm = make.enterprise("杭州样板股份有限公司", unit=cast.section)
    for act in data.draw(st.lists(st.sampled_from([step, step, step, baseline, correct]), min_size=6, max_size=12)):
        before = whole(way.firm)
        try:
            act(way, data)
        except RuleBroken:
            assert whole(way.firm) == before, "what is refused leaves no trace"
    agree(way.firm)


def agree(firm):
    tracks = tracks_of(firm)
    rows = rows_of(tracks)
    for track in tracks:
        kind, course = ladder().kinds[track.kind], steps(history(rows[track.id]))
        assert faults(kind, course, clock.today()) == []
        assert [row.seq for row in rows[track.id]] == list(range(1, len(rows[track.id]) + 1))
    assert mending.wrong() == [], "columns and spans repeat the events"
    assert list(owed(ladder(), firm_of(firm))) == [], "a listing has ended the quotation it ends"
    for figure in ladder().figures:
        for cut in (0, 700, 1500):
            after, until = BEGIN + timedelta(days=cut), BEGIN + timedelta(days=cut + 800)
            moved = figures.flow(figure.code, after, until)
            stocks = (figures.stock(figure.code, day) for day in (after, until))
            assert (moved.opening, moved.closing) == tuple(stocks)
            assert moved.opening + moved.new + moved.moved_in - moved.exits - moved.moved_out == moved.closing
