"""Acts on tracks, each committed, as the stories of this folder tell them."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.cultivation import correcting, services
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import Origin, Sort


class Ladder:
    """Short forms of the services; `by` defaults to Lin, who serves the enterprise."""

    def __init__(self, firm, cast):
        self.firm, self.cast = firm, cast

    def step(self, kind, state, on, *, by=None, **more):
        """Propose; a document number and the best evidence unless told otherwise."""
        attempt, seq = services.next_seq(self.firm.id, kind)
        given = {"grade": "published", "document_no": "浙证监〔2026〕1号", **more}
        made = Proposed(state, date.fromisoformat(on), given.pop("attempt", attempt), **{
            key: value for key, value in given.items() if key != "seq"
        })  # fmt: skip
        with writing():
            return services.propose(self.firm, kind, made, seq=given.get("seq", seq), by=by or self.cast.lin)

    def confirm(self, proposal, *, by=None, alone=""):
        with writing():
            return services.confirm(proposal, by=by or self.cast.manager, alone_because=alone)

    def done(self, kind, state, on, **more):
        made = self.step(kind, state, on, **more)
        return made if isinstance(made, TrackEvent) else self.confirm(made)

    def baseline(self, kind, state, on, *, origin=Origin.HISTORY, firm=None, **more):
        step = Proposed(state, date.fromisoformat(on), 0, **more)
        with writing():
            return services.baseline(firm or self.firm, kind, step, origin=origin, by=self.cast.manager)

    def correct(self, event, sort, *, reason="看错公告", **more):
        track = db.session.get_one(Track, event.track_id)
        more = {**more, "on": date.fromisoformat(more["on"])} if "on" in more else more
        with writing():
            return correcting.correct(
                track, event.seq, Sort(sort), seq=more.pop("seq", track.last_seq + 1), reason=reason,
                by=self.cast.manager, **more,
            )  # fmt: skip

    def tracks(self):
        db.session.expire_all()
        rows = db.session.scalars(select(Track).order_by(Track.kind, Track.attempt))
        return [(t.kind, t.attempt, t.state, t.is_open) for t in rows]

    def spans(self, kind):
        rows = db.session.scalars(
            select(TrackSpan).where(TrackSpan.kind == kind).order_by(TrackSpan.track_id, TrackSpan.seq)
        )
        return [(s.state, s.from_on.isoformat(), s.until_on.isoformat() if s.until_on else None) for s in rows]


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州样板股份有限公司", unit=cast.section, commissioner=cast.lin)


@pytest.fixture
def way(firm, cast):
    return Ladder(firm, cast)
