"""House rules that machines can keep: rooms, sizes, who commits, who reads the clock."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CRM = ROOT / "crm"
ROOMS = (
    *("core", "timeline", "outbox", "jobs", "accounts", "workdays", "sheets", "files", "enterprises", "tiers"),
    *("followups", "visits", "issues", "cultivation", "readiness", "handover", "reminders", "imports", "reports"),
    *("desk", "ops"),
)
OUTSIDE = {"permissions"}  # imports nothing from crm
ASSEMBLY = {"__init__.py", "rooms.py", "models.py", "permissions.py"}
EDGE = re.compile(r"(views|pages|jobs|commands|scheduler|demo|bench|builders|services\.py$|access|handlers)")
LONGEST_FILE = 300

FILES = sorted(p for p in CRM.rglob("*.py") if "migrations" not in p.parts)
TEXTS = [
    p
    for folder in ("crm", "tests", "templates", "static/js", "static/css", "benchmarks")
    for p in (ROOT / folder).rglob("*")
    if p.suffix in {".py", ".html", ".js", ".css"} and "versions" not in p.parts
]


def room_of(path: Path) -> str | None:
    parts = path.relative_to(CRM).parts
    return parts[0] if len(parts) > 1 else None


def imports_of(path: Path) -> set[str]:
    """Rooms this file imports from."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [a.name for a in node.names]
            if isinstance(node, ast.Import)
            else []
        )
        if isinstance(node, ast.ImportFrom) and node.module == "crm":
            names = [f"crm.{a.name}" for a in node.names]
        found |= {name.split(".")[1] for name in names if name.startswith("crm.")}
    return found - OUTSIDE


@pytest.mark.parametrize("path", [p for p in FILES if room_of(p)], ids=lambda p: str(p.relative_to(CRM)))
def test_a_room_imports_only_from_rooms_to_its_left(path):
    room = room_of(path)
    allowed = set(ROOMS[: ROOMS.index(room) + 1])
    assert imports_of(path) <= allowed


def test_every_folder_is_a_room():
    folders = {p.name for p in CRM.iterdir() if p.is_dir() and not p.name.startswith("__")}
    assert folders - {"migrations", "translations"} <= set(ROOMS)


def test_permissions_import_nothing_from_the_house():
    assert not imports_of(CRM / "permissions.py")


@pytest.mark.parametrize(
    "path", [p for p in FILES if p.stem == "rules" or "rules" in p.parts], ids=lambda p: str(p.relative_to(CRM))
)
def test_rules_know_neither_flask_nor_the_database(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in {"flask", "flask_babel", "sqlalchemy", "flask_sqlalchemy"}
            assert node.module not in {"crm.core.clock", "crm.core.db"}


def test_only_the_clock_reads_the_clock():
    reading = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|time\.time\(")
    found = [p for p in FILES if reading.search(p.read_text(encoding="utf-8")) and p != CRM / "core" / "clock.py"]
    assert found == []


def test_words_change_their_language_in_one_place():
    """`speaking`; flask_babel's own way would leave the words that the page has looked up."""
    asked = re.compile(r"force_locale|from flask_babel import gettext")
    found = [p for p in FILES if asked.search(p.read_text(encoding="utf-8"))]
    assert [p.relative_to(CRM).as_posix() for p in found] == ["core/pages.py"]


def test_nobody_sleeps_to_synchronise():
    assert [
        p
        for p in (*FILES, *(ROOT / "tests").rglob("test_*.py"))
        if re.search(r"\btime\.sleep\(", p.read_text(encoding="utf-8")) and p.name != Path(__file__).name
    ] == []


def test_no_test_is_skipped():
    stop = re.compile(r"pytest\.skip|mark\.skip|mark\.xfail|importorskip")
    assert [
        p
        for p in (ROOT / "tests").rglob("*.py")
        if stop.search(p.read_text(encoding="utf-8")) and p.name != Path(__file__).name
    ] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_a_person_wants_to_read(path):
    if "vendor" not in path.parts:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_only_the_scheduler_imports_apscheduler():
    assert [
        p.name
        for p in FILES
        if "apscheduler" in p.read_text(encoding="utf-8").lower()
        and "import" in p.read_text(encoding="utf-8")
        and re.search(r"^\s*(from|import) apscheduler", p.read_text(encoding="utf-8"), re.M)
    ] in ([], ["scheduler.py"])


def test_services_never_commit():
    """Only `writing()` commits; nothing else calls commit()."""
    found = [str(p.relative_to(CRM)) for p in FILES if re.search(r"\.commit\(\)", p.read_text(encoding="utf-8"))]
    assert found == ["core/db.py"]


def test_templates_carry_no_inline_script_style_or_unsafe_markup():
    forbidden = re.compile(
        r"\|\s*safe\b|\son[a-z]+=\"|\sstyle=|<style|javascript:|<script(?![^>]*\b(src|type=\"application/json\")\b)|https?://(?!www\.w3\.org)"
    )
    found = {
        str(p.relative_to(ROOT)): m.group()
        for p in (ROOT / "templates").rglob("*.html")
        if "mail" not in p.parts and (m := forbidden.search(p.read_text(encoding="utf-8")))
    }
    assert found == {}
