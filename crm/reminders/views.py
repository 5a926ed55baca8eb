"""The notices of one person. Opening changes nothing; reading is said by a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from crm.accounts import everyone, signed_in
from crm.core.db import db, writing
from crm.core.forms import ButtonForm
from crm.core.typed import id_from
from crm.core.web import go, page
from crm.core.words import Say
from crm.reminders import queries, services
from crm.reminders.kind import KINDS, Line, gone, lines
from crm.reminders.models import Reminder

bp = Blueprint("reminders", __name__)
SHOWN = 100


@dataclass(frozen=True)
class Notice:
    reminder: Reminder
    line: Line
    label: Say
    why: Say
    is_settled: bool


@bp.get("/notices")
@everyone
def centre() -> ResponseReturnValue:
    me = signed_in()
    rows = db.session.scalars(queries.of(me).limit(SHOWN)).all()
    return page("reminders/centre.html", notices=_notices(rows), unread_here=queries.unread(me), button=ButtonForm())


@bp.post("/notices/read")
@everyone
def read() -> ResponseReturnValue:
    """Mark one notice (`id`) or all as read."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        services.mark_read(by=signed_in(), only=id_from(request.form.get("id")))
    return go("reminders.centre")


def _notices(rows: Sequence[Reminder]) -> list[Notice]:
    words, settled = lines(rows), gone(rows)
    return [
        Notice(row, words[row.id], KINDS[row.kind].label, KINDS[row.kind].why, row.id in settled)
        for row in rows
        if row.id in words
    ]
