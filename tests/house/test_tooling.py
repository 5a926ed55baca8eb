"""What is pinned is what is imported, on every machine; the tools know the same house as the tests."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house.test_structure import ROOMS
from tests.services.plugin import FIRST

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"^([a-z0-9-]+)==(\S+)", re.M)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
REGISTRY = re.compile(r"--(extra-)?index-url|--find-links|\"resolved\"|registry\.")


def pins(*files: str) -> dict[str, str]:
    return {name: version for file in files for name, version in PINNED.findall((ROOT / file).read_text())}


def imported(folder: str) -> set[str]:
    """Distributions whose modules the files of this folder import."""
    names = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add((node.module or "").split(".")[0])
    owners = packages_distributions()
    outside = names - set(sys.stdlib_module_names) - {"crm", "tests", "benchmarks", "wsgi", "tasks"}
    return {owners.get(name, [name])[0].lower().replace("_", "-") for name in outside}


def test_the_application_imports_only_what_is_pinned_for_it():
    assert imported("crm") - set(pins("requirements.txt")) == set()


def test_the_tests_import_only_what_is_pinned_for_them():
    assert imported("tests") - set(pins("requirements.txt", "requirements-test.txt")) == set()


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.txt")), ids=lambda path: path.name)
def test_every_pin_has_hashes_for_all_its_files_and_names_no_registry(path):
    text = path.read_text()
    assert not REGISTRY.search(text)
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert HASH.search(entry), entry[:60]


@pytest.mark.parametrize("path", sorted(ROOT.glob("requirements*.in")), ids=lambda path: path.name)
def test_what_is_wished_for_is_what_is_locked(path):
    locked = pins(path.with_suffix(".txt").name)
    wished = re.findall(r"^([A-Za-z0-9-]+)(?:\[\w+\])?==([^\s;]+)", path.read_text(), re.M)
    assert wished
    for name, version in wished:
        assert locked[name.lower()] == version


def test_the_two_sets_agree_on_what_they_share():
    runtime, more = pins("requirements.txt"), pins("requirements-test.txt", "requirements-check.txt")
    assert {name: more[name] for name in runtime.keys() & more} == {
        name: runtime[name] for name in runtime.keys() & more
    }


def test_front_end_files_are_pinned_exactly_and_by_content():
    wished = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in {**wished["dependencies"], **wished["devDependencies"]}.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for where, entry in lock.items() if where)
    assert not REGISTRY.search(json.dumps(lock))


def test_every_icon_used_is_in_the_sprite():
    drawn = set((ROOT / "static" / "icons.txt").read_text().split())
    used = {
        name
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r"\bicon\(\s*['\"]([a-z0-9-]+)['\"]", path.read_text(encoding="utf-8"))
    }
    assert used - drawn == set()


def test_the_import_order_is_the_same_for_the_linter_and_for_the_tests():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    assert [layer.strip("()") for layer in reversed(contract["layers"])] == list(ROOMS)


@pytest.mark.parametrize("start", FIRST)
def test_what_begins_first_is_there(start):
    assert (ROOT / "tests" / start).exists()
