"""Killed at any line, or raced by another writer, an import has written everything or nothing."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from crm.accounts.queries import root
from crm.core.db import db, writing
from crm.core.errors import Stale
from crm.core.staging import Choices
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.imports import applying
from crm.imports.commands import checked_run
from crm.imports.models import ImportChange, ImportRun, RunState
from crm.ops.builders import Make
from crm.timeline import CLI
from tests.conftest import SECRET
from tests.imports.conftest import HEAD, SAMPLE, dump
from tests.services.processes import ROOT

MANY = 3000


def rows_of(count: int) -> list[list[object]]:
    """Firms that share nothing: each its own contact, park and official."""
    rare, letters = random.Random(3), "东安博汇纳达启明远信科创中天立德华瑞海康"
    return [
        [
            f"杭州{''.join(rare.choices(letters, k=4))}{n}科技有限公司",
            Make.code(70000 + n),
            official(n),
            f"联系人{n}",
            f"139{n:08d}",
            n + 1,
            "2014-05-03",
            f"园区{n}",
            "医药",
        ]
        for n in range(count)
    ]


def _facts(n: int) -> list[object]:
    return [f"联系人{n}", f"139{n:08d}", n + 1, "2014-05-03", f"园区{n}", "医药"]


def official(n: int) -> str:
    """A name of its own for each of ten thousand."""
    return "".join("王李张刘陈杨赵黄周吴"[int(digit)] for digit in f"{n:04d}")


def killed(database, tmp_path, path, point) -> int:
    """The documented command in a process of its own, ended by SIGKILL where the point says; its exit code."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CRM_")},
        "CRM_ENV": "test", "CRM_DATABASE_URL": database, "CRM_DATA_DIR": str(tmp_path), "CRM_SECRET_KEY": SECRET,
        "TEST_FAILPOINT": point, "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", "enterprises", str(path), "--apply"]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, timeout=120).returncode


@pytest.mark.parametrize("point", ["journal.row:2500", "import.before_commit", "import.staged"])
def test_kill_leaves_no_row_and_the_upload(app, database, tmp_path, book, command, point):
    path = book([HEAD, *rows_of(MANY)])
    before = dump()

    assert killed(database, tmp_path, path, point) == -9

    assert dump() == before
    run = db.session.scalars(select(ImportRun)).one()
    assert run.state == (RunState.COLUMNS if point == "import.staged" else RunState.CHECKED)
    assert (tmp_path / "files" / run.file.stored_as[:2] / run.file.stored_as).stat().st_size == run.file.size


def test_after_a_kill_the_same_run_goes_on(app, database, tmp_path, book):
    path = book([HEAD, *rows_of(30)])
    assert killed(database, tmp_path, path, "import.before_commit") == -9

    run_id = db.session.scalars(select(ImportRun.id)).one()
    applying.apply(run_id, by=CLI, choices=Choices(root().id, creates_units=True), skips_errors=False)

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 30
    assert db.session.scalar(select(func.count()).select_from(Assignment)) == 30


def at_once(app, *acts):
    """Each act in a thread of its own, begun together; what each raised, or None."""
    outcome: list[object] = [None] * len(acts)
    barrier = Barrier(len(acts))

    def run(place, act):
        with app.app_context():
            barrier.wait()
            try:
                act()
            except Exception as error:
                outcome[place] = error
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    return outcome


def write(run_id):
    return lambda: applying.apply(run_id, by=CLI, choices=Choices(root().id, creates_units=True), skips_errors=False)


def test_of_two_who_write_the_same_file_one_is_told(app):
    one, two = (checked_run("roster", SAMPLE, root(), {}) for _ in range(2))
    db.session.remove()

    outcome = at_once(app, write(one), write(two))

    assert sorted(type(error).__name__ for error in outcome) == ["NoneType", "Stale"]
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 60


def test_a_double_click_writes_once(app):
    run_id = checked_run("roster", SAMPLE, root(), {})
    db.session.remove()

    outcome = at_once(app, write(run_id), write(run_id))

    assert sorted(type(error).__name__ for error in outcome) == ["NoneType", "Stale"]
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 60


def test_an_edit_and_an_import_at_once_never_lose_each_other(app, make, book):
    """Whoever is second sees the first: the import refuses, or the edit comes on top of what it wrote."""
    firm = make.enterprise("杭州和达有限公司", code=make.code(1), contact="王经理", phone="13800000001")
    firm_id = firm.id
    run_id = checked_run(
        "roster", book([["企业名称", "信用代码", "行业"], [firm.name, make.code(1), "医药"]]), root(), {}
    )
    db.session.remove()

    def edit():
        with writing():
            row = db.session.scalars(select(Enterprise).filter_by(id=firm_id).with_for_update()).one()
            row.address, row.version = "新址", row.version + 1

    outcome = at_once(app, edit, write(run_id))

    after = db.session.get(Enterprise, firm_id)
    assert outcome[0] is None and after.address == "新址"
    assert (after.industry == "医药") == (outcome[1] is None)
    assert after.version == (3 if outcome[1] is None else 2)
    assert outcome[1] is None or isinstance(outcome[1], Stale)


def test_a_refused_write_leaves_nothing_to_undo(app, make, book):
    run_id = checked_run("roster", book([HEAD, *rows_of(2)]), root(), {})
    make.enterprise(rows_of(1)[0][0], code=rows_of(1)[0][1])
    before = dump()

    with pytest.raises(Stale) as refused:
        write(run_id)()

    assert [line.number for line in refused.value.current] == [2]
    assert dump() == before and db.session.scalar(select(func.count()).select_from(ImportChange)) == 0
