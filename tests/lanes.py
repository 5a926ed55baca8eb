"""The whole suite in lanes, quick ones first: `python -m tests.lanes`.

A lane over its budget warns and names its slowest tests; it fails above LIMIT times its budget, or when a test fails.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.services import postgres

ROOT = Path(__file__).resolve().parents[1]
REPORTS = ROOT / ".venv" / "lanes"
NONE_COLLECTED = 5
SLOWEST = 15
LIMIT = 3
"""The same lane took 2.5 times as long on the same kind of machine an hour later."""


@dataclass(frozen=True)
class Lane:
    name: str
    minutes: float
    chosen: str
    """pytest's marker expression."""
    workers: int = 2


LANES = (
    Lane("rules", 1, "rules"),
    Lane("pages", 6, "not (rules or slow or browser or proof or other_database)"),
    Lane("import, ledger, faults", 6, "slow and not (browser or proof or other_database)"),
    Lane("browser", 8, "browser and not proof"),
)


@dataclass(frozen=True)
class Result:
    lane: Lane
    seconds: float
    code: int
    passed: int
    failed: int
    slowest: list[tuple[float, str]]

    @property
    def share(self) -> float:
        return self.seconds / (self.lane.minutes * 60)

    @property
    def is_good(self) -> bool:
        return self.code in (0, NONE_COLLECTED) and self.share <= LIMIT

    def __str__(self) -> str:
        word = f"over {LIMIT} times the budget" if self.share > LIMIT else "over budget" if self.share > 1 else ""
        counts = f"{self.passed:5} passed {self.failed:3} failed"
        return f"{self.lane.name:24}{counts} {self.seconds:6.0f} s of {self.lane.minutes * 60:.0f} s  {word}".rstrip()


def main() -> int:
    with postgres.serving():
        results = [drive(lane, number) for number, lane in enumerate(LANES, 1)]
    print("\n" + "\n".join(map(str, results)))
    passed, failed = sum(result.passed for result in results), sum(result.failed for result in results)
    good = passed and all(result.is_good for result in results)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if good else 1


def drive(lane: Lane, number: int) -> Result:
    print(f"\n── {number}. {lane.name} ({lane.minutes} min)", flush=True)
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{number}.xml"
    report.unlink(missing_ok=True)
    options = ["-q", "-n", str(lane.workers), "--dist=loadgroup", "-m", lane.chosen, f"--junit-xml={report}"]
    started = time.monotonic()
    code = pytest(options, patience=lane.minutes * 60 * 4)
    result = read(lane, time.monotonic() - started, code, report)
    if result.share > 1:
        print(f"! {lane.name}: {result.seconds:.0f} s, budget {lane.minutes * 60:.0f} s. The slowest:")
        print("\n".join(f"{seconds:8.1f} s  {name}" for seconds, name in result.slowest), flush=True)
    return result


def pytest(options: list[str], patience: float) -> int:
    """Its exit code; a run that hangs is ended."""
    command = [sys.executable, "-m", "pytest", *options]
    try:
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "COLUMNS": "120"}, timeout=patience).returncode
    except subprocess.TimeoutExpired:
        print(f"✗ ended after {patience:.0f} s", flush=True)
        return 1


def read(lane: Lane, seconds: float, code: int, report: Path) -> Result:
    """Counts and the slowest tests from pytest's own report; without one (a crash) the lane counts as failed."""
    cases = list(ElementTree.parse(report).iter("testcase")) if report.exists() else []
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    timed = sorted(((float(case.get("time", 0)), named(case)) for case in cases), reverse=True)
    passed = len(cases) - failed - sum(case.find("skipped") is not None for case in cases)
    return Result(lane, seconds, code, passed, failed, timed[:SLOWEST])


def named(case: ElementTree.Element) -> str:
    return f"{case.get('classname')}::{case.get('name')}"


if __name__ == "__main__":
    sys.exit(main())
