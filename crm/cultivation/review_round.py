"""A round of reviews: the tracks under the filters, one after another, with the one before and the next."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, and_, func, or_

from crm.accounts import User, requires, signed_in
from crm.core.db import read
from crm.core.lists import OF_THE_LIST
from crm.core.web import go, page, told
from crm.core.words import say
from crm.cultivation import board, board_filters
from crm.cultivation.models import Track
from crm.cultivation.plan_views import open_track
from crm.cultivation.review_views import review_form, reviewed, shown
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.views import bp
from crm.enterprises.models import Enterprise
from crm.permissions import Permission


class Walk(NamedTuple):
    """Addresses of the neighbours, None at the ends; how many there are to look at under these filters now."""

    before: str | None
    after: str | None
    left: int


@bp.get("/board/round")
@requires(Permission.TRACK_CONFIRM)
def begin_round() -> ResponseReturnValue:
    """To the first track under the filters."""
    first = _first(_chosen(signed_in()).order_by(Enterprise.sort_key, Track.id))
    if first is None:
        told(say("Nothing matches these filters"), kind="error")
        return go(_table())
    return go(_address(first))


@bp.route("/board/round/<int:track_id>", methods=["GET", "POST"])
@requires(Permission.TRACK_CONFIRM)
def review_in_round(track_id: int) -> ResponseReturnValue:
    me = signed_in()
    track, enterprise = open_track(track_id, me, Permission.TRACK_CONFIRM)
    form, walk = review_form(enterprise, me), _walk(me, track, enterprise)
    if form.validate_on_submit() and reviewed(track, form, me):
        return go(walk.after or _table())
    return page("cultivation/review.html", form, back=_table(), walk=walk, **shown(track, enterprise))


def _chosen(me: User, *more: Any) -> Select[Any]:
    where = [*board_filters.where(me, request.args, Permission.TRACK_CONFIRM), Track.state.in_(ladder().owner)]
    return board.tracks([*where, *more], Track.id)


def _walk(me: User, track: Track, enterprise: Enterprise) -> Walk:
    """By name: what has been reviewed may have left the filters and still has neighbours."""
    key, same = Enterprise.sort_key, Enterprise.sort_key == enterprise.sort_key
    later = or_(key > enterprise.sort_key, and_(same, Track.id > track.id))
    earlier = or_(key < enterprise.sort_key, and_(same, Track.id < track.id))
    after = _first(_chosen(me, later).order_by(key, Track.id))
    before = _first(_chosen(me, earlier).order_by(key.desc(), Track.id.desc()))
    left = int(read(_chosen(me).with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())
    return Walk(_address(before) if before else None, _address(after) if after else None, left)


def _first(query: Select[Any]) -> int | None:
    found: int | None = read(query.limit(1)).scalar()
    return found


def _filters() -> str:
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in OF_THE_LIST and v.strip()]
    return f"?{urlencode(kept)}" if kept else ""


def _address(track_id: int) -> str:
    return url_for("cultivation.review_in_round", track_id=track_id) + _filters()


def _table() -> str:
    return url_for("cultivation.tracks_table") + _filters()
