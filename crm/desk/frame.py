"""What stands around every page: menu, doors, banners, the person's preferences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, request
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from crm.accounts import User, sessions, signed_in
from crm.core import clock
from crm.core.db import db, read
from crm.core.settings import Settings
from crm.core.web import door
from crm.core.words import _
from crm.desk import manual
from crm.followups.models import Followup, FollowupState
from crm.jobs.models import Heartbeat
from crm.outbox.channel import TOLD_AFTER
from crm.outbox.models import Channel
from crm.permissions import Permission
from crm.reminders import queries as reminders
from crm.reminders.models import Reminder

SILENT_AFTER = timedelta(minutes=2)
JUMP_TOLD_FOR = timedelta(days=1)

MENU = (
    ("desk.home", lambda: _("Home"), "house", None),
    ("desk.todo", lambda: _("To do"), "list-todo", None),
    ("desk.calendar", lambda: _("Calendar"), "calendar-days", None),
    ("desk.enterprises", lambda: _("Enterprises"), "building-2", Permission.ENTERPRISE_VIEW),
    ("desk.visits", lambda: _("Visits"), "footprints", None),
    ("cultivation.all_tracks", lambda: _("Cultivation"), "layers", Permission.ENTERPRISE_VIEW),
    ("cultivation.head_figures", lambda: _("Head figures"), "activity", Permission.ENTERPRISE_VIEW),
    ("cultivation.yearly_lists", lambda: _("Yearly lists"), "scroll-text", Permission.ENTERPRISE_VIEW),
    ("handover.load_per_official", lambda: _("Workload"), "user-check", Permission.PEOPLE_VIEW),
    ("imports.runs", lambda: _("Import"), "upload", Permission.IMPORT),
    ("accounts.people", lambda: _("People"), "users", Permission.PEOPLE_VIEW),
    ("ops.system", lambda: _("System"), "shield", Permission.SYSTEM_VIEW),
)
DOORS = {
    "home": "desk.home",
    "enterprises": "desk.enterprises",
    "new_visit": "desk.new_visit",
    "todo": "desk.todo",
    "me": "accounts.me",
    "search": "desk.enterprises",
    "notices": "reminders.centre",
    "help": "desk.help",
    "suggest": "accounts.suggest",
    "sign_in": "accounts.sign_in",
    "sign_out": "accounts.sign_out",
    "preferences": "accounts.preferences",
}


def install(app: Flask) -> None:
    app.context_processor(surroundings)
    app.jinja_env.globals["door"] = door
    app.jinja_env.globals["may"] = lambda permission: current_user.is_authenticated and current_user.may(permission)


def surroundings() -> dict[str, Any]:
    """What the layout draws around a page; a page about a dead database goes without the person."""
    settings: Settings = current_app.extensions["commissioner"]
    context: dict[str, Any] = {
        "doors": _doors(request.script_root, len(current_app.view_functions)),
        "locale": str(settings.locale),
        "help_topic": manual.topic_of(request.endpoint),
        "banners": ["demo"] if settings.env == "demo" else [],
        "prefs": {"theme": "auto", "text_size": "standard", "shortcuts": True},
    }
    try:
        context["locale"] = str(get_locale())
        context |= _of_person(settings, context) if current_user.is_authenticated else {}
        return {**context, "frame_key": _frame_key(context)}
    except SQLAlchemyError:
        db.session.rollback()
        return context


@lru_cache(maxsize=16)
def _doors(_root: str, _pages: int) -> dict[str, str]:
    """Of the rooms that are open."""
    return {name: door(endpoint) for name, endpoint in DOORS.items() if endpoint in current_app.view_functions}


def _of_person(settings: Settings, context: dict[str, Any]) -> dict[str, Any]:
    me = signed_in()
    kept = {p.key: p.value for p in me.preferences}
    prefs = {key: kept.get(key, default) for key, default in context["prefs"].items()}
    counts = me.beside or _counted(me)
    banners = [*context["banners"], *_warnings(settings, counts, is_looking_after=me.may(Permission.SYSTEM_VIEW))]
    doors = {
        name: url for name, url in context["doors"].items() if name != "new_visit" or me.may(Permission.VISIT_RECORD)
    }
    return {
        "me": me,
        "doors": doors,
        "menu": menu(counts["todo"]),
        "prefs": prefs,
        "unread": counts["unread"],
        "todo_count": counts["todo"],
        "banners": banners,
    }


def _frame_key(context: dict[str, Any]) -> tuple[Any, ...]:
    """All that the menus of a person depend on; see `core.kept`."""
    me = context.get("me")
    person = (me.id, me.name, me.unit.name) if me else ()
    return (*person, *context["prefs"].values(), *context["doors"].values())


def _warnings(settings: Settings, counts: Mapping[str, Any], *, is_looking_after: bool) -> list[str]:
    """What people must know on every page; most of it only those who look after the machine."""
    found = []
    newest, jumped, paused, away = (counts[name] for name in ("alive", "jumped", "paused", "away"))
    if newest is None or clock.real_now() - newest > SILENT_AFTER:
        found.append("scheduler_silent" if is_looking_after else "work_waits")
    if not is_looking_after:
        return found
    if jumped is not None and clock.real_now() - jumped < JUMP_TOLD_FOR:
        found.append("clock_jumped")
    if settings.smtp_url and paused is not None:
        found.append("mail_paused")
    elif settings.smtp_url and away is not None and clock.now() - away >= TOLD_AFTER:
        found.append("mail_away")
    if settings.env == "production" and not settings.is_https:
        found.append("plain_http")
    return found


def _counts() -> dict[str, Any]:
    """Unread notices, open follow-ups due `today` or earlier; the newest sign of life, the last jump of the clock,
    since when mail is paused, since when the mail server is away."""
    unread = select(func.count()).select_from(Reminder).where(reminders.shown_to(User.id), reminders.is_unread())
    is_due = (Followup.owner_id == User.id, Followup.state == FollowupState.OPEN, Followup.due_on <= bindparam("today"))
    todo = select(func.count()).select_from(Followup).where(*is_due)
    machine = {"alive": Heartbeat.at, "jumped": Heartbeat.jumped_at}
    machine |= {"paused": Channel.paused_at, "away": Channel.trouble_since}
    newest = {name: select(func.max(column)) for name, column in machine.items()}
    return {name: each.scalar_subquery() for name, each in {"unread": unread, "todo": todo, **newest}.items()}


def _counted(me: User) -> dict[str, Any]:
    query = select(*(column.label(name) for name, column in _counts().items())).select_from(User)
    return dict(read(query.where(User.id == me.id), {"today": clock.today()}).mappings().one())


sessions.tell_beside(**_counts())


def menu(todo: int) -> tuple[tuple[str, str, str, str, Any], ...]:
    return tuple(
        (endpoint, label(), icon, _current(endpoint), (todo or None) if endpoint == "desk.todo" else None)
        for endpoint, label, icon, permission in MENU
        if endpoint in current_app.view_functions and (permission is None or current_user.may(permission))
    )


def _current(endpoint: str) -> str:
    """What `aria-current` says of this entry: "page" for the page itself, "true" for a page inside it, else nothing."""
    inside = f"{door(endpoint)}/".replace("//", " ")  # nothing is inside the first page
    return "page" if request.endpoint == endpoint else "true" if request.path.startswith(inside) else ""
