"""Giving access to many people at once: who can get a code from whom, and in which way."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.datastructures import MultiDict

from crm import outbox
from crm.accounts import invitations, people_list
from crm.accounts.access_models import Invitation
from crm.accounts.models import Post, User
from crm.accounts.queries import people_clause
from crm.accounts.rules import invite_obstacle
from crm.core import clock
from crm.core.db import db
from crm.core.errors import RuleBroken
from crm.core.settings import Settings
from crm.core.typed import ids_from
from crm.core.words import Say
from crm.permissions import Permission, Role

AT_ONCE = 500


@dataclass(frozen=True)
class Invitee:
    """A person to be invited; `obstacle` says why he cannot be."""

    person: User
    obstacle: Say | None


def chosen(me: User, args: MultiDict[str, str]) -> list[Invitee]:
    """The ticked people (`id=1&id=2`), or all of the list as filtered (`all=1`); people out of reach are absent."""
    if args.get("all"):
        query = people_list.chosen(me, args)
    else:
        ids = ids_from(args.getlist("id"))
        query = select(User).where(User.id.in_(ids))
    query = query.where(people_clause(me, Permission.INVITE))
    query = query.options(joinedload(User.unit), selectinload(User.posts).joinedload(Post.unit))
    people = db.session.scalars(query.order_by(User.unit_id, User.sort, User.name_pinyin, User.id).limit(AT_ONCE))
    return [Invitee(person, obstacle(me, person)) for person in people]


def obstacle(me: User, person: User) -> Say | None:
    """Why `me`, who is in charge of this person's unit, may not give him a code."""
    today = clock.today()
    return invite_obstacle(
        is_administrator=any(p.role == Role.ADMINISTRATOR and p.holds_on(today) for p in me.posts),
        is_active=person.active,
        has_password=person.password_hash is not None,
        roles={p.role for p in person.posts if p.until is None or p.until > today},
        name=person.name,
    )


def invite(people: list[User], *, by_mail: bool, by: User) -> tuple[list[Invitation], int]:
    """Give each a new code: those with an address by mail when asked, all others on a slip.

    Returns the invitations to print and the number of mails.
    """
    slips: list[Invitation] = []
    mails = 0
    for person in sorted(people, key=lambda p: p.id):
        if broken := obstacle(by, person):
            raise RuleBroken(broken)
        made = invitations.make(person, by=by)
        if by_mail and person.email:
            outbox.post(f"invitation|{made.id}", to=person, template="invitation", params={"invitation": made.id})
            mails += 1
        else:
            slips.append(made)
    return slips, mails


def printable(me: User, ids: list[int]) -> list[Invitation]:
    """Of these invitations those that `me` made and that can still be used."""
    query = select(Invitation).where(Invitation.id.in_(ids), Invitation.by_id == me.id, Invitation.purpose == "invite")
    query = query.options(joinedload(Invitation.user).joinedload(User.unit))
    return [found for found in db.session.scalars(query.order_by(Invitation.id)) if invitations.is_usable(found)]


def has_mail() -> bool:
    settings: Settings = current_app.extensions["commissioner"]
    return bool(settings.smtp_url)
