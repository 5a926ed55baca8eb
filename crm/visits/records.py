"""Visits as rows of a file, one line a visit, under the heads that the import reads back without a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Select, select

from crm.core.db import read
from crm.core.journal import parts
from crm.core.words import say
from crm.sheets.layout import Column, Content, Show
from crm.sheets.write import Target, write_csv, write_table
from crm.visits import company
from crm.visits.lines import lines
from crm.visits.models import Visit, VisitState
from crm.visits.words import kind_word
from crm.workdays.words import marked

NOT_MET = say("nobody in charge was there")
STATE = {VisitState.DONE: say("Took place"), VisitState.PLANNED: say("Planned"), VisitState.VOIDED: say("Voided")}
COLUMNS = (
    Column(say("Visit number"), Show.NUMBER, 10),
    Column(say("Enterprise name"), width=36),
    Column(say("Unified social credit code"), width=23),
    Column(say("Day of the visit"), Show.DATE, 13),
    Column(say("Way of visiting"), width=10),
    Column(say("Visitor"), width=10),
    Column(say("Visitor's unit"), width=18),
    Column(say("Leader who came along"), width=14),
    Column(say("Colleagues who came along"), width=18),
    Column(say("Received by"), width=14),
    Column(say("What was talked about"), width=60),
    Column(say("Entered by"), width=10),
    Column(say("State of the record"), width=10),
)


def write(kind: str, target: Path | Target, rows: Iterable[list[Content]], *, title: str = "") -> int:
    """`rows` as `of` gives them; returns how many."""
    if kind == "csv":
        return write_csv(target, columns=COLUMNS, rows=rows)
    return write_table(target, columns=COLUMNS, rows=rows, title=title)


def everything() -> Select[int]:
    """All visits that took place, the oldest first."""
    return select(Visit.id).where(Visit.state == VisitState.DONE).order_by(Visit.visited_on, Visit.id)


def of(ids: Select[int]) -> Iterator[list[Content]]:
    """The rows of these visits in their order, some hundreds at a time."""
    for some in parts(list(read(ids).scalars())):
        along = company.of_many(some)
        for row in lines(some):
            yield cells(row, along.get(row.id, {}))


def cells(row: Any, along: Mapping[str, str]) -> list[Content]:
    on = marked(row.visited_on) if row.state == VisitState.PLANNED else row.visited_on
    return [
        row.id, row.name, row.credit_code, on, kind_word(row.kind, row.visited_on), row.author, row.unit,
        along.get("leader", ""), along.get("companion", ""),
        str(NOT_MET) if row.is_not_met else row.met, row.text, row.typist, str(STATE[row.state]),
    ]  # fmt: skip
