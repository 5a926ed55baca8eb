"""The columns of the visit list and of its files: heading, cell, order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crm.core.lists import Badge, Column, Person
from crm.core.words import Say, _, say
from crm.enterprises.models import Enterprise
from crm.visits.models import Visit, VisitState
from crm.visits.words import kind_word

EXCERPT = 60
NOBODY: Mapping[int, Mapping[str, str]] = {}
STATE = {
    VisitState.PLANNED: Badge("soon", say("Planned")),
    VisitState.VOIDED: Badge("neutral", say("Voided")),
    VisitState.DONE: Badge("good", say("Took place")),
}
SOURCE = {"hand": say("by hand"), "import": say("imported"), "sheet": say("returned sheet")}


def columns(along: Mapping[int, Mapping[str, str]] = NOBODY, *, with_typist: bool = False) -> list[Column]:
    """`along`: who came along, by visit and part; `with_typist`: who typed it stands in the list unasked."""
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key,), width="wide"),
        Column("visited_on", say("Day"), "day", order=(Visit.visited_on,), phone=True),
        Column("kind", say("How"), value=_kind, phone=True),
        Column("author", say("Visitor"), "person", value=lambda row: Person(row.author, row.unit), phone=True),
        Column("leaders", say("Leader who came along"), value=_part(along, "leader"), optional=True),
        Column("companions", say("Colleagues who came along"), value=_part(along, "companion"), optional=True),
        Column("met", say("Whom they met"), value=met),
        Column("text", say("What was talked about"), value=_excerpt, width="wide", phone=True),
        Column("state", say("Record"), "badge", value=lambda row: STATE[row.state], optional=True),
        Column("territory", say("Territory"), optional=True),
        Column("commissioner", say("Commissioner"), optional=True),
        Column(
            "entered_by",
            say("Entered by"),
            value=lambda row: row.typist or "",
            optional=not with_typist,
            phone=with_typist,
        ),
        Column("source", say("Came from"), value=lambda row: source(row.source), optional=True),
        Column("created_at", say("Entered at"), "instant", order=(Visit.created_at,), optional=True),
    ]


def _part(along: Mapping[int, Mapping[str, str]], part: str) -> Callable[[Any], str]:
    return lambda row: along.get(row.id, {}).get(part, "")


def source(key: str) -> Say | str:
    return SOURCE.get(key, key)


def met(row: Any) -> Say | str:
    return say("nobody in charge was there") if row.is_not_met else row.met


def _kind(row: Any) -> str | Badge:
    if row.state == VisitState.DONE:
        return kind_word(row.kind, row.visited_on)
    return Badge(STATE[row.state].kind, f"{kind_word(row.kind, row.visited_on)} · {STATE[row.state].word}")


def _excerpt(row: Any) -> str:
    text = " ".join(row.text.split()) or _("Nothing written yet")
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
