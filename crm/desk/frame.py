"""What stands around every page: menu, doors, banners, the person's preferences."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from crm.core.settings import Settings
from crm.permissions import Permission

MENU = (
    ("desk.home", lambda: _("Today"), "house", None),
    ("desk.enterprises", lambda: _("Enterprises"), "building-2", Permission.ENTERPRISE_VIEW),
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
    "sign_in": "accounts.sign_in",
    "sign_out": "accounts.sign_out",
    "preferences": "accounts.preferences",
}


def install(app: Flask) -> None:
    app.context_processor(surroundings)
    app.jinja_env.globals["may"] = lambda permission: current_user.is_authenticated and current_user.may(permission)


def surroundings() -> dict[str, Any]:
    settings: Settings = current_app.extensions["commissioner"]
    known = current_app.view_functions
    context: dict[str, Any] = {
        "doors": {name: url_for(endpoint) for name, endpoint in DOORS.items() if endpoint in known},
        "locale": str(get_locale()),
        "banners": ["demo"] if settings.env == "demo" else [],
        "prefs": {"theme": "auto", "text_size": "standard", "shortcuts": True},
    }
    if not current_user.is_authenticated:
        return context
    kept = {p.key: p.value for p in current_user.preferences}
    context["prefs"].update({key: kept[key] for key in context["prefs"] if key in kept})
    return {**context, "me": current_user, "menu": menu()}


def menu() -> list[tuple[str, str, str, bool, Any]]:
    here = request.endpoint or ""
    return [
        (endpoint, label(), icon, here == endpoint, None)
        for endpoint, label, icon, permission in MENU
        if endpoint in current_app.view_functions and (permission is None or current_user.may(permission))
    ]
