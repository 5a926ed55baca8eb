"""The tracks that are measured are tracks as the services leave them: what repeats their events agrees with it."""

from sqlalchemy import func, select

from crm.core import clock
from crm.core.db import db
from crm.cultivation import mending, outlooks, rungs
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.queries import history, rows_of
from crm.cultivation.rules.history import faults, steps
from crm.cultivation.rules.ladder import ladder
from crm.ops import bench_data, bench_tracks


def test_measured_tracks_are_as_their_events_make_them(app, cast):
    bench_data.fill(120, commissioners=5)
    bench_tracks.fill(300, by_id=cast.manager.id)

    tracks = db.session.scalars(select(Track)).all()
    rows = rows_of(tracks)
    assert len(tracks) == 300
    assert 9 <= sum(map(len, rows.values())) / 300 <= 13
    for track in tracks:
        assert faults(ladder().kinds[track.kind], steps(history(rows[track.id])), clock.today()) == []
    assert (mending.wrong(), outlooks.wrong(), rungs.wrong()) == ([], [], [])
    states = db.session.scalar(select(func.count(TrackSpan.state.distinct())))
    assert states > 20
    assert {track.kind for track in tracks} == set(bench_tracks.SHARES)
    assert db.session.scalar(select(func.count()).select_from(TrackEvent)) == sum(map(len, rows.values()))
