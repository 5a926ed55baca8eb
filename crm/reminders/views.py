"""The notices of one person. Opening changes nothing; reading is said by a button."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from crm.accounts import User, everyone, requires, signed_in
from crm.core import clock, shown
from crm.core.db import writing
from crm.core.forms import ButtonForm
from crm.core.lists import Column, Listing
from crm.core.typed import id_from
from crm.core.web import go, page
from crm.core.words import Say, _, is_english, say
from crm.permissions import Permission
from crm.reminders import queries, services
from crm.reminders.kind import KINDS, Kind, Line, gone
from crm.reminders.models import Reminder
from crm.reminders.readable import lines_for

bp = Blueprint("reminders", __name__)


@dataclass(frozen=True)
class Notice:
    reminder: Reminder
    line: Line
    label: Say
    why: Say
    is_settled: bool
    is_unread: bool
    """The bell counts it, so it can be marked as read."""


@bp.get("/notices")
@everyone
def centre() -> ResponseReturnValue:
    """By day, the newest first, page by page; `kind` narrows it."""
    me, kind = signed_in(), _kind(request.args.get("kind"))
    newest = Column("at", say("Day"), order=(Reminder.planned_at,))
    listing = Listing("notices", say("Notices"), [newest], sort="-at", tie=Reminder.id).take(queries.of(me, kind))
    return page(
        "reminders/centre.html", days=_by_day(_notices(me, listing.rows)), kind=kind, counts=_counts(me),
        listing=listing, unread_here=queries.unread(me), button=ButtonForm(), paper=me.may(Permission.ASSIGN_FIRST),
    )  # fmt: skip


def _kind(text: str | None) -> str:
    return text if text in KINDS else ""


@bp.get("/notices/today")
@requires(Permission.ASSIGN_FIRST)
def today() -> ResponseReturnValue:
    """On paper: who of my unit has how much today, for those whom no mail reaches; and as text for the group."""
    me, day = signed_in(), clock.today()
    people = queries.of_unit(me, day)
    kinds = {name: kind for name, kind in KINDS.items() if any(name in person.counts for person in people)}
    return page("reminders/today.html", people=people, kinds=kinds, day=day, group_text=_for_the_group(people, day))


def _for_the_group(people: Sequence[queries.Told], on: date) -> str:
    """A line for each person: who has how much of what."""
    lines = [_("%(name)s: %(counts)s", name=person.name, counts=_counted(person.counts)) for person in people]
    head = _("Reminders of %(day)s:", day=shown.day(on))
    return "\n".join((head, *lines, _("Details stand in the app under Notices.")))


def _counted(counts: dict[str, int]) -> str:
    known = [f"{KINDS[name].label} {n}" for name, n in counts.items() if name in KINDS]
    return (", " if is_english() else "、").join(known)


@bp.post("/notices/read")
@everyone
def read() -> ResponseReturnValue:
    """Mark one notice (`id`) or all as read; back to the page they stood on."""
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        services.mark_read(by=signed_in(), only=id_from(request.form.get("id")))
    stood = {"kind": _kind(request.form.get("kind")), "page": id_from(request.form.get("page"))}
    stood["size"] = id_from(request.form.get("size"))
    return go("reminders.centre", **{key: value for key, value in stood.items() if value})


def _counts(me: User) -> list[tuple[Kind, int]]:
    """Each kind this person has notices of, with how many are unread."""
    known = queries.by_kind(me)
    return [(kind, known[name]) for name, kind in KINDS.items() if name in known]


def _by_day(notices: list[Notice]) -> list[tuple[date, list[Notice]]]:
    days: dict[date, list[Notice]] = {}
    for notice in notices:
        days.setdefault(clock.local(notice.reminder.planned_at).date(), []).append(notice)
    return sorted(days.items(), reverse=True)


def _notices(me: User, rows: Sequence[Reminder]) -> list[Notice]:
    words, settled, unread = lines_for(me, rows), gone(rows), queries.unread_among([row.id for row in rows])
    return [
        Notice(row, words[row.id], KINDS[row.kind].label, KINDS[row.kind].why, row.id in settled, row.id in unread)
        for row in rows
        if row.id in words
    ]
