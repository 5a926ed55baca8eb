"""Partners of a track entered and ended; all partners, each with its firms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from wtforms import DateField, SearchField, SelectField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.filter_fields import Choice
from crm.core.forms import Form, TextLine
from crm.core.lists import Column, Empty, Listing
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.cultivation import partners
from crm.cultivation.models import Track
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.queries import seen_by
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.partners import Role, roles, roles_on
from crm.cultivation.views import bp
from crm.cultivation.words import kind_word, role_word, state_word
from crm.enterprises.grams import escaped
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import load
from crm.permissions import Permission

MOST_OFFERED = 300
ON_TRACK = Track.id == TrackPartner.track_id


class EngageForm(Form):
    role = SelectField(_l("Role of the partner"))
    name = TextLine(_l("Name of the firm"), [DataRequired(), Length(max=160)], render_kw={"list": "known-partners"})
    since_on = DateField(_l("Works on it since"), [Optional()])
    note = TextLine(_l("Note"), [Optional(), Length(max=240)])

    def __init__(self, offered: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [(role.code, str(role)) for role in offered]


class LeaveForm(Form):
    until_on = DateField(_l("Works on it until (that day not included)"), [InputRequired()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted():
            self.until_on.data = clock.today()


class FilterForm(PlainForm):
    q = SearchField(_l("Search"), render_kw={"placeholder": _l("Name, or part of it"), "maxlength": 64})
    role = Choice(_l("Role of the partner"))


@bp.route("/tracks/<int:track_id>/partners", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def track_partners(track_id: int) -> ResponseReturnValue:
    me = signed_in()
    track, enterprise = _track(track_id, me)
    form = EngageForm(roles_on(track.kind))
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            given = {"role": form.role.data, "since_on": form.since_on.data, "note": form.note.data or ""}
            partners.engage(track, form.name.data or "", **given, by=me)
            told(say("The partner is entered"))
            return go("cultivation.track_partners", track_id=track.id)
    rows = partners.of_tracks([track.id])[track.id]
    around: dict[str, Any] = {"kind": ladder().kinds[track.kind], "rows": rows, "known": _known(me)}
    return page("cultivation/track_partners.html", form, enterprise=enterprise, track=track, **around)


@bp.route("/track-partners/<int:row_id>/end", methods=["GET", "POST"])
@requires(Permission.TRACK_RECORD)
def end_partner(row_id: int) -> ResponseReturnValue:
    me, row = signed_in(), db.session.get(TrackPartner, row_id) or abort(404)
    track, enterprise = _track(row.track_id, me)
    form = LeaveForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            assert form.until_on.data is not None
            partners.leave(row, until_on=form.until_on.data, by=me)
            told(say("The partner works on it no longer"))
            return go("cultivation.track_partners", track_id=track.id)
    return page("cultivation/end_partner.html", form, row=row, enterprise=enterprise, track=track)


@bp.get("/partners")
@requires(Permission.ENTERPRISE_VIEW)
def all_partners() -> ResponseReturnValue:
    """Partners at work for firms whose tracks one may see, with how many firms."""
    me = signed_in()
    form = _filters()
    made = Listing(
        "partners", say("Partners"), _columns(), sort="-firms", tie=Partner.id, filters=form,
        href=lambda row: url_for("cultivation.one_partner", partner_id=row.id),
    )  # fmt: skip
    made.take(_with_firms(me, request.args.get("q", ""), request.args.get("role", "")))
    made.empty = Empty(_("No partners yet"), _("They are entered at the tracks of an enterprise."))
    return page("cultivation/partners.html", listing=made)


@bp.get("/partners/<int:partner_id>")
@requires(Permission.ENTERPRISE_VIEW)
def one_partner(partner_id: int) -> ResponseReturnValue:
    """The firms of a partner, those it has left too."""
    me = signed_in()
    rows = _engagements(me, partner_id)
    if db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) == 0:
        abort(404)
    partner = db.session.get_one(Partner, partner_id)
    made = Listing(
        "engagements", partner.name, _firm_columns(), sort="since_on", tie=TrackPartner.id,
        href=lambda row: url_for("desk.enterprise", enterprise_id=row.enterprise_id, tab="tracks"),
        mark=lambda row: "muted" if row.until_on else "",
    )  # fmt: skip
    return page("cultivation/partner.html", listing=made.take(rows), partner=partner)


def _track(track_id: int, me: User) -> tuple[Track, Enterprise]:
    known = select(Track).where(Track.id == track_id, Track.kind.in_(ladder().kinds), seen_by(me))
    track = db.session.scalar(known) or abort(404)
    return track, load(track.enterprise_id, me, Permission.TRACK_RECORD)


def _known(me: User) -> list[str]:
    """Names to choose from: partners of tracks this person sees."""
    query = select(Partner.name).join(TrackPartner, TrackPartner.partner_id == Partner.id)
    query = query.join(Track, ON_TRACK).where(seen_by(me)).distinct().order_by(Partner.name)
    return list(db.session.scalars(query.limit(MOST_OFFERED)))


def _filters() -> FilterForm:
    form = FilterForm(request.args)
    form.role.choices = [("", _("All")), *((role.code, str(role)) for role in roles().values())]
    return form


def _with_firms(me: User, text: str, role: str) -> Select[*tuple[Any, ...]]:
    firms = func.count(TrackPartner.enterprise_id.distinct()).label("firms")
    query = select(Partner.id, Partner.name, firms)
    query = query.join(TrackPartner, TrackPartner.partner_id == Partner.id)
    query = query.join(Track, ON_TRACK).where(seen_by(me)).where(TrackPartner.until_on.is_(None))
    if text.strip():
        query = query.where(Partner.name.like(f"%{escaped(text.strip()[:64])}%", escape="\\"))
    if role in roles():
        query = query.where(TrackPartner.role == role)
    return query.group_by(Partner.id, Partner.name)


def _columns() -> list[Column]:
    return [
        Column("name", say("Partner"), "link", order=(Partner.name,), width="wide"),
        Column("firms", say("Firms"), "number", order=(func.count(TrackPartner.enterprise_id.distinct()),), phone=True),
    ]


def _engagements(me: User, partner_id: int) -> Select[*tuple[Any, ...]]:
    row = TrackPartner
    shown = (row.id, row.enterprise_id, row.role, row.since_on, row.until_on, row.note, Track.kind, Track.state)
    query = select(*shown, Enterprise.name).join(Track, ON_TRACK).where(seen_by(me))
    return query.join(Enterprise, Enterprise.id == row.enterprise_id).where(row.partner_id == partner_id)


def _firm_columns() -> list[Column]:
    row = TrackPartner
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key,), width="wide"),
        Column(
            "role", say("Role of the partner"), value=lambda each: role_word(each.role), order=(row.role,), phone=True
        ),
        Column("kind", say("Track"), value=lambda each: kind_word(each.kind), order=(Track.kind,)),
        Column("state", say("Step"), value=lambda each: state_word(each.state) if each.state else None, phone=True),
        Column("since_on", say("From"), "day", order=(row.since_on,), nulls="first", phone=True),
        Column("until_on", say("Until"), "day", order=(row.until_on,), nulls="last"),
        Column("note", say("Note")),
    ]
