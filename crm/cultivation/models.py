"""Tracks of an enterprise: attempts, their events, steps waiting for a word, and the spans all figures count."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import EnumText, Id, Json, UtcDateTime
from crm.cultivation.rules.history import Sort

WAITING = text("outcome = 'waiting'")
ALONE = text("alone_because <> ''")
BROUGHT = text("sort = 'baseline' AND reason = 'moved_in'")
"""Baselines of firms that came into the zone with their track."""
IN_FIGURE = text("figure <> ''")


class Track(db.Model):
    """An attempt of an enterprise on one kind of the ladder. All but the first three repeat what the events amount to.

    An attempt whose events are all voided has no state. A restricted one is absent for those without the right.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    attempt: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(24), default="")
    board: Mapped[str] = mapped_column(String(12), default="")
    since_on: Mapped[date | None]
    is_open: Mapped[bool] = mapped_column(default=False)
    is_restricted: Mapped[bool] = mapped_column(default=True)
    last_seq: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        UniqueConstraint("enterprise_id", "kind", "attempt"),
        CheckConstraint("(state = '') = (since_on IS NULL)", name="state_with_day"),
        Index(
            "uq_track_one_open",
            "enterprise_id",
            "kind",
            unique=True,
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        Index("ix_track_kind_state", "kind", "state"),
        Index(
            "ix_track_open_state",
            "state",
            "since_on",
            "enterprise_id",
            "is_restricted",
            sqlite_where=text("is_open = 1"),
            postgresql_where=text("is_open"),
        ),
        {"sqlite_autoincrement": True},
    )


class TrackEvent(db.Model):
    """What happened on a track, by day and with its evidence; insert-only, corrected by further events.

    `reason`: of an ending step its sub-reason, of a baseline why it begins there, of a correction why. `wording` keeps
    the exchange's own words, `warnings` the soft guards that did not hold. People as id and name: events outlive them.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    seq: Mapped[int]
    sort: Mapped[Sort] = mapped_column(EnumText(Sort))
    state: Mapped[str] = mapped_column(String(24), default="")
    happened_on: Mapped[date | None]
    board: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(240), default="")
    corrects: Mapped[int | None]
    caused_by_id: Mapped[int | None] = mapped_column(ForeignKey("track_event.id"), index=True)
    grade: Mapped[str] = mapped_column(String(12), default="")
    document_no: Mapped[str] = mapped_column(String(120), default="")
    wording: Mapped[str] = mapped_column(String(240), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    told_by: Mapped[str | None] = mapped_column(String(80))
    told_on: Mapped[date | None]
    warnings: Mapped[Any] = mapped_column(Json, default=list)
    ladder: Mapped[str] = mapped_column(String(24))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    proposed_by_id: Mapped[int | None] = mapped_column(Id)
    proposed_by_name: Mapped[str] = mapped_column(String(80))
    confirmed_by_id: Mapped[int | None] = mapped_column(Id)
    confirmed_by_name: Mapped[str] = mapped_column(String(80), default="")
    alone_because: Mapped[str] = mapped_column(String(240), default="")

    __table_args__ = (
        UniqueConstraint("track_id", "seq"),
        CheckConstraint("seq > 0 AND (corrects IS NULL OR corrects < seq)", name="in_sequence"),
        CheckConstraint("(sort IN ('void', 'redate', 'restate')) = (corrects IS NOT NULL)", name="corrects_one"),
        CheckConstraint("(sort IN ('step', 'baseline', 'restate')) = (state <> '')", name="state_with_sort"),
        CheckConstraint("(sort IN ('step', 'baseline', 'redate')) = (happened_on IS NOT NULL)", name="day_with_sort"),
        CheckConstraint("sort = 'step' OR reason <> ''", name="reason_given"),
        Index("ix_track_event_alone", "id", sqlite_where=ALONE, postgresql_where=ALONE),
        Index("ix_track_event_brought", "track_id", "seq", sqlite_where=BROUGHT, postgresql_where=BROUGHT),
        {"sqlite_autoincrement": True},
    )


class TrackProposal(db.Model):
    """A step somebody wants to record and another person confirms; `seq` is its place in the history he looked at."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    attempt: Mapped[int]
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(24))
    happened_on: Mapped[date]
    board: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(240), default="")
    grade: Mapped[str] = mapped_column(String(12), default="")
    document_no: Mapped[str] = mapped_column(String(120), default="")
    wording: Mapped[str] = mapped_column(String(240), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    told_by: Mapped[str | None] = mapped_column(String(80))
    told_on: Mapped[date | None]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    outcome: Mapped[str] = mapped_column(String(12), default="waiting")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_because: Mapped[str] = mapped_column(String(240), default="")

    __table_args__ = (
        CheckConstraint("outcome IN ('waiting', 'confirmed', 'rejected', 'withdrawn')", name="outcome_known"),
        CheckConstraint("(decided_at IS NULL) = (outcome = 'waiting')", name="decided_with_outcome"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        Index(
            "uq_track_proposal_waiting",
            "enterprise_id",
            "kind",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        {"sqlite_autoincrement": True},
    )


class TrackSpan(db.Model):
    """An attempt was in a state on the days [from_on, until_on); made anew from the events by every act on the track.

    `figure` is the head figure it counts in; `is_new` and `is_last` mark where an uninterrupted run in it begins as new
    on its day, and where it ends.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(24))
    board: Mapped[str] = mapped_column(String(12), default="")
    figure: Mapped[str] = mapped_column(String(24), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    is_new: Mapped[bool] = mapped_column(default=False)
    is_last: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        UniqueConstraint("track_id", "seq"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index("ix_track_span_state_from_on", "state", "from_on"),
        Index(
            "ix_track_span_in_figure",
            "figure",
            "from_on",
            "until_on",
            "enterprise_id",
            "board",
            "track_id",
            "is_new",
            "is_last",
            sqlite_where=IN_FIGURE,
            postgresql_where=IN_FIGURE,
        ),
        {"sqlite_autoincrement": True},
    )
