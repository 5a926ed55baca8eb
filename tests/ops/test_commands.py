"""Commands of the machine can be repeated, say what is in the way, and never end in a traceback."""

import json
import os
import re
import subprocess

import pytest
from sqlalchemy import func, select

from crm.accounts.access_models import Invitation
from crm.accounts.models import User
from crm.core import schema
from crm.core.db import db
from crm.ops import backup
from crm.permissions import Role
from tests.services import postgres
from tests.services.processes import ROOT, flask


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")


@pytest.fixture
def run(app):
    def invoke(*words: str, expect: int = 0) -> str:
        db.session.remove()
        done = app.test_cli_runner(catch_exceptions=False).invoke(args=[str(word) for word in words])
        assert done.exit_code == expect, done.output
        db.session.rollback()
        return done.output

    return invoke


@pytest.fixture
def older(app):
    """A database as the version before this one left it."""
    schema.downgrade("-1")
    db.session.remove()
    yield schema.current()
    db.session.remove()
    schema.upgrade()


def test_making_the_database_again_changes_nothing(run):
    first = run("init-db")

    assert run("init-db") == first and schema.head() in first
    assert backup.copies() == [], "nothing was migrated, so nothing is kept"


def test_a_backup_is_made_before_the_database_is_migrated(run, make, older):
    assert "备份" in run("init-db")

    [made] = backup.copies()
    assert schema.is_current() and backup.verify(made.path)["schema"] == older


def test_without_that_backup_nothing_is_migrated_unless_told_so(run, older, tmp_path):
    (tmp_path / "backups").write_text("a file where the folder belongs")

    assert "没有升级" in run("init-db", expect=1)
    assert schema.current() == older
    run("init-db", "--no-backup")
    assert schema.is_current()


def test_a_database_of_a_newer_program_is_left_alone(run):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    try:
        assert "比程序新" in run("init-db", expect=1)
        assert "比程序新" in run("serving", "X", expect=1)
    finally:
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{schema.head()}'")


def test_other_commands_ask_for_the_database_first(run, older):
    assert "init-db" in run("create-admin", "王敏", "--mobile", "13800000001", expect=1)
    assert "init-db" in run("export", "enterprises", "--out", "x.xlsx", expect=1)


@pytest.mark.slow
@pytest.mark.parametrize("words", [["serving", "X"], ["init-db"]], ids=lambda words: words[0])
def test_a_database_that_does_not_answer_is_named(words, tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    place = {"CRM_DATABASE_URL": "postgresql://u:geheim@127.0.0.1:1/none", "CRM_DATA_DIR": str(tmp_path)}
    env = {**kept, **place, "CRM_ENV": "demo"}

    done = subprocess.run(flask(*words), cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert (done.returncode, "连不上数据库" in done.stderr) == (1, True), done.stderr
    assert "Traceback" not in done.stderr and "geheim" not in done.stderr


def test_the_link_of_an_administrator_opens_once_and_can_be_had_again(run, page):
    first, second = (run("create-admin", "王敏", "--mobile", "138 0000 0001").splitlines()[-1] for _ in range(2))

    assert first.startswith("http://127.0.0.1:8000/invitation/")
    page.open(first.removeprefix("http://127.0.0.1:8000"), expect=404)
    page.open(second.removeprefix("http://127.0.0.1:8000"))
    page.submit(password="Qiantang-Tide-2026", password_again="Qiantang-Tide-2026")
    person = db.session.scalars(select(User)).one()
    assert [post.role for post in person.posts] == [Role.ADMINISTRATOR] and person.password_hash


def test_somebody_known_becomes_administrator_under_his_own_name_only(run, make):
    make.user("王敏", mobile="13800000001")

    assert "王敏" in run("create-admin", "李军", "--mobile", "13800000001", expect=1)
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0
    run("create-admin", "王敏", "--mobile", "13800000001")
    assert [post.role for post in db.session.scalars(select(User)).one().posts] == [Role.ADMINISTRATOR]


def test_the_settings_in_force_are_printed_without_the_secret(run, app):
    lines, told = run("config"), json.loads(run("config", "--json"))

    assert told["CRM_ENV"] == "test" and "CRM_ENV=test" in lines.splitlines()
    assert app.extensions["commissioner"].secret_key not in lines + json.dumps(told)
    assert re.search(r"^CRM_SECRET_KEY=\*+$", lines, re.M)
