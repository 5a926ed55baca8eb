"""The administrator's pages: how the installation is, its backups, the bureau's settings."""

from __future__ import annotations

import platform
import sqlite3
from typing import Any

from flask import Blueprint, abort, current_app
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm import jobs
from crm.accounts import requires, signed_in, suggestions
from crm.core import clock, schema
from crm.core.bureau import REGISTRY, bureau, set_bureau
from crm.core.db import db, writing
from crm.core.forms import ButtonForm
from crm.core.settings import Settings
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.jobs.models import Heartbeat
from crm.ops import backup, doctor
from crm.ops.health import SILENT_AFTER
from crm.ops.settings_form import settings_form
from crm.permissions import Permission
from crm.timeline import record

bp = Blueprint("ops", __name__)


@bp.get("/admin/system")
@requires(Permission.SYSTEM_VIEW)
def system() -> ResponseReturnValue:
    """Doctor's findings, scheduler, backups, versions, on one page."""
    beats = list(db.session.scalars(select(Heartbeat).order_by(Heartbeat.at.desc()).limit(5)))
    living = [beat for beat in beats if clock.real_now() - beat.at < SILENT_AFTER]
    copies = backup.copies()[:20]
    return page(
        "ops/system.html", findings=doctor.examine(), beats=living or beats[:1], copies=copies, facts=_facts(),
        age=_age(copies[0]) if copies else None, suggestions=suggestions.waiting(),
    )  # fmt: skip


def _age(newest: backup.Copy) -> Say:
    hours = int((clock.real_now() - newest.made_at).total_seconds() // 3600)
    if hours < 1:
        return say("The newest is less than an hour old.")
    return (
        say("The newest is %(n)s h old.", n=hours)
        if hours < 48
        else say("The newest is %(n)s days old.", n=hours // 24)
    )


def _facts() -> list[tuple[Any, Any]]:
    settings: Settings = current_app.extensions["commissioner"]
    engine = db.engine.dialect.name
    version = (
        sqlite3.sqlite_version
        if engine == "sqlite"
        else ".".join(map(str, db.engine.dialect.server_version_info or ()))
    )
    return [
        (say("Public address"), settings.public_url),
        (say("Database"), f"{engine} {version}"),
        (say("Version of the tables"), schema.current()),
        (say("Data directory"), settings.data_dir),
        (say("Python"), platform.python_version()),
    ]


@bp.post("/admin/system/backup")
@requires(Permission.SETTINGS)
def back_up_now() -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    if not form.validate_on_submit():
        abort(400)
    with writing():
        job = jobs.submit("backup", {}, by=me)
        record(None, "backup.ordered", by=me)
    return go("jobs.progress", job_id=job.id)


@bp.route("/admin/settings", methods=["GET", "POST"])
@requires(Permission.SETTINGS, confirmed=True)
def settings() -> ResponseReturnValue:
    """The bureau's settings, drawn from the registry; each change is dated and recorded."""
    me, form = signed_in(), settings_form()
    if form.validate_on_submit() and _fits(form):
        with writing():
            changed = _save(form, me)
        told(say("%(n)s settings changed", n=changed) if changed else say("Nothing was changed"))
        return go("ops.settings")
    return page("ops/settings.html", form)


def _fits(form: Any) -> bool:
    """Do the values fit each other?"""
    if form.load_warn.data > form.load_limit.data:
        form.refuse(say("The warning comes before the refusal: at most %(n)s", n=form.load_limit.data), "load_warn")
    return not form.is_refused


def _save(form: Any, me: Any) -> int:
    changed = 0
    for key in REGISTRY:
        before, after = bureau(key), form[key].data
        after = after if after is not None else REGISTRY[key].default
        if str(before) != str(after):
            set_bureau(key, str(after) if not isinstance(after, (int, bool)) else after, by_id=me.id, by_name=me.name)
            record(None, "setting.changed", by=me, key=key, before=before, after=str(after))
            changed += 1
    return changed
