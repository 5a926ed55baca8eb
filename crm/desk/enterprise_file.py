"""The enterprise file (一企一档): everything known about one firm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, bindparam, select
from sqlalchemy.orm import aliased
from werkzeug.exceptions import NotFound

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, read
from crm.core.forms import ButtonForm
from crm.core.web import address, door, go, page, told
from crm.core.words import _, say
from crm.cultivation import rising, showing
from crm.desk import enterprise_tabs as tabs
from crm.desk.views import bp
from crm.enterprises import contacts, serving_queries
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import stands_for
from crm.enterprises.seen import load_seen
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission
from crm.visits.models import Visit, VisitState

ASKED = (
    Permission.ENTERPRISE_EDIT, Permission.CONTACT_DIRECT, Permission.ASSIGN_FIRST, Permission.ASSIGN,
    Permission.ASSIGN_BY_DOCUMENT, Permission.MERGE_PROPOSE, Permission.HISTORY_VIEW, Permission.ENTERPRISE_CREATE,
    Permission.STAND_IN, Permission.TRACK_RESTRICTED, Permission.TRACK_RECORD, Permission.TRACK_CONFIRM,
    Permission.FIGURES_VIEW, Permission.FIGURES_ENTER,
)  # fmt: skip
OPEN_ITEMS = 5


@dataclass(frozen=True)
class File:
    """What every tab of the file shows at its head."""

    enterprise: Any
    """A row of the register; see `load_seen`."""
    rights: frozenset[Permission]
    contacts: Sequence[Any]
    serving: serving_queries.Now
    followups: Sequence[Any]
    """Rows of id, text, due_on, owner."""
    last_visitor: str | None
    """Who paid the last visit."""
    marks: Sequence[showing.Mark] = ()
    """Where it stands on its tracks, as far as the reader may see them."""
    rung: Any = None
    """How far up the ladder, as far as the reader may know."""

    @property
    def is_direct(self) -> bool:
        """May the person see and call the contacts without a click that is recorded?"""
        return Permission.CONTACT_DIRECT in self.rights

    def may(self, permission: Permission) -> bool:
        return permission in self.rights


@bp.get("/enterprises/<int:enterprise_id>")
@requires(Permission.ENTERPRISE_VIEW)
def enterprise(enterprise_id: int) -> ResponseReturnValue:
    me = signed_in()
    try:
        file = open_file(enterprise_id, me)
    except NotFound:
        return _where_it_went(enterprise_id, me)
    known = tabs.of(file)
    tab = request.args.get("tab", "")
    tab = tab if tab in known else next(iter(known))
    return page(
        f"desk/file/{tab}.html",
        file=file,
        enterprise=file.enterprise,
        tabs=[(address("desk.enterprise", enterprise_id=enterprise_id, tab=key), word, key == tab, n)
              for key, (word, n) in known.items()],
        acts=acts(file),
        marks=rising.besides(file.marks),
        strip=rising.strip(file.marks),
        rung=file.rung,
        button=None if file.is_direct and tab == "timeline" else ButtonForm(),
        **tabs.contents(tab, file, request.args),
    )  # fmt: skip


def _where_it_went(enterprise_id: int, me: User) -> ResponseReturnValue:
    """To the entry into which this one was merged, for those who may see that one; else 404."""
    gone = db.session.get(Enterprise, enterprise_id)
    if gone is None or gone.merged_into_id is None:
        abort(404)
    heir, _rights = load_seen(stands_for(gone).id, me, (Permission.ENTERPRISE_VIEW,))
    told(say("This entry was merged into %(name)s", name=heir.name))
    return go("desk.enterprise", enterprise_id=heir.id)


def open_file(enterprise_id: int, me: User) -> File:
    """The firm with what stands at the head of its file, or 404."""
    found, rights = load_seen(enterprise_id, me, ASKED)
    items = read(_open_items(), {"firm": found.id}).all()
    marks, rung = showing.standing(found.id, restricted=Permission.TRACK_RESTRICTED in rights)
    return File(
        enterprise=found,
        rights=rights,
        contacts=contacts.told_beside(items[0].people),
        serving=serving_queries.now(found),
        followups=[item for item in items if item.id is not None],
        last_visitor=items[0].last_visitor,
        marks=marks,
        rung=rung,
    )


@cache
def _open_items() -> Select[*tuple[Any, ...]]:
    """Built once: what is open at `firm`, beside it who paid its last visit and its contacts; one row without an item
    where nothing is open."""
    author = aliased(User)
    last = (Visit.enterprise_id == Enterprise.id, Visit.visited_on == Enterprise.last_visit_on)
    visitor = (
        select(author.name)
        .join(Visit, Visit.author_id == author.id)
        .where(*last, Visit.state.not_in((VisitState.PLANNED, VisitState.VOIDED)), Visit.counts)
    )
    visitor = visitor.order_by(Visit.id.desc()).limit(1).correlate(Enterprise)
    shown = (Followup.id, Followup.text, Followup.due_on, User.name.label("owner"))
    is_open = and_(Followup.enterprise_id == Enterprise.id, Followup.state == FollowupState.OPEN)
    people = contacts.beside(bindparam("firm")).label("people")
    query = select(*shown, visitor.scalar_subquery().label("last_visitor"), people).select_from(Enterprise)
    query = query.outerjoin(Followup, is_open).outerjoin(User, User.id == Followup.owner_id)
    query = query.where(Enterprise.id == bindparam("firm"))
    return query.order_by(Followup.due_on, Followup.id).limit(OPEN_ITEMS)


def acts(file: File) -> list[tuple[str, str]]:
    """The menu of what else can be done with this firm: (label, url)."""
    firm, found = file.enterprise, []

    def offer(permission: Permission, label: str, endpoint: str) -> None:
        if file.may(permission):
            found.append((label, address(endpoint, enterprise_id=firm.id)))

    if firm.standing == "active":
        if file.may(Permission.ENTERPRISE_EDIT):
            found.append((_("New follow-up"), f"{door('desk.new_followup')}?enterprise={firm.id}"))
        if file.serving.commissioner is None:
            offer(Permission.ASSIGN_FIRST, _("Assign a commissioner"), "handover.assign")
        else:
            offer(Permission.ASSIGN_BY_DOCUMENT, _("Hand over"), "handover.hand_over")
        offer(Permission.ASSIGN_BY_DOCUMENT, _("Liaison leader"), "attached.leader")
        offer(Permission.ASSIGN_BY_DOCUMENT, _("Responsible section"), "attached.section")
        offer(Permission.ENTERPRISE_EDIT, _("Set the tier"), "tiers.set_tier")
        offer(Permission.ENTERPRISE_EDIT, _("Moved out or deregistered"), "desk.leave")
    else:
        offer(Permission.ENTERPRISE_EDIT, _("Back in the zone"), "desk.come_back")
    found.append((_("Visit slip"), f"{door('desk.visit_slips')}?id={firm.id}"))
    offer(Permission.MERGE_PROPOSE, _("Propose to merge"), "enterprises.propose_merge")
    return found


def due_in(day: Any) -> int | None:
    return (day - clock.today()).days if day else None
