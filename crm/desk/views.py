"""Home and what belongs to no single room."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.accounts import everyone
from crm.core.web import page

bp = Blueprint("desk", __name__)


@bp.get("/")
@everyone
def home() -> ResponseReturnValue:
    return page("desk/home.html")
