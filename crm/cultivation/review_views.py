"""Reviewing one track: the line, the day of the next look, what was decided."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select

from crm.accounts import User, requires, signed_in
from crm.core.db import db, read, writing
from crm.core.errors import RuleBroken
from crm.core.web import go, page, told
from crm.core.words import _, say
from crm.cultivation import reviewing
from crm.cultivation.models import Track
from crm.cultivation.plan_forms import ReviewForm
from crm.cultivation.plan_models import TrackOutlook
from crm.cultivation.plan_views import back_to, open_track
from crm.cultivation.reviewing import Decided
from crm.cultivation.rules import lanes
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.views import bp
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.followups.models import Followup, FollowupState
from crm.permissions import Permission

REVIEWED = say("Reviewed")
MOST = 5


@bp.route("/tracks/<int:track_id>/review", methods=["GET", "POST"])
@requires(Permission.TRACK_CONFIRM)
def review(track_id: int) -> ResponseReturnValue:
    track, enterprise = open_track(track_id, signed_in(), Permission.TRACK_CONFIRM)
    form, back = review_form(enterprise, signed_in()), back_to(enterprise.id)
    if form.validate_on_submit() and reviewed(track, form, signed_in()):
        return go(back)
    return page("cultivation/review.html", form, back=back, walk=None, **shown(track, enterprise))


def review_form(enterprise: Enterprise, me: User) -> ReviewForm:
    """What was decided is done by the commissioner, or by oneself."""
    form, serving = ReviewForm(), commissioner_of(enterprise.id)
    people = {person.id: person.name for person in (*([serving.commissioner] if serving else []), me)}
    form.owner.choices = [(str(person_id), name) for person_id, name in people.items()]
    return form


def reviewed(track: Track, form: ReviewForm, me: User) -> bool:
    """The act; False leaves the words of what was refused on the form."""
    decided = None
    if form.text.data:
        decided = Decided(form.text.data, form.due_on.data, db.session.get(User, int(form.owner.data)))
    with form.showing(RuleBroken), writing():
        reviewing.review(track, remark=form.remark.data or "", next_on=form.next_on.data, decided=decided, by=me)
        told(REVIEWED)
        return True
    return False


def shown(track: Track, enterprise: Enterprise) -> dict[str, Any]:
    """What stands beside the form: where the track is, its plan, the last reviews, what is open at the enterprise."""
    kind = ladder().kinds[track.kind]
    state = kind.states[track.state]
    serving = commissioner_of(enterprise.id)
    open_items = select(Followup.id, Followup.text, Followup.due_on).where(
        Followup.enterprise_id == enterprise.id, Followup.state == FollowupState.OPEN
    )
    return {
        "track": track, "enterprise": enterprise, "kind": kind, "state": state,
        "after": lanes.next_step(kind, state), "outlook": db.session.get(TrackOutlook, track.id),
        "reviews": db.session.scalars(reviewing.reviews_of(track.id).limit(MOST)).all(),
        "items": read(open_items.order_by(Followup.due_on, Followup.id).limit(MOST)).all(),
        "commissioner": serving.commissioner.name if serving else _("Nobody yet"),
    }  # fmt: skip
