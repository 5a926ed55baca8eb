"""What the documents say is so: settings, commands, paths, links and pictures exist, and none is missing."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest

from crm.core.bureau import REGISTRY
from crm.core.settings import Settings
from tests.house.test_structure import ROOMS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PATHS = re.compile(r"`((?:crm|tests|templates|static|docs|deploy|benchmarks)/[\w./-]*)`")
LINKS = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
LINES = re.compile(r"(?:flask --app wsgi|\bcrm) ([a-z][\w -]*[^`\n&·|#;]*)")
FRAMEWORK = ("run", "shell", "routes", "db")
"""Commands of the framework."""

every_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def commands(app):
    """Every command of ours by the words that call it."""

    def walk(group, called):
        for name, command in group.commands.items():
            if isinstance(command, click.Group):
                yield from walk(command, f"{called}{name} ")
            else:
                yield f"{called}{name}", command

    return {name: command for name, command in walk(app.cli, "") if name.split()[0] not in FRAMEWORK}


@pytest.fixture(scope="module")
def cli(tmp_path_factory):
    from crm import create_app

    folder = tmp_path_factory.mktemp("documents")
    settings = Settings(env="test", data_dir=folder, database_url=f"sqlite:///{folder / 'x.db'}", secret_key="x" * 40)
    return commands(create_app(settings))


def options_of(command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}


def test_every_machine_setting_is_explained():
    named = set(re.findall(r"CRM_[A-Z_]+", OPERATIONS))
    known = {f"CRM_{field.name.upper()}" for field in fields(Settings)}
    assert known - named == set()
    assert {name.removesuffix("_FILE") for name in named} - known == {"CRM_SMTP_CA"}, "no setting that does not exist"


def test_every_bureau_setting_is_explained():
    assert [key for key in REGISTRY if f"`{key}`" not in OPERATIONS] == []


def test_every_command_and_every_option_is_explained(cli):
    table = OPERATIONS.split("## Commands")[1].split("\n## ")[0]
    calls = re.findall(r"^\| `([^`]+)` \|", table, re.M)
    told = {re.match(r"[a-z-]+(?: (?!--)[a-z]+)*", call).group(): set(re.findall(r"--[a-z-]+", call)) for call in calls}
    assert told == {name: options_of(command) for name, command in cli.items()}


@every_document
def test_a_command_that_is_named_can_be_typed(path, cli):
    for line in LINES.findall(path.read_text(encoding="utf-8")):
        words = shlex.split(line.replace("…", "x"), comments=True)
        name = " ".join(words[:2]) if " ".join(words[:2]) in cli else words[0]
        if words[0] in FRAMEWORK:
            continue
        assert name in cli, line
        assert {word for word in words if word.startswith("--")} <= options_of(cli[name]) | {"--help"}, line


@every_document
def test_paths_and_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    gone = [name for name in PATHS.findall(text) if not (ROOT / name).exists()]
    gone += [link for link in LINKS.findall(text) if not (path.parent / link).exists()]
    assert gone == []


def test_every_picture_is_drawn_by_the_suite_and_shown_somewhere():
    drawn = set(re.findall(r'keep\("([\w-]+)"', (ROOT / "tests/pictures/test_pictures.py").read_text(encoding="utf-8")))
    there = {picture.stem for picture in (ROOT / "docs" / "pictures").iterdir()}
    shown = {
        Path(link).stem for path in DOCUMENTS for link in re.findall(r"\]\(([^)]*pictures/[^)]+)\)", path.read_text())
    }
    assert drawn == there == shown


def test_each_word_of_the_glossary_is_explained_once_in_both_languages():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    words = [word for row in rows[2:] for word in row[0].split(", ")]
    assert all(len(row) == 3 and all(row) for row in rows) and len(words) == len(set(words))
    assert all(re.search("[\u4e00-\u9fff]", row[1]) for row in rows[2:])


def test_every_table_says_what_it_keeps(cli):
    from crm.core.db import db

    assert [
        mapper.class_.__name__ for mapper in db.Model.registry.mappers if not mapper.class_.__dict__["__doc__"]
    ] == []


def test_every_room_stands_on_the_one_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [room for room in ROOMS if (ROOT / "crm" / room).is_dir() and f"`{room}`" not in page] == []


def test_every_library_has_its_reasons_in_a_decision():
    told = "".join(path.read_text(encoding="utf-8").lower() for path in (ROOT / "docs" / "decisions").glob("*.md"))
    wished = re.findall(r"^([A-Za-z][\w-]*)", (ROOT / "requirements.in").read_text(encoding="utf-8"), re.M)
    assert [name for name in wished if name.lower() not in told] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_accounts_of_the_demonstration_are_those_it_has(name):
    demo = (ROOT / "crm" / "ops" / "builders.py").read_text(encoding="utf-8")
    told = re.findall(r"^\| (?:\w+ )?(\w{2,3})[, ].* \| (1\d{10}) \| `(\S+)` \|", (ROOT / name).read_text(), re.M)
    assert len(told) == 4
    for called, number, password in told:
        assert re.search(rf'"{called}".*"{number}"', demo) and f'"{password}"' in demo


def test_every_task_is_named_in_the_papers_for_contributors():
    tasks = re.findall(r"^def ([a-z]\w*)\(.*\n    \"\"\"", (ROOT / "tasks.py").read_text(encoding="utf-8"), re.M)
    told = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", "tasks.py"))
    assert {"run", "test", "check", "setup", "bench"} <= set(tasks)
    for task in ("run", "test", "check", "bench"):
        assert f"make {task}" in told
