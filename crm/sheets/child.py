"""The reading process: bounded in memory and time, given a path, answering in lines of JSON.

Started by `reading_process`, never imported by the application. A hostile file may make it abort; that is its use.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

from crm.sheets.grid import Format
from crm.sheets.limits import Limits
from crm.sheets.refusal import Reason, Refusal
from crm.sheets.sniff import sniff


def confine(limits: Limits, seconds: float) -> None:
    """Bind this process before it opens anything; no core dump, because the file may hold personal data.

    Windows has no such limits: there the pre-scan and the parent's clock remain.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds) + 1))


def read_lines(path: Path, name: str, limits: Limits) -> Iterator[Any]:
    """["book", format], then the lines of each sheet, as `wire` packs them."""
    kind = sniff(path, limits)
    yield ["book", kind]
    if kind is Format.CSV:
        yield from _csv_lines(path, name, limits)
        return
    from crm.sheets.prescan import prescan
    from crm.sheets.workbook import sheet_lines

    yield from sheet_lines(path, prescan(path, limits) if kind is Format.XLSX else None, limits)


def _csv_lines(path: Path, name: str, limits: Limits) -> Iterator[Any]:
    from crm.sheets.text import text_rows

    yield ["sheet", name, False, [], []]
    for number, values in text_rows(path, name, limits):
        while values and not values[-1]:
            values.pop()
        if values:
            yield [number, False, [value or None for value in values]]


def mark_lines(path: Path, name: str, limits: Limits) -> Iterator[Any]:
    """Reads the order {target, marks} from standard input and writes the marked workbook."""
    from crm.sheets.marks import SheetMarks
    from crm.sheets.prescan import prescan
    from crm.sheets.red_pencil import mark_original

    order = json.load(sys.stdin)
    if sniff(path, limits) is not Format.XLSX:
        return
    prescan(path, limits)
    mark_original(path, Path(order["target"]), [SheetMarks.from_json(page) for page in order["sheets"]])
    yield ["marked"]


def main(arguments: list[str]) -> None:
    """TASK PATH NAME LIMITS SECONDS: every answer ends with ["end"] or ["refused", reason, params]."""
    task, path, name, limits_text, seconds = arguments
    limits = Limits(**json.loads(limits_text))
    confine(limits, float(seconds))
    lines = {"read": read_lines, "mark": mark_lines}[task](Path(path), name, limits)
    try:
        for line in lines:
            _answer(line)
        _answer(["end"])
    except Refusal as refusal:
        _answer(["refused", refusal.reason, refusal.params])
    except MemoryError:
        _answer(["refused", Reason.BROKE_OFF, {}])
    except BaseException as broken:  # a panic of the reader is no Exception
        _answer(["refused", Reason.DAMAGED, {"cause": type(broken).__name__}])
    sys.stdout.flush()


def _answer(line: Any) -> None:
    sys.stdout.write(json.dumps(line, separators=(",", ":")) + "\n")
