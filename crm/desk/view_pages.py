"""Pages of saved views: keep the present filters, rename, share, delete."""

from __future__ import annotations

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired, Length

from crm.accounts import User, everyone, saved_views, signed_in
from crm.accounts.models import SavedView, Unit
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm, Form, TextLine
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.desk.views import bp

LISTINGS = {"enterprises": "desk.enterprises", "visits": "desk.visits", "followups": "followups.followups",
            "tracks": "cultivation.all_tracks"}  # fmt: skip
"""Lists whose filters can be kept, and their pages."""


class ViewForm(Form):
    name = TextLine(_l("Name of the view"), [DataRequired(), Length(max=60)])
    unit = SelectField(_l("Who sees it"), validate_choice=True)
    listing = HiddenField()
    query = HiddenField()

    def offer(self, user: User) -> None:
        """Only me, or a unit whose members see it too."""
        units = db.session.execute(select(Unit.id, Unit.name).where(saved_views.shareable(user)).order_by(Unit.path))
        shared = [(str(row.id), _("Everybody in %(unit)s", unit=row.name)) for row in units]
        self.unit.choices = [("", _("Only me")), *shared]

    @property
    def shared_with(self) -> Unit | None:
        return db.session.get(Unit, int(self.unit.data)) if self.unit.data else None


@bp.route("/views/new", methods=["GET", "POST"])
@everyone
def save_view() -> ResponseReturnValue:
    me, form = signed_in(), ViewForm()
    form.offer(me)
    if form.validate_on_submit() and form.listing.data in LISTINGS:
        with form.showing(RuleBroken), writing():
            view = saved_views.save(
                listing=form.listing.data, name=form.name.data or "", query=form.query.data or "",
                unit=form.shared_with, by=me,
            )  # fmt: skip
            told(say("The view %(name)s is kept", name=form.name.data))
            return _open(view)
    if not form.is_submitted():
        form.listing.data, form.query.data = request.args.get("listing", ""), request.args.get("query", "")
    if form.listing.data not in LISTINGS:
        abort(404)
    return page("desk/view.html", form, view=None, title=_("Save as a view"))


@bp.route("/views/<int:view_id>", methods=["GET", "POST"])
@everyone
def edit_view(view_id: int) -> ResponseReturnValue:
    me = signed_in()
    view = saved_views.own(me, view_id) or abort(404)
    form = ViewForm()
    form.offer(me)
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            saved_views.change(view, name=form.name.data or "", unit=form.shared_with, by=me)
            told(say("Saved"))
            return _open(view)
    if not form.is_submitted():
        form.name.data, form.unit.data = view.name, str(view.unit_id or "")
    return page("desk/view.html", form, view=view, title=_("Change the view"), button=ButtonForm(formdata=None))


@bp.post("/views/<int:view_id>/delete")
@everyone
def delete_view(view_id: int) -> ResponseReturnValue:
    me = signed_in()
    view: SavedView = saved_views.own(me, view_id) or abort(404)
    if not ButtonForm().validate_on_submit():
        abort(400)
    with writing():
        saved_views.delete(view, by=me)
        told(say("The view %(name)s is deleted", name=view.name))
    return go(LISTINGS[view.listing])


def _open(view: SavedView) -> ResponseReturnValue:
    """The list as the view keeps it, and the view named: another tab may keep the same filters."""
    return go(f"{url_for(LISTINGS[view.listing])}?{view.query}{'&' if view.query else ''}view={view.id}")
