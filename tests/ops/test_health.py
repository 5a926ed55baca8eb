"""Whoever watches the machine from outside gets a plain answer; people see on every page when work waits."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from crm import create_app
from crm.core import clock
from crm.core.db import db, writing
from crm.jobs.models import Heartbeat

WAITS = "导入和提醒已暂停"


@pytest.fixture
def beat(app):
    """The scheduler breathed so long ago."""

    def last(ago: timedelta) -> None:
        at = clock.real_now() - ago
        with writing() as session:
            session.query(Heartbeat).delete()
            session.add(Heartbeat(name="one", at=at, started_at=at))

    return last


def ask(app, path):
    answer = app.test_client().get(path)
    return answer.status_code, answer.json


def test_ready_is_a_database_at_the_newest_migration(app):
    assert ask(app, "/healthz") == (200, {"status": "ok"})
    assert ask(app, "/readyz")[0] == 200

    with db.engine.begin() as connection:
        kept = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert ask(app, "/readyz") == (503, {"status": "unready", "database": True, "migrations": False})
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :kept"), {"kept": kept})


def test_a_process_lives_without_its_database(app, tmp_path):
    (tmp_path / "a file").touch()
    gone = replace(app.extensions["commissioner"], database_url=f"sqlite:///{tmp_path / 'a file' / 'x.db'}")
    alone = create_app(gone)
    with alone.app_context():
        assert ask(alone, "/healthz")[0] == 200
        assert ask(alone, "/readyz") == (503, {"status": "unready", "database": False})


def test_a_scheduler_silent_for_two_minutes_is_told_outside_and_on_every_page(app, page, cast, beat):
    assert ask(app, "/readyz?with=scheduler")[0] == 503, "it has never breathed"

    beat(timedelta(seconds=100))
    assert ask(app, "/readyz?with=scheduler")[0] == 200
    assert WAITS not in page.as_(cast.lin).open("desk.enterprises").text

    beat(timedelta(seconds=121))
    assert ask(app, "/readyz?with=scheduler")[0] == 503
    assert ask(app, "/readyz")[0] == 200
    assert WAITS in page.as_(cast.lin).open("desk.enterprises").text
    assert not [a for a in page.all("a") if a.get("href") == "/admin/system"], "he could do nothing there"
    page.as_(cast.admin).open("desk.home")
    assert [a for a in page.all("a") if a.get("href") == "/admin/system"]


def test_only_the_host_names_of_the_bureau_are_answered(app):
    named = create_app(replace(app.extensions["commissioner"], trusted_hosts=("qiye.example.cn",)))
    with named.app_context():
        client = named.test_client()
        assert client.get("/healthz", headers={"Host": "qiye.example.cn:8000"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
