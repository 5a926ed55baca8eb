"""The register: enterprises, their names, contacts, extra fields, presence in the zone, and search keys."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Unit
from crm.core import clock
from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import EnumText, Id, UtcDateTime, Yuan, ordered


class Standing(StrEnum):
    """Where an enterprise stands towards the zone; a merged one lives on in another."""

    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    DEREGISTERED = "deregistered"
    MERGED = "merged"


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


LIVE = text("standing = 'active'")
GONE = text("standing <> 'active'")
STAYS, LEFT = text("until_on IS NULL"), text("until_on IS NOT NULL")


class Enterprise(Timestamped, db.Model):
    """One firm. `credit_code` is None for a provisional firm (待补信用代码), which is matched by `name_key`.

    `unit_id` is the responsible unit (scope, figures, escalation), `territory_id` the park or sub-district.
    Derived columns (`last_visit_on` … `open_followups`) are written by Core UPDATE and can be recomputed.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    name_key: Mapped[str] = mapped_column(String(160))
    short_name: Mapped[str] = mapped_column(String(60), default="")
    sort_key: Mapped[str] = mapped_column(ordered(240), default="")
    standing: Mapped[Standing] = mapped_column(EnumText(Standing), default=Standing.ACTIVE)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    section_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    tier: Mapped[str | None] = mapped_column(String(8))
    address: Mapped[str] = mapped_column(String(240), default="")
    legal_representative: Mapped[str] = mapped_column(String(80), default="")
    industry: Mapped[str] = mapped_column(String(80), default="")
    founded_on: Mapped[date | None]
    founded_precision: Mapped[Precision | None] = mapped_column(EnumText(Precision))
    registered_capital: Mapped[int | None] = mapped_column(Yuan)
    capital_currency: Mapped[str] = mapped_column(String(3), default="CNY")
    capital_is_approximate: Mapped[bool] = mapped_column(default=False)
    employees: Mapped[int | None]
    stock_code: Mapped[str] = mapped_column(String(12), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    last_visit_on: Mapped[date | None]
    last_contact_on: Mapped[date | None]
    next_visit_due_on: Mapped[date | None]
    open_followups: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    territory: Mapped[Unit | None] = relationship(foreign_keys=[territory_id])
    section: Mapped[Unit | None] = relationship(foreign_keys=[section_id])
    contacts: Mapped[list[Contact]] = relationship(
        back_populates="enterprise", order_by="Contact.is_primary.desc(), Contact.id"
    )
    names: Mapped[list[EnterpriseName]] = relationship(order_by="EnterpriseName.id")

    __table_args__ = (
        CheckConstraint("(standing = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        CheckConstraint("credit_code IS NULL OR length(credit_code) = 18", name="credit_code_is_18"),
        CheckConstraint("(founded_on IS NULL) = (founded_precision IS NULL)", name="founded_with_precision"),
        CheckConstraint("length(name) > 0 AND length(name_key) > 0", name="named"),
        Index(
            "uq_enterprise_provisional_name",
            "name_key",
            unique=True,
            sqlite_where=text("credit_code IS NULL AND standing <> 'merged'"),
            postgresql_where=text("credit_code IS NULL AND standing <> 'merged'"),
        ),
        Index("ix_enterprise_name_key", "name_key"),
        Index("ix_enterprise_live_sort", "sort_key", "id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_enterprise_live_tier", "tier", "sort_key", "id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_enterprise_live_last_visit", "last_visit_on", "id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_enterprise_live_next_due", "next_visit_due_on", "id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_enterprise_live_created", "created_at", "id", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_enterprise_gone", "standing", sqlite_where=GONE, postgresql_where=GONE),
        {"sqlite_autoincrement": True},
    )

    @property
    def is_provisional(self) -> bool:
        return self.credit_code is None

    @property
    def called(self) -> str:
        """How people call it: the short name, else the name."""
        return self.short_name or self.name


class EnterpriseName(db.Model):
    """Another name the enterprise is found by: former (曾用名) or an alias somebody added."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    name_key: Mapped[str] = mapped_column(String(160), index=True)
    kind: Mapped[str] = mapped_column(String(10), default="former")
    until: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("kind IN ('former', 'alias')", name="kind_known"),
        UniqueConstraint("enterprise_id", "name_key"),
        {"sqlite_autoincrement": True},
    )


class Contact(Timestamped, db.Model):
    """A person at the firm: personal data, shown to the commissioner, masked for others."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    note: Mapped[str] = mapped_column(String(240), default="")
    is_primary: Mapped[bool] = mapped_column(default=False)
    removed_on: Mapped[date | None]

    enterprise: Mapped[Enterprise] = relationship(back_populates="contacts")

    __table_args__ = (
        Index(
            "uq_contact_one_primary",
            "enterprise_id",
            unique=True,
            sqlite_where=text("is_primary = 1 AND removed_on IS NULL"),
            postgresql_where=text("is_primary AND removed_on IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class ExtraField(db.Model):
    """A column the bureau keeps of its own: text, number, date, choice, or phone numbers, masked as contacts' are."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    label: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(10), default="text")
    choices: Mapped[str] = mapped_column(Text, default="")
    sort: Mapped[int] = mapped_column(default=0)
    retired_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("kind IN ('text', 'number', 'date', 'choice', 'phone')", name="kind_known"),
        {"sqlite_autoincrement": True},
    )


class ExtraValue(db.Model):
    """What an enterprise has in one of the bureau's own columns."""

    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("extra_field.id"), primary_key=True)
    value: Mapped[str] = mapped_column(Text)

    __table_args__ = (Index("ix_extra_value_field_id_value", "field_id", "value"),)


class Presence(db.Model):
    """When the firm is in the zone: [from, until); at most one open period."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(240), default="")

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="until_after_from"),
        Index("uq_presence_open", "enterprise_id", unique=True, sqlite_where=STAYS, postgresql_where=STAYS),
        Index("ix_presence_from_on", "from_on"),
        Index("ix_presence_until_on", "until_on", "enterprise_id", sqlite_where=LEFT, postgresql_where=LEFT),
        {"sqlite_autoincrement": True},
    )


class SearchGram(db.Model):
    """Two neighbouring characters of a name, former name, short name or contact: the text index on both databases."""

    gram: Mapped[str] = mapped_column(ordered(4), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)

    __table_args__ = (Index("ix_search_gram_enterprise_id", "enterprise_id"), {"sqlite_with_rowid": False})


class SearchKey(db.Model):
    """A pinyin spelling, initials, a code or, marked as such, a phone, forwards and backwards: searched by prefix."""

    key: Mapped[str] = mapped_column(ordered(80), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)

    __table_args__ = (Index("ix_search_key_enterprise_id", "enterprise_id"), {"sqlite_with_rowid": False})


class NearKey(db.Model):
    """Keys by which near names find each other without a scan (see `names.near_keys`)."""

    key: Mapped[str] = mapped_column(ordered(160), primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), primary_key=True)

    __table_args__ = (Index("ix_near_key_enterprise_id", "enterprise_id"), {"sqlite_with_rowid": False})


class Merge(db.Model):
    """A proposal that two entries are one firm; another person confirms; undo within 24 hours."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kept_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    moved: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (
        CheckConstraint("kept_id <> gone_id", name="two_firms"),
        CheckConstraint("state IN ('proposed', 'done', 'declined', 'undone')", name="state_known"),
        CheckConstraint("(decided_at IS NULL) = (state = 'proposed')", name="decided_with_state"),
        {"sqlite_autoincrement": True},
    )
