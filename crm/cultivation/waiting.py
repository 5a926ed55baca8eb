"""Steps that wait for a word, and those that one person both proposed and confirmed."""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Select, and_, func, select
from werkzeug.datastructures import MultiDict

from crm.accounts.models import User
from crm.core.lists import Act, Badge, Column, Empty, Listing, View
from crm.core.words import _, say
from crm.cultivation.models import Track, TrackEvent, TrackProposal
from crm.cultivation.queries import proposals_seen_beside, seen_by
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.words import kind_word, state_word
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import within
from crm.permissions import Permission

DECIDE, MINE, ALL = "decide", "mine", "all"


def clause(user: User, of: str) -> ColumnElement[bool]:
    """Waiting steps this user may see: those he may confirm, those he proposed, or all of them; for statements that
    join the enterprise."""
    is_known = (TrackProposal.outcome == "waiting", TrackProposal.kind.in_(ladder().kinds))
    waits = and_(*is_known, proposals_seen_beside(user))
    if of == DECIDE:
        of_others = TrackProposal.proposed_by_id != user.id
        return and_(waits, of_others, within(user, Permission.TRACK_CONFIRM))
    return and_(waits, TrackProposal.proposed_by_id == user.id) if of == MINE else waits


def confirmable(user: User) -> ColumnElement[bool]:
    """What waits for this person's word; his own steps wait for another's."""
    return clause(user, DECIDE)


def how_many(user: User) -> Any:
    """The number of it, as part of a statement."""
    firm = Enterprise.id == TrackProposal.enterprise_id
    return (
        select(func.count())
        .select_from(TrackProposal)
        .join(Enterprise, firm)
        .where(confirmable(user))
        .scalar_subquery()
    )


def rows() -> Select[*tuple[Any, ...]]:
    """What list and bulk page show of a waiting step; one statement."""
    p = TrackProposal
    shown = (
        p.id, p.kind, p.state, p.happened_on, p.document_no, p.grade, p.proposed_at, p.enterprise_id, p.proposed_by_id,
        User.name.label("proposer"), Enterprise.name.label("firm"), Enterprise.short_name,
    )  # fmt: skip
    return select(*shown).join(Enterprise, Enterprise.id == p.enterprise_id).join(User, User.id == p.proposed_by_id)


def listing(me: User, args: MultiDict[str, str]) -> Listing:
    decides = me.may(Permission.TRACK_CONFIRM)
    of = args.get("of") or (DECIDE if decides else MINE)
    made = Listing(
        "steps", say("Steps that wait for confirmation"), _columns(), args=args, path=url_for("track_steps.waiting"),
        sort="since", tie=TrackProposal.id, href=lambda row: url_for("cultivation.decide", proposal_id=row.id),
    )  # fmt: skip
    made.take(rows().where(clause(me, of)))
    tabs = [(DECIDE, _("For me to decide"))] if decides else []
    tabs += [(MINE, _("Proposed by me")), (ALL, _("Everything I may see"))]
    made.views = [View(label, url_for("track_steps.waiting", of=key), active=key == of) for key, label in tabs]
    if decides:
        made.bulk = [Act(_("Confirm"), url_for("track_steps.confirm_many"), "check")]
    made.empty = Empty(_("Nothing waits for confirmation"), done=True)
    return made


def _columns() -> list[Column]:
    return [
        Column("step", say("Step"), "link", value=lambda r: f"{kind_word(r.kind)} · {state_word(r.state)}"),
        Column("firm", say("Enterprise"), order=(Enterprise.sort_key,), phone=True,
               value=lambda r: r.short_name or r.firm),
        Column("on", say("Day of the step"), "day", order=(TrackProposal.happened_on,), phone=True,
               value=lambda r: r.happened_on),
        Column("grade", say("Evidence"), value=lambda r: grade_word(r.grade)),
        Column("number", say("Document number"), phone=True, value=lambda r: r.document_no),
        Column("proposer", say("Proposed by"), value=lambda r: r.proposer, order=(User.name_pinyin,), phone=True),
        Column("since", say("Waiting since"), "instant", value=lambda r: r.proposed_at,
               order=(TrackProposal.proposed_at,)),
    ]  # fmt: skip


def grade_word(code: str) -> str:
    return str(next((each for each in ladder().grades if each.code == code), code))


def alone(me: User, args: MultiDict[str, str]) -> Listing:
    """Steps that one person both proposed and confirmed, with his reason."""
    e = TrackEvent
    shown = (
        e.id, e.state, e.happened_on, e.at, e.confirmed_by_name, e.alone_because, Track.kind, Track.enterprise_id,
        Enterprise.name.label("firm"), Enterprise.short_name,
    )  # fmt: skip
    query: Any = (
        select(*shown).join(Track, Track.id == e.track_id).join(Enterprise, Enterprise.id == Track.enterprise_id)
    )
    made = Listing(
        "alone", say("Steps confirmed by their proposer"), _alone_columns(), args=args,
        path=url_for("track_steps.alone"), sort="-at", tie=e.id,
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.enterprise_id, tab="tracks"),
    )  # fmt: skip
    made.take(query.where(e.alone_because != "", seen_by(me)))
    made.empty = Empty(_("Nobody has confirmed a step of his own"), done=True)
    return made


def _alone_columns() -> list[Column]:
    return [
        Column("step", say("Step"), "link", value=lambda r: f"{kind_word(r.kind)} · {state_word(r.state)}"),
        Column("firm", say("Enterprise"), order=(Enterprise.sort_key,), phone=True,
               value=lambda r: r.short_name or r.firm),
        Column("on", say("Day of the step"), "day", order=(TrackEvent.happened_on,), value=lambda r: r.happened_on),
        Column("who", say("Confirmed by"), kind="badge", phone=True,
               value=lambda r: Badge("risk", r.confirmed_by_name)),
        Column("why", say("Reason"), width="wide", value=lambda r: r.alone_because, phone=True),
        Column("at", say("Confirmed at"), "instant", value=lambda r: r.at, order=(TrackEvent.at,)),
    ]  # fmt: skip
