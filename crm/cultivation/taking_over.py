"""Writing a planned list of quoted and listed firms: provisional firms, then attempts, their events and spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from crm.core.among import among
from crm.core.bulk import insert_many, new_ids
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Errand, Line
from crm.cultivation import bringing, courses, rungs
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.rules.history import Event, Origin, Sort, Step, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.markets import Market
from crm.cultivation.rules.states import Kind
from crm.enterprises import names, pinyin
from crm.enterprises.models import Enterprise, Presence
from crm.enterprises.search_index import index_many
from crm.timeline import Level, record_many
from crm.timeline import row as entry


@dataclass
class Row:
    """A line of the list: `key` tells firms apart, also those that have no id yet."""

    line: Line
    key: int | str
    firm: int | None
    market: Market
    on: date
    origin: Origin
    attempt: int = 1
    event: Event | None = None
    goes_on: tuple[Track, int] | None = None
    """An attempt whose events were all voided, and how many they are."""
    warnings: list[dict[str, str]] = field(default_factory=list)
    closes: bool = False
    """Of the firm's tracks one ends with another."""


def write(rows: Sequence[Row], errand: Errand) -> dict[str, int]:
    """All rows are new attempts. A provisional firm is in the zone from its first event."""
    _enter([row for row in rows if row.firm is None], errand)
    _name_stock_codes(rows)
    begun = [row for row in rows if row.goes_on is None]
    ids = new_ids(Track.__table__, len(begun))
    of_row = {id(row): track_id for row, track_id in zip(begun, ids, strict=True)}
    insert_many(Track.__table__, (_track(row, of_row[id(row)]) for row in begun))
    insert_many(TrackEvent.__table__, (_event(row, of_row[id(row)], errand) for row in begun))
    insert_many(TrackSpan.__table__, (span for row in begun for span in _spans(row, of_row[id(row)])))
    for row in rows:
        if row.goes_on is not None:
            track = db.session.get_one(Track, row.goes_on[0].id)
            db.session.add(TrackEvent(**_event(row, track.id, errand)))
            db.session.flush()
            courses.rebuild(track)
    rungs.remake([row.firm for row in rows if row.firm is not None])
    record_many([_told(row, errand) for row in rows])
    for firm_id in sorted({row.firm for row in rows if row.closes and row.firm}):
        bringing.settle(db.session.get_one(Enterprise, firm_id), by=errand.by)
    return {"new": len(rows), "update": 0}


def _enter(rows: Sequence[Row], errand: Errand) -> None:
    """The firms nobody knows, each once, without a credit code unless the list has it."""
    of_key: dict[int | str, list[Row]] = {}
    for row in rows:
        of_key.setdefault(row.key, []).append(row)
    ids = new_ids(Enterprise.__table__, len(of_key))
    firms = dict(zip(ids, of_key.values(), strict=True))
    insert_many(Enterprise.__table__, (_firm(row_id, same[0], errand) for row_id, same in firms.items()))
    present = [
        {"enterprise_id": row_id, "from_on": min(row.on for row in same), "reason": "imported"}
        for row_id, same in firms.items()
    ]
    insert_many(Presence.__table__, present)
    for row_id, same in firms.items():
        for row in same:
            row.firm = row.line.target = row_id
    for some in parts(ids):
        index_many(db.session.scalars(select(Enterprise).where(among(Enterprise.id, some))))
    told = {row_id: same[0].line.said for row_id, same in firms.items()}
    record_many([
        entry(row_id, "enterprise.added", by=errand.by, via="import", subject=("enterprise", row_id),
              name=said["name"], credit_code=said.get("credit_code"))
        for row_id, said in told.items()
    ])  # fmt: skip


def _firm(row_id: int, row: Row, errand: Errand) -> dict[str, Any]:
    said, name = row.line.said, names.tidy(row.line.said["name"])
    return {
        "id": row_id,
        "name": name,
        "name_key": names.normal(name),
        "sort_key": pinyin.sort_key(name),
        "credit_code": said.get("credit_code"),
        "unit_id": errand.unit.id,
        "stock_code": said.get("stock_code") or "",
        "industry": said.get("industry") or "",
    }


def _name_stock_codes(rows: Sequence[Row]) -> None:
    """The stock code is an identifier: a firm that lacks it gets it, and is found by it."""
    told = {row.firm: code for row in rows if (code := row.line.said.get("stock_code"))}
    lacking: list[Enterprise] = []
    for some in parts(sorted(row_id for row_id in told if row_id is not None)):
        query = select(Enterprise).where(among(Enterprise.id, some), Enterprise.stock_code == "")
        lacking += db.session.scalars(query).all()
    for firm in lacking:
        firm.stock_code = told[firm.id]
        firm.version += 1
    db.session.flush()
    index_many(lacking)


def _kind(row: Row) -> Kind:
    return ladder().kinds[row.market.kind]


def _course(row: Row) -> tuple[Step, ...]:
    assert row.event is not None
    return steps([row.event])


def _track(row: Row, track_id: int) -> dict[str, Any]:
    return {
        "id": track_id,
        "enterprise_id": row.firm,
        "kind": row.market.kind,
        "attempt": row.attempt,
        "state": row.market.state,
        "board": row.market.board,
        "since_on": row.on,
        "is_open": True,
        "is_restricted": False,
        "last_seq": 1,
    }


def _event(row: Row, track_id: int, errand: Errand) -> dict[str, Any]:
    assert row.event is not None
    said = row.line.said
    people = {"proposed_by_id": errand.by.id, "proposed_by_name": errand.by.name}
    return {
        "track_id": track_id,
        "seq": row.event.seq,
        "sort": Sort.BASELINE,
        "state": row.market.state,
        "happened_on": row.on,
        "board": row.market.board,
        "reason": str(row.origin),
        "document_no": said.get("document_no") or "",
        "note": said.get("note") or "",
        "warnings": row.warnings,
        "ladder": _kind(row).version,
        **people,
        "confirmed_by_id": errand.by.id,
        "confirmed_by_name": errand.by.name,
    }


def _spans(row: Row, track_id: int) -> list[dict[str, Any]]:
    return courses.span_rows(row.firm or 0, track_id, _kind(row), _course(row))


def _told(row: Row, errand: Errand) -> dict[str, Any]:
    told: dict[str, Any] = {
        "track": row.market.kind,
        "attempt": row.attempt,
        "state": row.market.state,
        "board": row.market.board,
    }
    return entry(row.firm, "track.baseline", by=errand.by, via="import", level=Level.INTERNAL, **told,
                 on=row.on.isoformat(), note=row.line.said.get("note") or "")  # fmt: skip
