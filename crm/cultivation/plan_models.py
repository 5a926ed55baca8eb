"""What is expected of open tracks, what was said when they were reviewed, and the rung of each enterprise."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.core import clock
from crm.core.db import db
from crm.core.types import Id, UtcDateTime


class TrackPlan(db.Model):
    """The whole plan of a track from a moment on; insert-only, a change is a further row with its reason.

    `state` is the step the track was in; `next_on` the day expected for the one after it, `goal_on` for quotation or
    listing; `blocked_by` whose move it is.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"))
    seq: Mapped[int]
    state: Mapped[str] = mapped_column(String(24))
    next_on: Mapped[date | None]
    goal_on: Mapped[date | None]
    goal_class: Mapped[str] = mapped_column(String(12), default="")
    blocker: Mapped[str] = mapped_column(String(240), default="")
    blocked_by: Mapped[str] = mapped_column(String(12), default="")
    reason: Mapped[str] = mapped_column(String(240), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (
        UniqueConstraint("track_id", "seq"),
        CheckConstraint("seq = 1 OR reason <> ''", name="changed_with_reason"),
        CheckConstraint("(blocker = '') = (blocked_by = '')", name="blocked_by_somebody"),
        {"sqlite_autoincrement": True},
    )


class TrackReview(db.Model):
    """Somebody looked at a track and said one line; insert-only. `followup_id` is what was decided."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), index=True)
    state: Mapped[str] = mapped_column(String(24))
    reviewed_on: Mapped[date]
    remark: Mapped[str] = mapped_column(Text)
    next_on: Mapped[date | None]
    followup_id: Mapped[int | None] = mapped_column(ForeignKey("followup.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    by_id: Mapped[int | None] = mapped_column(Id)
    by_name: Mapped[str] = mapped_column(String(80))

    __table_args__ = (CheckConstraint("remark <> ''", name="with_words"), {"sqlite_autoincrement": True})


class TrackOutlook(db.Model):
    """Derived: the newest plan and the last review of a track, and how often and how far its days were put off.

    `next_on` is gone once a step was taken: it was the day expected for that one.
    """

    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), primary_key=True, autoincrement=False)
    next_on: Mapped[date | None]
    goal_on: Mapped[date | None]
    goal_class: Mapped[str] = mapped_column(String(12), default="")
    blocker: Mapped[str] = mapped_column(String(240), default="")
    blocked_by: Mapped[str] = mapped_column(String(12), default="")
    slips: Mapped[int] = mapped_column(default=0)
    slipped_days: Mapped[int] = mapped_column(default=0)
    reviewed_on: Mapped[date | None]
    review_next_on: Mapped[date | None]

    __table_args__ = (Index("ix_track_outlook_goal_class", "goal_class"), Index("ix_track_outlook_goal_on", "goal_on"))


class EnterpriseRung(db.Model):
    """Derived: how far up the ladder an enterprise is, by all its tracks and by those that are public.

    A rung without a track is ""; an enterprise that is on none has no row.
    """

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True, autoincrement=False)
    rung: Mapped[str] = mapped_column(String(12))
    public_rung: Mapped[str] = mapped_column(String(12), default="")

    __table_args__ = (
        CheckConstraint("rung <> ''", name="on_a_rung"),
        Index("ix_enterprise_rung_rung", "rung"),
        Index("ix_enterprise_rung_public_rung", "public_rung"),
    )
