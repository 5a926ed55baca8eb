"""A newcomer has Python, git and a fresh clone; nothing is configured and nothing else is installed."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services.processes import (
    DIRECT,
    ROOT,
    command_line,
    descendants,
    free_port,
    is_alive,
    running,
    status,
    until,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("newcomer")]

COREUTILS = "basename cat chmod cp cut date dirname env head id ln ls mkdir mktemp mv readlink rm sort tail touch tr wc"
IN_TIME = 180
BLOCKS = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)


@pytest.fixture(scope="module")
def clone(tmp_path_factory) -> Path:
    """One clone for all stories: the later ones need no second download."""
    place = tmp_path_factory.mktemp("newcomer") / "clone"
    subprocess.run(["git", "clone", "--quiet", "--no-local", ROOT, place], check=True)
    return place


@pytest.fixture
def bare(tmp_path) -> dict[str, str]:
    """PATH with python3, git and coreutils, an empty HOME; what this machine says about its network stays."""
    bin_folder, home = tmp_path / "bin", tmp_path / "home"
    bin_folder.mkdir()
    home.mkdir()
    (bin_folder / "python3").symlink_to(Path(sys.base_prefix) / "bin" / Path(sys.executable).resolve().name)
    for program in ["git", *COREUTILS.split()]:
        (bin_folder / program).symlink_to(shutil.which(program))
    ours = ("CRM_", "TEST_", "PYTEST_", "VIRTUAL_ENV", "PYTHON", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PATH": str(bin_folder), "HOME": str(home)}


def test_run_reaches_the_sign_in_page_and_stops_cleanly(clone, bare, tmp_path):
    started = time.monotonic()
    with running(
        "python3", "tasks.py", "run", "--port", str(free_port()), env=bare, cwd=clone, log=tmp_path / "run"
    ) as run:
        says = run.until_says("Ctrl+C", IN_TIME)
        assert time.monotonic() - started < IN_TIME
        address = re.search(r"http://127\.0\.0\.1:\d+", says).group()
        sign_in = page(address, "/sign-in")
        assert "<form" in sign_in and "csrf_token" in sign_in

        web, scheduler = (int(re.search(rf"{name}=(\d+)", says).group(1)) for name in ("web", "scheduler"))
        assert {web, scheduler} <= set(descendants(run.pid))
        assert "run-scheduler" in command_line(scheduler)
        run.until(lambda: status(f"{address}/readyz?with=scheduler") == 200, 60)

        family = descendants(run.pid)
        assert run.stop() == 0
        assert until(lambda: not any(map(is_alive, family)))

    assert list((tmp_path / "home").iterdir()) == []
    assert untracked(clone) == ""


def test_a_second_setup_costs_nothing(clone, bare):
    setup = ["python3", "tasks.py", "setup"]
    subprocess.run(setup, cwd=clone, env=bare, check=True, timeout=IN_TIME, stdout=subprocess.DEVNULL)
    started = time.monotonic()
    subprocess.run(setup, cwd=clone, env=bare, check=True)
    assert time.monotonic() - started < 1


def test_the_tests_run_too(clone, bare):
    """A rule, a page on each database and a browser story; what Debian would have to add is here already."""
    stories = [
        "tests/imports/test_dates.py",
        "tests/handover/test_serving_command.py",
        "tests/desk/test_help_in_a_browser.py::test_without_scripts_the_question_mark_leads_to_the_page_of_help",
    ]
    command = ["python3", "tasks.py", "test", "--", "-q", "-p", "no:cacheprovider", *stories]

    done = subprocess.run(command, cwd=clone, env=bare, capture_output=True, text=True, timeout=2 * IN_TIME)

    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-2000:]}"
    assert re.search(r"\d+ passed", done.stdout) and "skipped" not in done.stdout
    assert untracked(clone) == ""


def test_the_commands_of_the_readme_run_as_they_stand_there(clone, bare):
    """On the demonstration; each line may use what the lines before it made."""
    subprocess.run(["python3", "tasks.py", "setup"], cwd=clone, env=bare, check=True, timeout=IN_TIME)
    for command in ("init-db", "seed-demo"):
        words = [".venv/bin/flask", "--app", "wsgi", command]
        subprocess.run(words, cwd=clone, env={**bare, "CRM_ENV": "demo"}, check=True, timeout=60)
    _first, database, lines = (block for block in BLOCKS.findall((clone / "README.md").read_text(encoding="utf-8")))
    statement = re.search(r'sqlite3 (\S+) "(.*?)"', database, re.S)
    with sqlite3.connect(clone / statement.group(1)) as opened, pytest.raises(sqlite3.IntegrityError) as refused:
        opened.execute(statement.group(2))
    assert str(refused.value) in database, "the README tells what one reads"

    fails_well = "doctor"  # it finds that no scheduler runs
    for line in lines.strip().splitlines():
        command = f"{lines.splitlines()[0]}\n{line}"
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=clone, env=bare, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0 or fails_well in line, f"{line}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
    assert untracked(clone) == ""


def test_a_taken_port_is_told_and_a_lost_child_ends_the_other(clone, bare, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with running("python3", "tasks.py", "run", "--port", port, env=bare, cwd=clone, log=tmp_path / "run") as run:
            says = run.until_says("Ctrl+C", IN_TIME)
            assert f"port {port} is taken" in says

            web, scheduler = (int(re.search(rf"{name}=(\d+)", says).group(1)) for name in ("web", "scheduler"))
            os.kill(scheduler, signal.SIGKILL)
            assert run.wait() == 1
            assert until(lambda: not is_alive(web))
            assert "scheduler (-9)" in run.output


def page(address: str, path: str) -> str:
    with DIRECT.open(address + path, timeout=10) as answer:
        return answer.read().decode()


def untracked(clone: Path) -> str:
    done = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    return done.stdout
