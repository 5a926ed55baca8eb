"""Who works with an enterprise on a track: brokers and sponsors, auditors, lawyers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import Id

STILL = text("until_on IS NULL")


class Partner(Timestamped, db.Model):
    """A firm of intermediaries (中介机构); found again by its name without blanks and legal form."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(160))
    name_key: Mapped[str] = mapped_column(String(160), unique=True)

    __table_args__ = (
        CheckConstraint("length(name) > 0 AND length(name_key) > 0", name="named"),
        {"sqlite_autoincrement": True},
    )


class TrackPartner(Timestamped, db.Model):
    """A partner works on a track in a role on the days [since_on, until_on); an unknown first day is None."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    track_id: Mapped[int] = mapped_column(ForeignKey("track.id"), index=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    role: Mapped[str] = mapped_column(String(24))
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(240), default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    partner: Mapped[Partner] = relationship()

    __table_args__ = (
        CheckConstraint("role <> ''", name="role_given"),
        CheckConstraint("until_on IS NULL OR since_on IS NULL OR until_on >= since_on", name="until_after_since"),
        Index("uq_track_partner_once", "track_id", "partner_id", "role", unique=True, sqlite_where=STILL,
              postgresql_where=STILL),
        {"sqlite_autoincrement": True},
    )  # fmt: skip
