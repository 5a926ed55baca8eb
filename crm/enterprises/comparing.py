"""Two people changed one enterprise: mine beside theirs, and what is kept of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from crm.core.db import db
from crm.core.words import Say
from crm.enterprises.facts import FACTS, shown
from crm.timeline import Entry

Typed = dict[str, str]


@dataclass(frozen=True)
class Row:
    """One fact on which the two differ. `conflict`: both changed it; else `keeps` says whose change stands."""

    key: str
    label: Say | str
    before: str
    mine: str
    theirs: str
    conflict: bool
    keeps: str


def rows(was: Typed, mine: Typed, theirs: Typed, labels: Mapping[str, str]) -> list[Row]:
    """The facts that differ now; those only one of the two changed are decided already."""
    found = []
    for key, text in mine.items():
        before, other = was.get(key, ""), theirs.get(key, "")
        if text.strip() == other:
            continue
        keeps = "theirs" if text.strip() == before else "mine"
        conflict = keeps == "mine" and other != before
        label = FACTS[key].label if key in FACTS else labels.get(key, key)
        found.append(Row(key, label, shown(key, before), shown(key, text), shown(key, other), conflict, keeps))
    return found


def resolved(mine: Typed, theirs: Typed, chosen: Mapping[str, str]) -> Typed:
    """What to save: mine, except where `keep-<fact>` says theirs."""
    return {key: theirs.get(key, "") if chosen.get(f"keep-{key}") == "theirs" else text for key, text in mine.items()}


def last_editor(enterprise_id: int) -> str:
    """Who changed the enterprise last."""
    query = select(Entry.actor_name).where(Entry.enterprise_id == enterprise_id)
    return db.session.scalar(query.order_by(Entry.id.desc()).limit(1)) or ""
