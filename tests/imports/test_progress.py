"""The page of a check under way never says that it failed while it succeeds."""

from __future__ import annotations

import threading
from contextlib import contextmanager

from sqlalchemy import event

from crm.core.db import db
from crm.imports.models import RunState
from crm.jobs import jobs
from tests.imports.conftest import SAMPLE
from tests.imports.wizard import last, upload


@contextmanager
def checked_meanwhile(app):
    """The background process does its work after the page has looked at the run, before it looks at the job."""
    begun, done = [], []

    def work():
        with app.app_context():
            done.append(jobs.work())

    def looked(_connection, _cursor, statement, *_more):
        if "FROM job" in statement and not begun:
            begun.append(threading.Thread(target=work))
            begun[0].start()
            begun[0].join()

    event.listen(db.engine, "before_cursor_execute", looked)
    yield
    event.remove(db.engine, "before_cursor_execute", looked)
    assert done == [1]


def test_a_check_that_ends_while_the_page_is_made_is_no_failure(page, cast, app):
    page.as_(cast.clerk)
    upload(page, SAMPLE).follow()
    page.submit(form="columns")

    with checked_meanwhile(app):
        page.open("imports.run", run_id=last().id)

    is_asking = [box for box in page.all("div", id="progress") if box.get("hx-get")]
    assert is_asking or page.all("form", id="write"), page.text
    page.open("imports.run", run_id=last().id)
    assert last().state == RunState.CHECKED and page.all("form", id="write")
