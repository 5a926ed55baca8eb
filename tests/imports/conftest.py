"""Files as bureaus send them, the command line that brings them in, and what the database says before and after."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from crm.core.db import db

SAMPLE = Path(__file__).parents[1] / "data" / "roster_sample.xlsx"
HEAD = (
    "企业名称",
    "统一社会信用代码",
    "服务专员",
    "联系人",
    "联系电话",
    "注册资本",
    "成立日期",
    "所在园区",
    "所属行业",
)
OF_THE_RUN = frozenset({"import_run", "import_row", "import_change", "job", "session", "entry", "seal", "stored_file"})
"""Tables in which an import leaves its own traces."""


@pytest.fixture
def clerk(page, cast):
    """The clerk at the wizard's pages."""
    return page.as_(cast.clerk)


@pytest.fixture
def book(tmp_path):
    """Writes a workbook: {sheet: rows}, merged ranges and hidden rows per sheet."""

    def write(
        sheets: dict[str, Sequence[Sequence[Any]]] | Sequence[Sequence[Any]],
        *,
        merges: Sequence[tuple[str, str]] = (),
        hidden: Sequence[tuple[str, int]] = (),
        name: str = "名单.xlsx",
    ) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.active)
        for title, rows in (sheets if isinstance(sheets, dict) else {"名单": sheets}).items():
            page = made.create_sheet(title)
            for row in rows:
                page.append(list(row))
            for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
                cell.data_type = "s"
        for title, area in merges:
            made[title].merge_cells(area)
        for title, number in hidden:
            made[title].row_dimensions[number].hidden = True
        made.save(tmp_path / name)
        return tmp_path / name

    return write


@pytest.fixture
def command(app):
    """Runs `flask import …` or `flask export …`; the answer has exit code, text, and the JSON when asked for."""

    def run(*words: Any, expect: int = 0, lang: str = "zh_CN.UTF-8") -> Any:
        runner = app.test_cli_runner(catch_exceptions=False, env={"LC_ALL": lang})
        result = runner.invoke(args=[str(word) for word in words])
        assert result.exit_code == expect, f"{words}: {result.exit_code}\n{result.output}"
        db.session.rollback()
        db.session.expire_all()
        return json.loads(result.stdout) if "--json" in words else result.output

    return run


@pytest.fixture
def check(command):
    """`flask import enterprises FILE --check --json`: the outcome as data."""

    def run(path: Path, *more: str, expect: int = 0, kind: str = "enterprises") -> dict[str, Any]:
        return command("import", kind, path, "--check", "--json", *more, expect=expect)

    return run


@pytest.fixture
def apply(command):
    """The same with --apply."""

    def run(path: Path, *more: str, expect: int = 0, kind: str = "enterprises") -> dict[str, Any]:
        return command("import", kind, path, "--apply", "--json", *more, expect=expect)

    return run


def dump(
    *, but: frozenset[str] = OF_THE_RUN, without: frozenset[str] = frozenset()
) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, except some tables and columns."""
    db.session.rollback()
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name not in but:
            columns = [column for column in table.columns if column.name not in without]
            found[table.name] = sorted(db.session.execute(select(*columns)).all(), key=repr)
    return {name: [tuple(row) for row in rows] for name, rows in found.items()}


def counts(outcome: dict[str, Any]) -> tuple[int, int, int, int]:
    """(rows, new, update, same)"""
    return outcome["rows"], outcome["new"], outcome["update"], outcome["same"]


def complaints(outcome: dict[str, Any]) -> list[tuple[Any, ...]]:
    """(sheet, row, column, value) of each error."""
    return [(error["sheet"], error["row"], error["column"], error["value"]) for error in outcome["errors"]]


def day(text: str) -> date:
    return date.fromisoformat(text)
