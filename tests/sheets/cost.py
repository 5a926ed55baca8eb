"""What reading a file costs the process that reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.sheets.books import ROOT

SECONDS, MEGABYTES = 5, 300


@dataclass(frozen=True)
class Cost:
    """What reading a file cost its process, and what came out: a reason with its words, or the number of rows.

    `seconds` of the processor: a busy machine must not look like a hostile file.
    """

    reason: str
    words: str
    rows: int
    seconds: float
    megabytes: float


MEASURE = """
import json, resource, sys, types
from pathlib import Path
crm = sys.modules["crm"] = types.ModuleType("crm")  # the package without the application: starts sooner
crm.__path__ = ["crm"]
from crm.sheets.read import read
from crm.sheets.unreadable import Unreadable
path = Path(sys.argv[1])
out = {"reason": "", "words": "", "rows": 0}
try:
    out["rows"] = sum(len(sheet.rows) for sheet in read(path, name=path.name).sheets)
except Unreadable as unreadable:
    out |= {"reason": unreadable.reason, "words": str(unreadable)}
used = resource.getrusage(resource.RUSAGE_CHILDREN)
out |= {"seconds": used.ru_utime + used.ru_stime, "megabytes": used.ru_maxrss * 1024 / 1e6}
print(json.dumps(out))
"""


def cost(path: Path) -> Cost:
    """Measured in a process of its own, so that no other child of the tests counts."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return Cost(**json.loads(run.stdout))


def refused(path, reason):
    """What it said, once it is certain that it said so cheaply and for this reason."""
    price = cost(path)
    assert price.reason == reason, price
    assert price.words
    assert "%(" not in price.words
    assert price.seconds < SECONDS
    assert price.megabytes < MEGABYTES
    return price.words


def read_cheaply(path):
    price = cost(path)
    assert not price.reason, price
    assert price.seconds < SECONDS
    assert price.megabytes < MEGABYTES
    return price.rows
