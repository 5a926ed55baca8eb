"""A connection of PostgreSQL that lay idle is asked whether it is alive; one that was used just now is not."""

import psycopg
import pytest
from sqlalchemy import text

from crm.core import engines
from crm.core.db import db
from tests.services import postgres

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def asked(app, monkeypatch):
    """How often the server was asked for nothing but a sign of life."""
    seen, ping = [], db.engine.dialect.do_ping
    monkeypatch.setattr(db.engine.dialect, "do_ping", lambda connection: seen.append(1) or ping(connection))
    return seen


def backend() -> int:
    with db.engine.connect() as connection:
        return connection.scalar(text("SELECT pg_backend_pid()"))


def test_a_dead_connection_that_lay_idle_is_replaced_before_anybody_uses_it(app, asked, monkeypatch):
    monkeypatch.setattr(engines, "IDLE", 0.0)
    first = backend()
    with db.engine.connect() as one, db.engine.connect() as other:
        pids = {each.scalar(text("SELECT pg_backend_pid()")) for each in (one, other)}
        assert first in pids
    end_all_but_mine()

    assert backend() not in pids
    assert asked


def test_a_busy_connection_is_not_asked(app, asked, monkeypatch):
    monkeypatch.setattr(engines, "IDLE", 3600.0)
    assert backend() == backend() == backend()
    assert not asked


def end_all_but_mine() -> None:
    """As a restart of the server does."""
    with psycopg.connect(postgres.url(), autocommit=True) as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [db.engine.url.database]
        )
