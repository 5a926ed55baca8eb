"""How far my work is: the page asks again by itself until it is done. Here since `jobs` lies left of `accounts`."""

from __future__ import annotations

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue

from crm.accounts import everyone, signed_in
from crm.core.db import db
from crm.core.web import go, page
from crm.jobs import registry
from crm.jobs.models import Job, JobState
from crm.permissions import Permission

bp = Blueprint("jobs", __name__)


@bp.get("/jobs/<int:job_id>")
@everyone
def progress(job_id: int) -> ResponseReturnValue:
    """Only its owner or an administrator finds it; when it is done, on to where its kind leads."""
    me, job = signed_in(), db.session.get(Job, job_id)
    if job is None or not (job.by_id == me.id or me.may(Permission.SETTINGS)):
        abort(404)
    kind = registry.KINDS.get(job.kind)
    onward = None
    if job.state == JobState.DONE and kind and kind.then:
        endpoint, values = kind.then(job)
        if not kind.gives_file:
            return go(endpoint, **values)
        onward = url_for(endpoint, **values)
    return page("jobs/progress.html", job=job, label=kind.label if kind else registry.BACKGROUND, onward=onward)
