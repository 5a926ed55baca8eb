"""How far my work is: for its owner and the administrator, with and without scripts."""

import threading

import pytest
from flask import request

from crm import jobs
from crm.core.db import db, writing
from crm.core.words import say
from crm.jobs import registry, services
from crm.jobs.models import Job


@pytest.fixture
def job(app, cast, monkeypatch):
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    jobs.register("count", lambda args, progress: None, label=say("Backup"), then=lambda done: ("desk.todo", {}))
    with writing():
        return jobs.submit("count", {}, by=cast.clerk)


@pytest.fixture
def asked_again(app):
    """A machine on which the next page takes its time; set when the bar asks while that page is on its way."""
    leaving, again = threading.Event(), threading.Event()

    @app.before_request
    def watch():
        if request.path == "/todo":
            leaving.set()
            again.wait(2.5)
        elif leaving.is_set() and "HX-Request" in request.headers:
            again.set()

    return again


def at(job: Job, **changes) -> None:
    with writing() as session:
        for name, value in changes.items():
            setattr(session.get(Job, job.id), name, value)
        session.flush()


def test_it_is_seen_by_its_owner_and_the_administrator_only(page, cast, job):
    for person, answer in ((cast.clerk, 200), (cast.admin, 200), (cast.manager, 404), (cast.auditor, 404)):
        page.as_(person).open("jobs.progress", job_id=job.id, expect=answer)
    page.as_(cast.admin).open("jobs.progress", job_id=999, expect=404)


def test_while_it_runs_the_page_asks_again_by_script_or_by_itself(page, cast, job):
    at(job, state="running", done=30, total=60)
    page.as_(cast.clerk).open("jobs.progress", job_id=job.id)

    [bar] = page.all("progress")
    assert (bar.get("value"), bar.get("max")) == ("30", "60")
    [box] = page.all("div", id="progress")
    assert box.get("hx-get") == f"/jobs/{job.id}" and "every" in box.get("hx-trigger")
    assert '<noscript><meta http-equiv="refresh"' in page.response.text


def test_when_it_is_done_the_page_goes_where_its_kind_leads(page, cast, job):
    taken = services.take()
    services.finish(taken, None)
    db.session.expire_all()

    page.as_(cast.clerk).open("jobs.progress", job_id=job.id, expect=303)
    assert page.response.headers["Location"] == "/todo"
    asked = page.client.get(f"/jobs/{job.id}", headers={"HX-Request": "true", "HX-Target": "progress"})
    assert (asked.status_code, asked.headers["HX-Redirect"]) == (204, "/todo")


def test_when_it_failed_the_reason_stands_there_and_nobody_asks_again(page, cast, job):
    taken = services.take()
    services.fail(taken, [say("The database stumbled")])
    db.session.expire_all()

    page.as_(cast.clerk).open("jobs.progress", job_id=job.id)
    assert "The database stumbled" in page.text
    assert page.all("div", id="progress")[0].get("hx-get") is None
    assert "http-equiv" not in page.response.text


@pytest.mark.browser
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_on_a_slow_machine_the_next_page_is_asked_for_once(asked_again, site, cast, job):
    """A bar that went on asking would begin the way anew at every answer and never arrive."""
    page = site.window(cast.clerk).page
    page.goto(f"{site.url}/jobs/{job.id}")
    page.wait_for_selector("#progress progress")
    services.finish(services.take(), None)

    page.wait_for_url("**/todo")
    assert not asked_again.is_set()
