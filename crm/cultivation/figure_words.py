"""What stands beside a figure (口径): what is counted, as of when, what is left out, and a line to read aloud."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from crm.core.shown import day
from crm.core.words import is_english, say
from crm.cultivation.overview import Line
from crm.cultivation.rules.ladder import ladder

LEFT_OUT = say("Left out: firms that had left the zone, and steps that still wait for confirmation.")
LEFT_OFF_LISTS = say("Left out: firms struck off by that day, and those that had left the zone.")
IN_PART = say("Only firms whose plans you may see are counted.")
MOVED = say(
    "New: quoted, listed or put on a list in these days. Moved in or out: with the firm, without a market event."
)


@dataclass(frozen=True)
class Meaning:
    """`counted` and `left_out` define the figure, `aloud` says it in one line."""

    label: str
    counted: str
    left_out: str
    aloud: str


def meaning(line: Line, on: date) -> Meaning:
    left_out = str(LEFT_OFF_LISTS if line.is_list else LEFT_OUT)
    if line.is_partial:
        left_out += (" " if is_english() else "") + str(IN_PART)
    return Meaning(line.label, _counted(line, on), left_out, aloud(line, on))


def _counted(line: Line, on: date) -> str:
    if line.is_list:
        words = say(
            "Firms in the zone at the end of %(day)s that are on the list in force that day, each once.", day=day(on)
        )
        return str(words)
    told = (", " if is_english() else "、").join(
        f"{ladder().owner[code]}·{ladder().state(code)}" for code in ladder().figure_states(line.code)
    )
    words = say("Firms in the zone whose track stands at the end of %(day)s in: %(states)s; each firm once.",
                day=day(on), states=told)  # fmt: skip
    return str(words)


def aloud(line: Line, on: date) -> str:
    """截至2017年2月28日，全区共有上市企业3家，其中主板2家、创业板1家。"""
    day_said = day(on) if is_english() else f"{on.year}年{on.month}月{on.day}日"
    boards = [str(say("%(board)s: %(n)s", board=part.label, n=part.now)) for part in line.boards if part.now]
    parts = (", " if is_english() else "、").join(boards)
    told = {"day": day_said, "label": line.label, "n": line.flow.closing, "parts": parts}
    if line.is_partial:
        return str(say("At the end of %(day)s, of the firms I may see, %(label)s: %(n)s.", **told))
    if boards:
        return str(say("At the end of %(day)s in the zone, %(label)s: %(n)s, of these %(parts)s.", **told))
    return str(say("At the end of %(day)s in the zone, %(label)s: %(n)s.", **told))
