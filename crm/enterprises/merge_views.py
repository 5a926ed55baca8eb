"""Proposing a merge, confirming or declining it, taking it back."""

from __future__ import annotations

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import or_, select

from crm.accounts import User, requires, signed_in
from crm.accounts.access import must_be_confirmed
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import say
from crm.enterprises import linked, merging, near, search
from crm.enterprises.facts import FACTS, read, shown
from crm.enterprises.forms import ProposeMergeForm
from crm.enterprises.models import Enterprise, Merge, Standing
from crm.enterprises.queries import load, may, within
from crm.permissions import Permission

MOST_FOUND = 12


def install(bp: Blueprint) -> None:
    """Hang these pages on the room's blueprint."""
    both = ["GET", "POST"]
    bp.add_url_rule("/enterprises/<int:enterprise_id>/merge", "propose_merge", propose_merge, methods=both)
    bp.add_url_rule("/merges", "merges", merges)
    bp.add_url_rule("/merges/<int:merge_id>", "merge", merge, methods=both)
    bp.add_url_rule("/merges/<int:merge_id>/decline", "decline_merge", decline_merge, methods=["POST"])
    bp.add_url_rule("/merges/<int:merge_id>/undo", "undo_merge", undo_merge, methods=["POST"])


@requires(Permission.MERGE_PROPOSE)
def propose_merge(enterprise_id: int) -> ResponseReturnValue:
    """Choose the other entry, found by a near name or by search, and say which of the two stays."""
    me = signed_in()
    firm = load(enterprise_id, me, Permission.MERGE_PROPOSE)
    found = _candidates(firm, me, request.args.get("q", "").strip())
    form = ProposeMergeForm(kept="this")
    form.other.choices = [(str(o.id), f"{o.name} · {o.credit_code or say('Code missing')}") for o in found]
    form.kept.choices = [("this", say("This entry: %(name)s", name=firm.name)), ("other", say("The other entry"))]
    if form.validate_on_submit():
        other = load(int(form.other.data), me, Permission.MERGE_PROPOSE)
        with form.showing(RuleBroken), writing():
            kept, gone = (firm, other) if form.kept.data == "this" else (other, firm)
            made = merging.propose(kept, gone, reason=form.reason.data or "", by=me)
            told(say("Proposed; another person confirms it"))
            return go("enterprises.merge", merge_id=made.id)
    return page("enterprises/propose_merge.html", form, enterprise=firm, found=found, q=request.args.get("q", ""))


def _candidates(firm: Enterprise, me: User, query: str) -> list[Enterprise]:
    clauses = [Enterprise.standing != Standing.MERGED, Enterprise.id != firm.id, within(me, Permission.MERGE_PROPOSE)]
    if query:
        ids = search.first_ids(query, me, clauses, MOST_FOUND)
    else:
        ids = [hint.id for hint in near.hints(me, name=firm.name, but=firm.id)]
    rows = select(Enterprise).where(Enterprise.id.in_(ids), *clauses).order_by(Enterprise.sort_key, Enterprise.id)
    return list(db.session.scalars(rows))


@requires(Permission.MERGE_PROPOSE, Permission.MERGE_CONFIRM)
def merges() -> ResponseReturnValue:
    """What waits, and what was decided lately."""
    me = signed_in()
    seen = select(Enterprise.id).where(within(me, Permission.ENTERPRISE_VIEW))
    query = select(Merge).where(or_(Merge.kept_id.in_(seen), Merge.gone_id.in_(seen)))
    rows = db.session.scalars(query.order_by(Merge.state != "proposed", Merge.id.desc()).limit(100)).all()
    ids = {row_id for row in rows for row_id in (row.kept_id, row.gone_id)}
    names = dict(db.session.execute(select(Enterprise.id, Enterprise.name).where(Enterprise.id.in_(ids))).all())
    return page("enterprises/merges.html", rows=rows, names=names)


@requires(Permission.MERGE_PROPOSE, Permission.MERGE_CONFIRM)
def merge(merge_id: int) -> ResponseReturnValue:
    """The check page: both entries side by side, what would move, and the button for whoever may confirm."""
    me, form = signed_in(), ButtonForm()
    row, kept, gone = _load(merge_id, me)
    if form.validate_on_submit():
        _must(me, Permission.MERGE_CONFIRM, kept, gone)
        must_be_confirmed(me)
        with form.showing(RuleBroken), writing():
            merging.confirm(row, by=me)
            told(say("Merged: everything of %(name)s is here now", name=gone.name))
            return go("desk.enterprise", enterprise_id=kept.id)
    may_confirm = row.state == "proposed" and all(may(me, Permission.MERGE_CONFIRM, firm) for firm in (kept, gone))
    return page(
        "enterprises/merge.html", form, row=row, kept=kept, gone=gone, facts=_side_by_side(kept, gone),
        counts=linked.counts(gone.id), may_confirm=may_confirm, is_mine=row.proposed_by_id == me.id,
        may_undo=merging.can_be_undone(row) and may(me, Permission.MERGE_CONFIRM, kept),
        until=row.decided_at and row.decided_at + merging.UNDO_WITHIN,
    )  # fmt: skip


@requires(Permission.MERGE_PROPOSE, Permission.MERGE_CONFIRM)
def decline_merge(merge_id: int) -> ResponseReturnValue:
    """By whoever may confirm it; whoever proposed it may take it back himself."""
    me = signed_in()
    row, kept, gone = _load(merge_id, me)
    is_mine = row.proposed_by_id == me.id
    _must(me, Permission.MERGE_PROPOSE if is_mine else Permission.MERGE_CONFIRM, kept, gone)
    _pressed()
    with writing():
        merging.decline(row, by=me)
        told(say("The proposal is withdrawn") if is_mine else say("The proposal is declined"))
    return go("enterprises.merges")


@requires(Permission.MERGE_CONFIRM, confirmed=True)
def undo_merge(merge_id: int) -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    row, kept, _ = _load(merge_id, me)
    _must(me, Permission.MERGE_CONFIRM, kept)
    _pressed()
    with form.showing(RuleBroken), writing():
        merging.undo(row, by=me)
        told(say("The merge is taken back"))
        return go("enterprises.merge", merge_id=row.id)
    return page("enterprises/merge_refused.html", form, row=row)


def _load(merge_id: int, me: User) -> tuple[Merge, Enterprise, Enterprise]:
    """The proposal and its two entries, or 404 unless the person sees one of them."""
    row = db.session.get(Merge, merge_id) or abort(404)
    kept, gone = db.session.get_one(Enterprise, row.kept_id), db.session.get_one(Enterprise, row.gone_id)
    if not (may(me, Permission.ENTERPRISE_VIEW, kept) and (may(me, Permission.ENTERPRISE_VIEW, gone) or _is_done(row))):
        abort(404)
    return row, kept, gone


def _is_done(row: Merge) -> bool:
    return row.state == "done"


def _must(me: User, permission: Permission, *firms: Enterprise) -> None:
    if not all(may(me, permission, firm) for firm in firms):
        abort(403)


def _pressed() -> None:
    if not ButtonForm().validate_on_submit():
        abort(400)


def _side_by_side(kept: Enterprise, gone: Enterprise) -> list[tuple[str, str, str]]:
    """(label, kept, gone) of facts that either entry has."""
    one, other = read(kept), read(gone)
    rows = [(str(fact.label), shown(key, one[key]), shown(key, other[key])) for key, fact in FACTS.items()]
    return [row for row in rows if row[1] or row[2]]
