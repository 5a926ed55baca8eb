"""Is the process up, can it use the database, does the scheduler breathe?"""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from crm.accounts import public
from crm.core import clock, schema
from crm.core.db import db
from crm.jobs.models import Heartbeat

bp = Blueprint("health", __name__)
SILENT_AFTER = timedelta(minutes=2)


@bp.get("/healthz")
@public
def healthz() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """200 when the database answers at the newest migration; `?with=scheduler` also wants a fresh heartbeat."""
    try:
        checks = {"database": db.session.execute(select(1)).scalar() == 1, "migrations": schema.is_current()}
        if request.args.get("with") == "scheduler":
            checks["scheduler"] = not scheduler_is_silent()
    except SQLAlchemyError as error:
        current_app.logger.warning("readyz: %s", error.__class__.__name__)
        checks = {"database": False}
    ready = all(checks.values())
    return jsonify(status="ok" if ready else "unready", **checks), 200 if ready else 503


def scheduler_is_silent() -> bool:
    newest = db.session.scalar(select(func.max(Heartbeat.at)))
    return newest is None or clock.real_now() - newest > SILENT_AFTER
