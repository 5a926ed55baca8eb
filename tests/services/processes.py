"""The documented commands as child processes: started, waited for, looked at, ended; never anybody else's."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError, URLError

Truth = TypeVar("Truth")
ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Command:
    """A running command; its output goes to a file so that it never waits for a reader."""

    def __init__(self, *arguments: str | Path, env: dict[str, str], log: Path, cwd: Path = ROOT) -> None:
        self.log = log
        self.name = " ".join(str(argument) for argument in arguments[:5])
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.process.pid

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait(self, timeout: float = 30) -> int:
        """Its exit code; negative = ended by that signal."""
        return self.process.wait(timeout)

    def until(self, condition: Callable[[], Truth], timeout: float = 30) -> Truth:
        """Wait for the condition while the command lives; its output is in the failure's text."""

        def living() -> Truth:
            assert self.is_running, f"{self.name} ended with {self.process.returncode}:\n{self.output[-4000:]}"
            return condition()

        return until(living, timeout, lambda: f"{self.name}:\n{self.output[-4000:]}")

    def until_says(self, words: str, timeout: float = 30) -> str:
        return self.until(lambda: self.output if words in self.output else "", timeout)

    def stop(self, timeout: float = 30) -> int:
        """Ask it to end (SIGTERM) and wait; the exit code."""
        if self.is_running:
            self.process.terminate()
        return self.wait(timeout)

    def kill(self) -> None:
        """End it at whatever line it is (SIGKILL), with everything it started."""
        family = [self.pid, *descendants(self.pid)]
        for pid in family:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def running(*arguments: str | Path, env: dict[str, str], log: Path, cwd: Path = ROOT) -> Iterator[Command]:
    """A command that has ended, with its children, when the block is left."""
    command = Command(*arguments, env=env, log=log, cwd=cwd)
    try:
        yield command
    finally:
        try:
            command.stop()
        except subprocess.TimeoutExpired:
            command.kill()


def flask(*arguments: str) -> list[str]:
    """The words of a documented command: `flask --app wsgi …`."""
    return [PYTHON, "-m", "flask", "--app", "wsgi", *arguments]


def until(condition: Callable[[], Truth], timeout: float = 30, story: Callable[[], str] = lambda: "") -> Truth:
    """Ask again until the condition is true; fails after the deadline with what the story tells."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not (result := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s: {story()}"
        pause.wait(0.05)
    return result


def status(url: str) -> int:
    """The HTTP status of a GET; 0 while nobody answers."""
    try:
        with DIRECT.open(url, timeout=5) as answer:
            return answer.status
    except HTTPError as refused:
        with refused:
            return refused.code
    except (URLError, OSError):
        return 0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def is_alive(pid: int) -> bool:
    """False also for a process that ended and only waits to be collected."""
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z"


def is_stopped(pid: int) -> bool:
    """Standing still by SIGSTOP until somebody continues it."""
    return _stat(pid)[:1] == ["T"]


def descendants(pid: int) -> list[int]:
    """Children and their children, nearest first."""
    parents = {int(each.name): _stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
    found, queue = [], [pid]
    while queue:
        parent = queue.pop(0)
        born = [child for child, fields in parents.items() if fields and int(fields[1]) == parent]
        found += born
        queue += born
    return found


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()


def _stat(pid: int) -> list[str]:
    """State, parent, … of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []
