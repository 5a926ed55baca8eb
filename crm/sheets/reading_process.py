"""Starts the reading process, listens to it, and puts it down when it takes too long or says too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Timer
from typing import Any

from crm.sheets.limits import Limits
from crm.sheets.refusal import Reason
from crm.sheets.unreadable import Unreadable

CRM = Path(__file__).resolve().parent.parent
START = (  # the package without the application: no Flask, no database, 40 ms
    "import sys, types; crm = types.ModuleType('crm'); crm.__path__ = [sys.argv[1]]; sys.modules['crm'] = crm; "
    "from crm.sheets.child import main; main(sys.argv[2:])"
)
PATIENCE = 1 if sys.platform == "win32" else 3  # by the clock; the processor's time is limited in the process itself
KEEP_OF_ENVIRONMENT = ("SYSTEMROOT", "PATH", "TEMP", "TMP", "TMPDIR")  # no secrets of the application


def answers(task: str, path: Path, name: str, limits: Limits, order: Any = None) -> Generator[Any, None, None]:
    """The lines of one reading process, without the closing one. Raises Unreadable."""
    seconds = limits.seconds_for(path.stat().st_size)
    with _started(task, path, name, limits, seconds) as process:
        watch = _Watch(process, seconds)
        try:
            _send(process, order)
            yield from _listen(process, limits, watch)
        finally:
            watch.stop()


def _started(task: str, path: Path, name: str, limits: Limits, seconds: float) -> subprocess.Popen[bytes]:
    arguments = [str(CRM), task, str(path.resolve()), name, json.dumps(asdict(limits)), str(seconds)]
    environment = {key: os.environ[key] for key in KEEP_OF_ENVIRONMENT if key in os.environ}
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-c", START, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    )


class _Watch:
    """Kills the process when its time is over, with patience for a busy machine."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self._process = process
        self._timer = Timer(seconds * PATIENCE, self._strike)
        self._timer.daemon = True
        self._timer.start()
        self.seconds = seconds
        self.has_struck = False

    def _strike(self) -> None:
        self.has_struck = True
        self._process.kill()

    def stop(self) -> None:
        self._timer.cancel()
        self._process.kill()


def _send(process: subprocess.Popen[bytes], order: Any) -> None:
    assert process.stdin
    try:
        with process.stdin as pipe:
            pipe.write(json.dumps(order).encode())
    except BrokenPipeError:
        pass  # it ended before listening; what it said, or its silence, tells why


def _listen(process: subprocess.Popen[bytes], limits: Limits, watch: _Watch) -> Iterator[Any]:
    assert process.stdout
    left = limits.answer_bytes
    while line := process.stdout.readline(left):
        left -= len(line)
        if left <= 0:
            raise Unreadable(Reason.BROKE_OFF)
        match json.loads(line):
            case ["end"]:
                return
            case ["refused", reason, dict(params)]:
                raise Unreadable(Reason(reason), **params)
            case answer:
                yield answer
    if watch.has_struck or process.wait() == -_CPU_TIME_OVER:
        raise Unreadable(Reason.TOO_SLOW, seconds=round(watch.seconds))
    raise Unreadable(Reason.BROKE_OFF)


_CPU_TIME_OVER = 24  # SIGXCPU, which Windows does not know
