"""A list of many rows as a file: the address offers it, a button starts the work, and the file waits for its owner."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for
from flask.typing import ResponseReturnValue

from crm import jobs
from crm.accounts import User
from crm.core.db import writing
from crm.core.forms import ButtonForm
from crm.core.web import go, page
from crm.core.words import Say


def asked() -> str:
    """The filters of the address as one line."""
    return urlencode(list(request.args.items(multi=True)))


def later(
    me: User, kind: str, *, file: str, title: Say, rows: int, back: str, is_more: bool = False
) -> ResponseReturnValue:
    """The offer, or after its button the progress of the job `kind`. `file` is xlsx or csv, `back` the list's endpoint.

    Rows may have come or gone until the job runs: `rows` is what the list has now, or with `is_more` fewer than it has.
    """
    form = ButtonForm()
    if form.validate_on_submit():
        with writing():
            job = jobs.submit(kind, {"user": me.id, "query": asked(), "format": file}, by=me)
        return go("jobs.progress", job_id=job.id)
    query = [(key, value) for key, value in request.args.items(multi=True) if key != "format"]
    cancel_to = f"{url_for(back)}?{urlencode(query)}" if query else url_for(back)
    return page("desk/export_later.html", form, heading=title, rows=rows, is_more=is_more, cancel_to=cancel_to)
