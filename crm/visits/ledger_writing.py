"""Writing a ledger: visits, who came along, what is promised for a day to come, and the last days of the firms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from crm.accounts.models import User
from crm.accounts.names import pinyin_of
from crm.core import clock
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import Changed, Journal, parts
from crm.core.staging import Choices, Errand, Outcome
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.followups.models import Followup
from crm.followups.rules import AHEAD
from crm.timeline import record_many
from crm.timeline import row as entry
from crm.visits import rules
from crm.visits.ledger_rows import Row
from crm.visits.models import Visit, VisitPerson
from crm.workdays.queries import calendar

LONGEST_REQUEST = 400
DAYS = ("last_visit_on", "last_contact_on")


def write(rows: Sequence[Row], errand: Errand, choices: Choices, journal: Journal) -> tuple[dict[str, int], list[int]]:
    """What was done, and which firms it was done to. Rows of officials nobody wanted to create stay out."""
    made = _officials(rows, choices, journal)
    new = [(row, who) for row in rows if row.line.outcome == Outcome.NEW and (who := _author(row, made))]
    changed = [row for row in rows if row.line.outcome == Outcome.UPDATE]
    ids = journal.insert(Visit, [_visit(row, who, errand) for row, who in new])
    journal.insert(VisitPerson, [
        {"visit_id": visit_id, "user_id": user_id, "name": name, "part": part}
        for (row, _who), visit_id in zip(new, ids, strict=True) for name, user_id, part in row.others
    ])  # fmt: skip
    told = [(row, who, visit_id) for (row, who), visit_id in zip(new, ids, strict=True)]
    ahead = _promises([*told, *_said_since(changed, errand)], errand)
    journal.insert(Followup, ahead)
    _mend(changed, journal)
    _last_days([row for row, _who in new], [each["enterprise_id"] for each in ahead], journal)
    record_many([_told(row, visit_id, errand) for (row, _who), visit_id in zip(new, ids, strict=True)])
    record_many([_corrected(row, errand) for row in changed])
    firms = sorted({row.firm for row, _who in new} | {row.firm for row in changed})
    return {"new": len(new), "update": len(changed)}, firms


def _officials(rows: Sequence[Row], choices: Choices, journal: Journal) -> dict[str, int]:
    """Without access, in the unit chosen; name → id."""
    if choices.officials_unit is None:
        return {}
    names = list(dict.fromkeys(row.name for row in rows if row.is_by_stranger))
    new = [{"name": name, "name_pinyin": pinyin_of(name), "unit_id": choices.officials_unit} for name in names]
    return dict(zip(names, journal.insert(User, new), strict=True))


def _author(row: Row, made: dict[str, int]) -> int | None:
    return row.author.id if row.author else made.get(row.name)


def _visit(row: Row, author: int, errand: Errand) -> dict[str, Any]:
    typist = errand.user.id if errand.user is not None and errand.user.id != author else None
    return {
        "enterprise_id": row.firm, "kind": row.kind, "counts": rules.kinds(row.day)[row.kind].counts_as_visit,
        "visited_on": row.day, "author_id": author, "entered_by_id": typist, "met": row.met,
        "is_not_met": row.is_not_met, "text": row.text, "client_key": row.key,
        "source": "import" if typist or errand.user is None else "sheet",
    }  # fmt: skip


def _said_since(changed: Sequence[Row], errand: Errand) -> list[tuple[Row, int, int]]:
    """Of an official's own sheet: what he writes beside a visit that is there already is promised like that of a new
    one. The same sheet a second time changes nothing."""
    known = [(row, row.visit.author_id, row.visit.id) for row in changed if row.visit is not None]
    return [each for each in known if _is_own(each[1], errand)]


def _promises(new: Sequence[tuple[Row, int, int]], errand: Errand) -> list[dict[str, Any]]:
    """The next days; of an official's own sheet also what the firm asks for, which its commissioner sees to.

    Requests of a whole ledger are history: they stay words of their visits.
    """
    found = [_promise(row, who, visit_id, errand) for row, who, visit_id in new if row.next_on]
    asked = [each for each in new if each[0].line.said.get("request") and _is_own(each[1], errand)]
    serving = _commissioners([row.firm for row, *_ in asked])
    soon = calendar().roll(clock.today() + timedelta(days=AHEAD[0])).on
    for row, who, visit_id in asked:
        promise = _promise(row, serving.get(row.firm, who), visit_id, errand)
        text = row.line.said["request"][:LONGEST_REQUEST]
        found.append({**promise, "kind": "request", "text": text, "due_on": row.next_on or soon})
    return found


def _is_own(author: int, errand: Errand) -> bool:
    return errand.user is not None and errand.user.id == author


def _commissioners(firms: Sequence[int]) -> dict[int, int]:
    held = (Assignment.enterprise_id.in_(firms), Assignment.ended_on.is_(None))
    rows = db.session.execute(select(Assignment.enterprise_id, Assignment.commissioner_id).where(*held))
    return {row.enterprise_id: row.commissioner_id for row in rows}


def _promise(row: Row, author: int, visit_id: int, errand: Errand) -> dict[str, Any]:
    words = str(say("Follow up on the visit of %(day)s", day=row.day.isoformat()))
    return {
        "enterprise_id": row.firm, "owner_id": author, "kind": "followup", "text": words, "due_on": row.next_on,
        "origin_kind": "visit", "origin_id": visit_id, "by_id": errand.user.id if errand.user is not None else None,
    }  # fmt: skip


def _mend(rows: Sequence[Row], journal: Journal) -> None:
    now, changes = clock.now(), []
    for row in rows:
        visit = row.visit
        if visit is None:
            continue
        said = {key: pair[1] for key, pair in row.line.changes.items()}
        met = said.get("met", visit.met)
        before = {"text": visit.text, "met": visit.met, "is_not_met": visit.is_not_met, "version": visit.version}
        after = {"text": said.get("text", visit.text), "met": met, "is_not_met": visit.is_not_met and not met}
        changes.append(Changed(visit.id, row.firm, before, {**after, "version": visit.version + 1, "updated_at": now}))
    journal.update(Visit, changes)


def _last_days(new: Sequence[Row], promised: Sequence[int], journal: Journal) -> None:
    """Derived days never move back; in the journal, so that taking the import back restores them."""
    newest: dict[int, dict[str, date]] = {firm: {} for firm in promised}
    for row in new:
        found = newest.setdefault(row.firm, {})
        keys = DAYS if rules.kinds(row.day)[row.kind].counts_as_visit else DAYS[1:]
        for key in keys:
            found[key] = max(found.get(key, row.day), row.day)
    columns = (Enterprise.id, Enterprise.last_visit_on, Enterprise.last_contact_on, Enterprise.open_followups)
    changes = []
    for some in parts(sorted(newest)):
        for firm, *days, count in db.session.execute(select(*columns).where(among(Enterprise.id, some))):
            before: dict[str, Any] = dict(zip(DAYS, days, strict=True)) | {"open_followups": count}
            after: dict[str, Any] = {key: _later(before[key], newest[firm].get(key)) for key in DAYS}
            after["open_followups"] = count + promised.count(firm)
            changes.append(Changed(firm, firm, before, after))
    journal.update(Enterprise, changes)


def _later(known: date | None, day: date | None) -> date | None:
    return max((one for one in (known, day) if one is not None), default=None)


def _told(row: Row, visit_id: int, errand: Errand) -> dict[str, Any]:
    body: dict[str, Any] = {"on": row.day.isoformat(), "kind": row.kind, "text": row.text, "author": row.name}
    if errand.user is None or row.author is None or errand.user.id != row.author.id:
        body["on_behalf_of"] = row.name
    return entry(row.firm, "visit.recorded", by=errand.by, subject=("visit", visit_id), via="import", **body)


def _corrected(row: Row, errand: Errand) -> dict[str, Any]:
    return entry(
        row.firm, "visit.edited", by=errand.by, subject=("visit", row.line.target or 0), via="import",
        on=row.day.isoformat(), changes=row.line.changes,
    )  # fmt: skip
