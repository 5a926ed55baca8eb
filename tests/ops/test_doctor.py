"""The doctor finds what is wrong, says what to do, and mends what can be computed."""

import json

import pytest
from sqlalchemy import text

from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.ops import checks_data, doctor
from crm.timeline import Entry, seal


def codes():
    return {f.code for f in doctor.examine()}


def test_a_bare_system_is_told_to_get_an_administrator_a_scheduler_and_a_backup(app):
    found = {f.code: f for f in doctor.examine()}

    assert {"CRM-E020", "CRM-E009", "CRM-W010"} <= set(found)
    assert "create-admin" in str(found["CRM-E020"].do)


def test_it_speaks_chinese_and_exits_1_when_there_is_an_error(app, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    done = app.test_cli_runner().invoke(args=["doctor"])

    assert done.exit_code == 1
    assert "还没有系统管理员" in done.output


def test_json_for_monitors(app, cast):
    done = app.test_cli_runner().invoke(args=["doctor", "--json"])

    assert all(set(finding) == {"code", "what", "do"} for finding in json.loads(done.output))


def test_a_derived_date_that_disagrees_is_found_and_mended(app, make, cast):
    enterprise = make.enterprise(commissioner=cast.lin)
    with db.engine.begin() as raw:
        raw.execute(
            text(
                "INSERT INTO visit (enterprise_id, kind, counts, visited_on, state, author_id, met,"
                " is_not_met, text, client_key, source,"
                " void_reason, version, created_at, updated_at) VALUES"
                " (:e, 'site', :yes, '2026-11-20', 'done', :a, '王总', :no, '走访', 'k',"
                " 'hand', '', 1, '2026-11-20', '2026-11-20')"
            ),
            {"e": enterprise.id, "a": cast.lin.id, "yes": True, "no": False},
        )
    assert "CRM-W024" in codes()

    assert checks_data.mend() == 2
    assert "CRM-W024" not in codes()
    db.session.expire_all()
    assert db.session.get_one(Enterprise, enterprise.id).last_visit_on.isoformat() == "2026-11-20"


@pytest.fixture
def guard_off(app):
    """What a person with the database file could do: take the guards away first."""

    def run(statement):
        with db.engine.begin() as raw:
            if db.engine.dialect.name == "sqlite":
                raw.execute(text("DROP TRIGGER IF EXISTS entry_no_update"))
                raw.execute(text("DROP TRIGGER IF EXISTS entry_no_delete"))
            else:
                raw.execute(text("SET session_replication_role = replica"))
            raw.execute(text(statement))
        db.session.rollback()

    yield run
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as raw:
            raw.execute(text("SET session_replication_role = origin"))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE entry SET actor_name = 'somebody else' WHERE id = 3",
        'UPDATE entry SET body = \'{"name":"另一家"}\' WHERE id = 3',
        "DELETE FROM seal WHERE entry_id = 3",
    ],
)
def test_an_altered_record_is_named(app, cast, guard_off, tampering):
    assert seal() > 5
    assert checks_data.first_broken_entry() is None

    guard_off(tampering)

    assert checks_data.first_broken_entry() in (3, 4)


def test_the_guard_refuses_and_erasure_keeps_the_chain(app, cast):
    seal()
    refusals = 0
    for statement in ("UPDATE entry SET actor_name = 'x' WHERE id = 3", "DELETE FROM entry WHERE id = 3"):
        try:
            with db.engine.begin() as raw:
                raw.execute(text(statement))
        except Exception as refused:
            refusals += "insert-only" in str(refused)
    with db.engine.begin() as raw:
        raw.execute(text("UPDATE entry SET body = NULL, salt = NULL WHERE id = 3"))
    db.session.rollback()

    assert refusals == 2
    assert db.session.get_one(Entry, 3).body is None
    assert checks_data.first_broken_entry() is None


def test_every_check_runs_on_a_healthy_system(app, cast):
    assert "CRM-E099" not in codes()
