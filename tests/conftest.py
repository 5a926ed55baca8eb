"""What every test may ask for: a migrated database of either kind, builders, the cast, a visitor, a clock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask, g, request_started
from hypothesis import settings as hypothesis
from sqlalchemy import event

from crm import create_app
from crm.accounts import passwords
from crm.core import clock, schema
from crm.core.catalogue import compile_all
from crm.core.db import db, writing
from crm.core.settings import Settings
from crm.ops.builders import PASSWORD, Cast, Make
from tests.services import application, emptying, postgres
from tests.services.casting import Casting
from tests.visitor import Visitor

pytest_plugins = ["tests.services.plugin", "tests.browser"]

# A busy machine makes no rule wrong; CI tries the same cases every time, people try new ones.
hypothesis.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
hypothesis.load_profile("house")

TODAY = datetime.fromisoformat("2026-11-23T09:00:00+08:00")
SECRET = "a secret of the test suite, forty letters long"


def settings_for(url: str, folder: Path, **more) -> Settings:
    return Settings(env="test", database_url=url, data_dir=folder, secret_key=SECRET, smtp_url="", **more)


def environment_for(url: str, folder: Path, **more: str) -> dict[str, str]:
    """The same for a process of its own."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    ours = {"CRM_ENV": "test", "CRM_DATABASE_URL": url, "CRM_DATA_DIR": str(folder), "CRM_SECRET_KEY": SECRET}
    return {**given, "LC_ALL": "C.UTF-8", **ours, **more}


@pytest.fixture(scope="session", autouse=True)
def words() -> None:
    compile_all()


@pytest.fixture(scope="session")
def template_file(tmp_path_factory) -> Path:
    """A migrated SQLite file with a root unit, made once per worker and copied per test."""
    folder = tmp_path_factory.mktemp("template")
    prepare(f"sqlite:///{folder / 'template.db'}")
    return folder / "template.db"


@pytest.fixture(scope="session")
def postgres_database() -> Callable[[], str]:
    """`postgres_database()` gives the worker's migrated database with nothing but a root unit in it."""
    name = f"crm_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    known: list[emptying.Emptied] = []

    def fresh() -> str:
        if not (known and known[-1].restored()):
            url = postgres.create_database(name)
            prepare(url)
            known.append(emptying.remember(url))
        return known[-1].url

    return fresh


def prepare(url: str) -> None:
    from crm.ops.commands import ensure_root

    app = create_app(settings_for(url, Path("/nonexistent")))
    with app.app_context():
        schema.upgrade()
        ensure_root("开发区管理委员会")
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path) -> str:
    """The address of a fresh, migrated database with a root unit."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("template_file"), tmp_path / "crm.db")
        return f"sqlite:///{tmp_path / 'crm.db'}"
    return request.getfixturevalue("postgres_database")()


@pytest.fixture
def now() -> Iterator[Clock]:
    hands = Clock(TODAY)
    yield hands
    clock.configure("Asia/Shanghai")


class Clock:
    """Business time of a test: stands at 2026-11-23 09:00 and moves when told."""

    def __init__(self, start: datetime) -> None:
        self.ahead = start - clock.real_now()
        clock.configure("Asia/Shanghai", lambda: self.ahead)

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)

    def set(self, moment: str) -> None:
        self.ahead = datetime.fromisoformat(moment) - clock.real_now()


@pytest.fixture(scope="session")
def applications() -> dict[str, application.Reused]:
    """By the kind of database; filled by the first test that asks."""
    return {}


@pytest.fixture
def app(request, database, now, tmp_path):
    made = application_for(request, settings_for(database, tmp_path))
    request_started.connect(forget_last_request, made)
    with made.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def application_for(request, settings: Settings) -> Flask:
    """A browser may still ask when its test is over: what answers it then must not be the next test's application."""
    if "browser" in request.fixturenames:
        return application.make(settings)
    known = request.getfixturevalue("applications")
    kind = settings.database_url.partition(":")[0]
    if kind not in known:
        known[kind] = application.Reused(settings)
    return known[kind].fresh(settings)


def forget_last_request(*_args, **_more) -> None:
    """Requests share the test's application context; in production each has its own `g` (person, token)."""
    for name in list(g):
        g.pop(name)


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


class Made(Make):
    """Builders that commit: each call is one act of its own."""

    def __getattribute__(self, name):
        found = super().__getattribute__(name)
        return _committed(found) if name in ("unit", "user", "enterprise") else found


def _committed(build):
    from crm.core.db import in_writing

    def call(*args, **values):
        if in_writing():
            return build(*args, **values)
        with writing():
            return build(*args, **values)

    return call


@pytest.fixture
def make(app, password_hash) -> Made:
    return Made(password_hash)


@pytest.fixture(scope="session")
def casting() -> Casting:
    return Casting()


@pytest.fixture
def cast(make, casting) -> Cast:
    with writing():
        return casting.cast(make)


@pytest.fixture
def page(app) -> Visitor:
    """Opens and submits pages as one user, and checks on every page what every page must have."""
    return Visitor(app)


@pytest.fixture
def count_queries(app):
    """`with count_queries() as seen:` collects every SELECT that goes to the database."""
    return partial(noted, lambda statement: statement.lstrip().upper().startswith("SELECT"))


@pytest.fixture
def count_statements(app):
    """The same of every statement but those that begin an act."""
    return partial(noted, lambda statement: not statement.startswith(("BEGIN", "SET LOCAL")))


@contextmanager
def noted(counts: Callable[[str], bool]) -> Iterator[list[str]]:
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if counts(statement):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
