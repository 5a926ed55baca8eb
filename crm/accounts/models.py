"""Units, people, their posts, and what they keep for themselves."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, cast

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.core import clock
from crm.core.db import db
from crm.core.models import Timestamped
from crm.core.types import EnumText, Id, Json, UtcDateTime, ordered
from crm.permissions import WHO_MAY, Domain, Permission, Role, Scope, carries


class UnitKind(StrEnum):
    ROOT = "root"
    BUREAU = "bureau"
    SECTION = "section"
    DEPARTMENT = "department"
    TERRITORY = "territory"


class Unit(Timestamped, db.Model):
    """A node of the unit tree: bureau, section, department, park or sub-district.

    `path` is "/1/4/9/": every id from the root to the unit itself, so that a subtree is one prefix.
    """

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[UnitKind] = mapped_column(EnumText(UnitKind))
    path: Mapped[str] = mapped_column(String(200), default="", index=True)
    sort: Mapped[int] = mapped_column(default=0)
    is_offline: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    parent: Mapped[Unit | None] = relationship(remote_side=[id])

    __table_args__ = (
        Index(
            "uq_unit_one_root",
            "kind",
            unique=True,
            sqlite_where=text("kind = 'root'"),
            postgresql_where=text("kind = 'root'"),
        ),
        UniqueConstraint("parent_id", "name"),
        {"sqlite_autoincrement": True},
    )


NOTHING: dict[Permission, bool] = {}


class User(Timestamped, db.Model):
    """An official. Sign-in names are all optional; without a password there is no access."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_pinyin: Mapped[str] = mapped_column(ordered(160), default="")
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(80), default="")
    mobile: Mapped[str | None] = mapped_column(String(20), unique=True)
    staff_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    deactivated_on: Mapped[date | None]
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship()
    posts: Mapped[list[Post]] = relationship(back_populates="user", order_by="Post.id")
    preferences: Mapped[list[Preference]] = relationship()

    __table_args__ = (
        CheckConstraint("active = (deactivated_on IS NULL)", name="deactivated_with_day"),
        Index("ix_user_name", "name"),
        {"sqlite_autoincrement": True},
    )

    session_token = ""
    sign_in = cast("Any", None)
    answers: ClassVar[dict[Permission, bool]] = NOTHING
    """What `may` said in this request, once the session is loaded: a page asks twenty times."""
    signs_as: ClassVar[dict[str, Any]] = {}
    """Id and name as the session was loaded with them: what the record says of who acts."""
    beside: ClassVar[dict[str, Any]] = {}
    """What `sessions.tell_beside` added, as it was when the session was loaded."""
    is_authenticated = True
    is_anonymous = False
    if TYPE_CHECKING:
        serves: ClassVar[Any]
        """Whether this person serves or leads an enterprise today: a column the register adds."""

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session token, never the person's id."""
        return self.session_token

    def preference(self, key: str, default: Any = None) -> Any:
        return next((p.value for p in self.preferences if p.key == key), default)

    @property
    def language(self) -> str | None:
        return self.preference("language")

    @property
    def unit_name(self) -> str:
        return self.unit.name

    @property
    def label(self) -> str:
        """Tells people of the same name apart."""
        return f"{self.name}（{self.unit.name}）"

    @property
    def has_access(self) -> bool:
        return self.active and self.password_hash is not None

    def grants(self, permission: Permission, today: date) -> list[tuple[Scope, Post | None]]:
        """Every way in which this person has a permission: a scope, and the post whose unit bounds it."""
        table = WHO_MAY[permission]
        posts = [p for p in self.posts if p.holds_on(today) and p.role in table]
        found: list[tuple[Scope, Post | None]] = [(table[p.role], p) for p in posts if carries(p.domain, permission)]
        if self.is_official(today):
            found += [(table[role], None) for role in (Role.SERVING, Role.OFFICIAL) if role in table]
        return found

    def is_official(self, today: date) -> bool:
        """Works with enterprises: everyone but those who only administer or audit and serve none."""
        roles = {p.role for p in self.posts if p.holds_on(today)}
        return not roles or bool(roles - {Role.ADMINISTRATOR, Role.AUDITOR}) or bool(self.serves)

    def may(self, permission: Permission) -> bool:
        known = self.answers.get(permission)
        if known is None:
            known = bool(self.grants(permission, clock.today()))
            if self.answers is not NOTHING:
                self.answers[permission] = known
        return known


class Post(db.Model):
    """A duty of a person over a unit's subtree, perhaps for one domain only, from a day until a day."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    domain: Mapped[Domain | None] = mapped_column(EnumText(Domain))
    since: Mapped[date]
    until: Mapped[date | None]

    user: Mapped[User] = relationship(back_populates="posts")
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="until_after_since"),
        CheckConstraint("role NOT IN ('serving', 'official')", name="serving_is_no_post"),
        {"sqlite_autoincrement": True},
    )

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)

    @property
    def holds_today(self) -> bool:
        return self.holds_on(clock.today())

    @property
    def is_over(self) -> bool:
        return self.until is not None and self.until <= clock.today()


class Preference(db.Model):
    """A person's own setting: language, theme, text size, shortcuts, drafts."""

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


class SavedView(db.Model):
    """A named query string of one list: private, or shared with everybody below a unit."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    listing: Mapped[str] = mapped_column(String(40))
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    __table_args__ = (UniqueConstraint("listing", "owner_id", "name"), {"sqlite_autoincrement": True})


class Suggestion(db.Model):
    """意见建议: what a user would like to be better, and the answer."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = ({"sqlite_autoincrement": True},)
