"""走访: a contact with an enterprise, planned, done or voided."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, false
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import EnumText, Id, UtcDateTime
from crm.enterprises.models import Contact, Enterprise
from crm.files.models import StoredFile

TYPED = sql("entered_by_id IS NOT NULL")


class VisitState(StrEnum):
    PLANNED = "planned"
    DONE = "done"
    VOIDED = "voided"


class Visit(Timestamped, db.Model):
    """One enterprise, one day, one kind. `author` made the visit, `entered_by_id` typed it (代录).

    `client_key` comes from the form, so that a form posted twenty times saves one visit.
    `counts` repeats whether its kind counted as a visit when it was recorded; `no_followup`: its author was asked
    whether a follow-up is needed, and said no.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    kind: Mapped[str] = mapped_column(String(20))
    counts: Mapped[bool]
    visited_on: Mapped[date]
    at_time: Mapped[time | None]
    state: Mapped[VisitState] = mapped_column(EnumText(VisitState), default=VisitState.DONE)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    met: Mapped[str] = mapped_column(String(160), default="")
    is_not_met: Mapped[bool] = mapped_column(default=False)
    text: Mapped[str] = mapped_column(Text, default="")
    group_key: Mapped[str | None] = mapped_column(String(40), index=True)
    client_key: Mapped[str] = mapped_column(String(40), unique=True)
    source: Mapped[str] = mapped_column(String(20), default="hand")
    no_followup: Mapped[bool] = mapped_column(default=False, server_default=false())
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(String(240), default="")
    version: Mapped[int] = mapped_column(default=1)

    enterprise: Mapped[Enterprise] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])
    contact: Mapped[Contact | None] = relationship()

    __table_args__ = (
        CheckConstraint("(voided_at IS NULL) = (state <> 'voided')", name="voided_with_state"),
        CheckConstraint(
            "state <> 'done' OR (length(text) > 0 AND (is_not_met OR length(met) > 0))", name="done_is_told"
        ),
        Index("ix_visit_enterprise_id_visited_on", "enterprise_id", "visited_on"),
        Index("ix_visit_author_id_visited_on", "author_id", "visited_on"),
        Index("ix_visit_visited_on", "visited_on", "id"),
        Index("ix_visit_state_visited_on", "state", "visited_on", "id"),
        Index("ix_visit_typed", "entered_by_id", "visited_on", sqlite_where=TYPED, postgresql_where=TYPED),
        {"sqlite_autoincrement": True},
    )


class VisitPerson(db.Model):
    """Who came along: 带队领导 or 同行, a person of the system or a name."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    part: Mapped[str] = mapped_column(String(12), default="companion")

    __table_args__ = (
        CheckConstraint("part IN ('leader', 'companion')", name="part_known"),
        {"sqlite_autoincrement": True},
    )


class VisitFile(db.Model):
    """A photo or paper of a visit, in the order they came."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)

    file: Mapped[StoredFile] = relationship()

    __table_args__ = ({"sqlite_autoincrement": True},)


class Policy(Timestamped, db.Model):
    """A policy that enterprises are told of, current until its last day."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(String(160))
    office: Mapped[str] = mapped_column(String(80), default="")
    link: Mapped[str] = mapped_column(String(400), default="")
    until_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = ({"sqlite_autoincrement": True},)


class VisitPolicy(db.Model):
    """The enterprise was told of this policy on that visit."""

    visit_id: Mapped[int] = mapped_column(ForeignKey("visit.id"), primary_key=True)
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy.id"), primary_key=True, index=True)
