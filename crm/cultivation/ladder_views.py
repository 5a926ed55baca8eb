"""The ladder as it stands in its files: a readable page a kind of track, with its graph."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from crm.accounts import everyone
from crm.core.web import page
from crm.cultivation.rules.graph import HEIGHT, drawn
from crm.cultivation.rules.ladder import ladder

bp = Blueprint("ladder", __name__)


@bp.get("/ladder")
@everyone
def first() -> ResponseReturnValue:
    return _kind(next(iter(ladder().kinds)))


@bp.get("/ladder/<track_kind>")
@everyone
def of_kind(track_kind: str) -> ResponseReturnValue:
    return _kind(track_kind)


def _kind(code: str) -> ResponseReturnValue:
    kind = ladder().kinds.get(code) or abort(404)
    named: dict[str, Any] = {
        name: {each.code: each for each in getattr(ladder(), name)} for name in ("grades", "rungs", "figures")
    }
    named |= {"kinds": list(ladder().kinds.values()), "box_height": HEIGHT}
    return page("cultivation/ladder.html", kind=kind, drawing=drawn(kind), **named)
