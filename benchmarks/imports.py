"""Import of 5,000 rows × 11 columns: 4,000 known enterprises with changes and 1,000 new ones; seconds and memory."""

from __future__ import annotations

import re
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.places import database
from crm import create_app
from crm.accounts.queries import root
from crm.core import schema
from crm.core.db import db
from crm.core.settings import Settings
from crm.core.staging import Choices
from crm.imports import applying
from crm.imports.commands import checked_run
from crm.ops.bench_data import rows_of_a_roster
from crm.ops.commands import ensure_root
from crm.sheets.layout import Column
from crm.sheets.write import write_table
from crm.timeline import CLI

HEADS = (
    *("序号", "企业名称", "统一社会信用代码", "所属行业", "所在园区", "法定代表人"),
    *("联系人", "联系电话", "注册资本（万元）", "成立日期", "服务专员"),
)
KNOWN, ALL = 4_000, 5_000
BEGIN, END = "<!-- bench -->\n", "<!-- /bench -->\n"


def table(engine: str, server: str, folder: Path) -> str:
    """Seconds of check and write, and the most memory (MiB) of a process of their own."""
    alone = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
    with database(engine, server, folder / "imports") as url, alone:
        checked, written, memory = alone.submit(_measure, url, str(folder)).result(timeout=300)
    return f"| {engine} | {ALL:,} × 11 | {checked:.1f} | {written:.1f} | {memory:.0f} |\n"


def _measure(url: str, folder: str) -> tuple[float, float, float]:
    settings = Settings(env="test", database_url=url, data_dir=Path(folder), secret_key="b" * 40)
    app = create_app(settings)
    with app.app_context():
        schema.upgrade()
        ensure_root("开发区管理委员会")
        _import(_sheet(Path(folder), range(KNOWN), "once"))
        checked, written = _import(_sheet(Path(folder), range(ALL), "again"))
        db.session.remove()
    return checked, written, _most_memory()


def _most_memory() -> float:
    """MiB this process ever held. Not `ru_maxrss`: it begins with what the process that started this one held."""
    held = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(held[1]) / 1024 if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _sheet(folder: Path, numbers: range, name: str) -> Path:
    """A roster; the second time every phone and industry differs."""
    path = folder / f"{name}.xlsx"
    rows = [list(row) for row in rows_of_a_roster(numbers)]
    if name == "again":
        for row in rows:
            row[3], row[7] = f"{row[3]}业", f"137{row[7][3:]}"
    write_table(path, columns=[Column(head) for head in HEADS], rows=rows)
    return path


def _import(path: Path) -> tuple[float, float]:
    begun = time.perf_counter()
    run_id = checked_run("roster", path, root(), {})
    checked = time.perf_counter()
    applying.apply(run_id, by=CLI, choices=Choices(), skips_errors=False)
    return checked - begun, time.perf_counter() - checked


def write_into(page: Path, report: str, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Replace what stands between the marks."""
    begin, end = marks
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(begin)
    page.write_text(head + begin + report + end + rest.partition(end)[2], encoding="utf-8")
