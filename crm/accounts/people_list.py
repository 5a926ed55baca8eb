"""The list of people: columns, filters, what can be done with the ticked ones."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from crm.accounts import invitations
from crm.accounts.access_models import Invitation
from crm.accounts.labels import duty_words
from crm.accounts.models import Post, Unit, User
from crm.accounts.people_forms import PeopleFilters
from crm.accounts.queries import below, people_clause, units_of, without_access
from crm.core import clock
from crm.core.db import db
from crm.core.list_files import files
from crm.core.lists import Act, Badge, Column, Empty, Listing
from crm.core.typed import id_from
from crm.core.words import _
from crm.permissions import POSTS, Permission, Role


def listing(me: User, args: MultiDict[str, str]) -> Listing:
    """The people this user may see, as the URL asks for them."""
    invited: dict[int, Invitation] = {}
    made = _frame(me, args, invited)
    made.take(chosen(me, args))
    made.exports = files(made, "desk.export_people")
    invited.update(invitations.open_for([row.id for row in made.rows]))
    if me.may(Permission.INVITE):
        made.bulk = [Act(_("Give access"), url_for("accounts.invite_many"), "key-round")]
    if me.may(Permission.PEOPLE_EDIT):
        made.tools = [Act(_("Add a person"), url_for("accounts.add_person"), "plus", primary=True)]
    made.empty = Empty(_("Nobody here yet"), _("People are added here, or come with the roster."))
    return made


def _frame(me: User, args: MultiDict[str, str], invited: dict[int, Invitation]) -> Listing:
    filters = PeopleFilters(units_of(me, Permission.PEOPLE_VIEW), args)
    return Listing(
        "people", _("People"), _columns(invited), args=args, sort="unit", tie=User.id, filters=filters,
        href=lambda row: url_for("accounts.person", person_id=row.id),
        mark=lambda row: "" if row.active else "muted",
    )  # fmt: skip


def all_chosen(me: User, args: MultiDict[str, str]) -> Select[User]:
    """Every page of the list at once, in its order: what its file holds."""
    return chosen(me, args).order_by(None).order_by(*_frame(me, args, {}).order())


def chosen(me: User, args: MultiDict[str, str]) -> Select[User]:
    """The filters of the URL as one statement, within what `me` may see."""
    query = select(User).join(Unit, Unit.id == User.unit_id).where(people_clause(me, Permission.PEOPLE_VIEW))
    query = query.options(joinedload(User.unit), selectinload(User.posts).joinedload(Post.unit))
    return query.where(*_searched(args.get("q", "").strip()), *_in_unit(args.get("unit", "")),
                       _shown(args.get("show", "")), *_with_role(args.get("role", "")))  # fmt: skip


def _searched(text: str) -> list[ColumnElement[bool]]:
    if not text:
        return []
    like = [column.contains(text, autoescape=True) for column in (User.name, User.mobile, User.staff_no)]
    by_letters = [column.startswith(text.lower(), autoescape=True) for column in (User.name_pinyin, User.email)]
    return [or_(*like, *by_letters)]


def _in_unit(unit_id: str) -> list[ColumnElement[bool]]:
    unit = db.session.get(Unit, number) if (number := id_from(unit_id)) else None
    return [User.unit_id.in_(below(unit))] if unit else []


def _shown(show: str) -> ColumnElement[bool]:
    shown: dict[str, ColumnElement[bool]] = {
        "no-access": without_access(),
        "no-email": User.active.is_(True) & User.email.is_(None),
        "inactive": User.active.is_(False),
        "all": User.id.is_not(None),
    }
    return shown.get(show, User.active.is_(True))


def _with_role(role: str) -> list[ColumnElement[bool]]:
    if role not in POSTS:
        return []
    today = clock.today()
    held = select(Post.user_id).where(
        Post.role == Role(role), Post.since <= today, or_(Post.until.is_(None), Post.until > today)
    )
    return [User.id.in_(held)]


def _columns(invited: dict[int, Invitation]) -> list[Column]:
    by_unit = (Unit.sort, Unit.id, User.sort, User.name_pinyin)
    return [
        Column("name", _("Full name"), "link", order=(User.name_pinyin, User.name)),
        Column("unit", _("Unit"), value=lambda row: row.unit.name, order=by_unit, phone=True),
        Column("title", _("Position")),
        Column("duties", _("Duties"), "badge", value=duties, phone=True),
        Column("mobile", _("Mobile number"), "phone"),
        Column("staff_no", _("Staff number"), optional=True),
        Column("email", _("E-mail"), optional=True),
        Column("access", _("Account"), "badge", value=lambda row: access(row, invited.get(row.id)), phone=True),
    ]


def duties(person: User) -> Sequence[Badge] | None:
    """Today's duties in a word each, the unit as explanation; None without any."""
    today = clock.today()
    return [Badge("neutral", duty_words(p), p.unit.name) for p in person.posts if p.holds_on(today)] or None


def access(person: User, invitation: Invitation | None) -> Badge | None:
    if not person.active:
        return Badge("neutral", _("Deactivated"))
    if person.password_hash is not None:
        return Badge("good", _("Account open"))
    if invitation is not None:
        until = clock.local(invitation.expires_at).date()
        return Badge("soon", _("Invited"), _("The code is good until %(day)s", day=until))
    return Badge("neutral", _("No account yet"))
