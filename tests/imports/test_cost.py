"""What an import costs: as many statements for twenty rows as for two, and little for a file that means harm."""

from __future__ import annotations

import io
import time
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from crm.accounts.queries import root
from crm.core.db import db
from crm.core.staging import Choices, Handover
from crm.imports import applying
from crm.imports.commands import checked_run
from crm.imports.models import ImportRun
from crm.imports.undoing import undo
from crm.ops.builders import Make
from crm.timeline import CLI
from tests.imports.conftest import HEAD, counts, day
from tests.imports.test_faults import rows_of
from tests.sheets.books import SHEET, SHEET_PART, inflated, xlsx


@contextmanager
def statements():
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def import_costs(book, rows, name) -> tuple[int, int, int]:
    """Statements of check, write and undo; the undo is then written again."""
    path = book([HEAD, *rows], name=name)
    with statements() as checking:
        run_id = checked_run("roster", path, root(), {})
    db.session.remove()
    choices = Choices(root().id, creates_units=True, deputies=True, handover=Handover("轮岗", "1号", day("2026-11-23")))
    with statements() as writing:
        applying.apply(run_id, by=CLI, choices=choices, skips_errors=False)
    with statements() as undoing:
        undo(run_id, by=CLI)
    applying_again = checked_run("roster", path, root(), {})
    applying.apply(applying_again, by=CLI, choices=choices, skips_errors=False)
    return len(checking), len(writing), len(undoing)


def changed(row, shift):
    """Every cell of a row but name and code says something else."""
    contact, phone, capital, _, park, industry = row[3:]
    moved = [
        f"新{contact}",
        f"138{int(phone[3:]) + shift:08d}",
        capital + 1,
        "2015-06-07",
        f"{park}南",
        f"{industry}业",
    ]
    return [*row[:2], row[2][::-1] + "新", *moved]


def test_new_rows_cost_the_same_statements_for_two_and_for_twenty(app, book):
    rows = rows_of(23)
    import_costs(book, rows[:1], "first.xlsx")

    two = import_costs(book, rows[1:3], "two.xlsx")
    twenty = import_costs(book, rows[3:], "twenty.xlsx")

    assert twenty == two


def test_changed_rows_cost_the_same_statements_for_two_and_for_twenty(app, book):
    rows = rows_of(22)
    import_costs(book, rows, "first.xlsx")

    two = import_costs(book, [changed(row, 1) for row in rows[:2]], "two.xlsx")
    twenty = import_costs(book, [changed(row, 2) for row in rows[2:]], "twenty.xlsx")

    assert twenty == two


def test_thousands_of_rows_that_resemble_each_other_cost_no_more_than_others(check, book):
    """Names one character apart, and one firm again and again with one row that says something else."""
    alike = [[f"杭州承载{chr(0x4E00 + n)}科技有限公司", Make.code(90_000 + n), "林晓", ""] for n in range(1_500)]
    same = [["杭州重复有限公司", Make.code(80_000), "林晓", "13812345678"]] * 1_499
    odd = ["杭州重复有限公司", Make.code(80_000), "林晓", "13812345679"]
    path = book([("企业名称", "信用代码", "服务专员", "企业电话"), *alike, *same, odd])
    begun = time.process_time()

    outcome = check(path, expect=1)

    assert time.process_time() - begun < 15, "comparing each with each takes a minute"
    assert counts(outcome) == (3_000, 1_500, 0, 0)
    assert [error["row"] for error in outcome["errors"]] == [*range(1_502, 3_002)]
    assert "第 3001 行" in outcome["errors"][0]["reason"] and "第 1502 行" in outcome["errors"][-1]["reason"]
    assert len(outcome["notices"]) < 110


@pytest.fixture
def bomb(tmp_path):
    before, after = (half.encode() for half in (SHEET % "<sheetData/>%s").split("%s"))
    small = xlsx(tmp_path / "名册.xlsx", [["企业名称", "信用代码"], ["杭州和达有限公司", ""]])
    return inflated(small, SHEET_PART, before, b" " * (1 << 20), 160, after)


def test_a_bomb_is_refused_by_the_command_in_seconds(command, bomb, capfd):
    begun = time.monotonic()

    answer = command("import", "enterprises", bomb, "--apply", expect=2)

    assert time.monotonic() - begun < 5 and "解压" in answer
    assert db.session.query(ImportRun).count() == 0


def test_a_bomb_is_refused_by_the_page_with_a_clear_word(page, cast, bomb, tmp_path):
    page.as_(cast.clerk).open("imports.upload")
    begun = time.monotonic()

    page.submit(form="upload", files={"file": (io.BytesIO(bomb.read_bytes()), bomb.name)}, expect=422)

    assert time.monotonic() - begun < 5 and "解压" in page.text
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()], "nothing is kept of it"


def test_more_rows_than_one_import_may_have_are_refused_in_words(command, page, cast, tmp_path):
    """A register of a whole city comes in several files; nothing is kept of one that is too long."""
    rows = "".join(f"杭州{n}有限公司,林晓\n" for n in range(20_001))
    path = tmp_path / "长名单.csv"
    path.write_text(f"企业名称,服务专员\n{rows}", encoding="utf-8")

    assert "20001 行" in command("import", "enterprises", path, "--check", expect=2)
    page.as_(cast.clerk).open("imports.upload")
    page.submit(form="upload", files={"file": (io.BytesIO(path.read_bytes()), path.name)}, expect=422)
    assert "20001 行" in page.text
    assert not [kept for kept in (tmp_path / "files").rglob("*") if kept.is_file()]
