"""A past day of the demonstration: who was listed, quoted and on which list in February 2017, and who left since.

Written in sets: three hundred firms cost a fraction of a second, and none of them stands in the lists of today.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from crm.core import clock
from crm.core.among import among
from crm.core.bulk import insert_many, new_ids
from crm.core.data_files import read_yaml
from crm.core.db import db
from crm.cultivation import courses, lists, rungs
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.cultivation.rules.history import Event, Origin, Sort, board_of, is_open, is_restricted, steps
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.yearly import list_kinds
from crm.enterprises import names, pinyin
from crm.enterprises.models import Enterprise, Precision, Presence, Standing
from crm.enterprises.search_index import index_many
from crm.ops import demo_plans

if TYPE_CHECKING:
    from crm.ops.demo import Story

FILE = Path(__file__).with_name("data") / "demo_past.yaml"
CODES_FROM = 700_000


def remember(story: Story) -> None:
    """Enter the firms that left, all tracks, the yearly lists then and now. The people of the story are there."""
    told = read_yaml(FILE)
    gone = _enter_gone(story, told)
    known: dict[Any, int] = {n: firm.id for n, firm in enumerate(story.firms)}
    known |= {f"g{n}": row_id for n, row_id in enumerate(gone, 1)}
    ways = [(known[way["firm"]], way["kind"], _dated(way["events"], story.today)) for way in told["tracks"]]
    ways += [(known[firm], "REX", events) for firm, events in _on_the_exchange(told)]
    ids = _begin(ways, story)
    demo_plans.expect(story, told, ids)
    for each in told["lists"]:
        _list(story, each, known)
    rungs.remake(list(known.values()))


def _enter_gone(story: Story, told: dict[str, Any]) -> list[int]:
    """Firms that were in the zone then and are not any more, as ids in their order."""
    ids = new_ids(Enterprise.__table__, told["gone"])
    insert_many(Enterprise.__table__, (_firm(story, told, row_id, n) for n, row_id in enumerate(ids, 1)))
    insert_many(Presence.__table__, (
        {"enterprise_id": row_id, "from_on": _founded(n), "until_on": _left_on(told, n), "reason": _standing(told, n)}
        for n, row_id in enumerate(ids, 1)
    ))  # fmt: skip
    index_many(db.session.scalars(select(Enterprise).where(among(Enterprise.id, ids))))
    return ids


def _firm(story: Story, told: dict[str, Any], row_id: int, n: int) -> dict[str, Any]:
    data = story.data
    turn, place = divmod(n, len(data["trades"]))
    trade, business = data["trades"][place], data["businesses"][(place + 1 + turn) % len(data["businesses"])]
    form = data["forms"][-1] if n <= told["joint_stock"] else data["forms"][0]
    name = data["name"].format(trade=trade, word=business["word"], form=form)
    return {
        "id": row_id, "name": name, "name_key": names.normal(name), "sort_key": pinyin.sort_key(name),
        "credit_code": story.make.code(CODES_FROM + n), "unit_id": story.cast.section.id,
        "industry": business["industry"], "standing": _standing(told, n), "founded_on": _founded(n),
        "founded_precision": Precision.DAY,
    }  # fmt: skip


def _standing(told: dict[str, Any], n: int) -> Standing:
    return Standing.MOVED_OUT if n <= told["joint_stock"] or n % 3 == 0 else Standing.DEREGISTERED


def _founded(n: int) -> date:
    return date(1998 + n * 5 % 13, 1 + n * 7 % 12, 1 + n * 11 % 28)


def _left_on(told: dict[str, Any], n: int) -> date:
    first: date = told["leave"]["first"]
    return first + timedelta(days=told["leave"]["every"] * (n - 1))


def _on_the_exchange(told: dict[str, Any]) -> Iterator[tuple[Any, list[list[Any]]]]:
    """Who came on the equity exchange when; a firm that was deregistered had left it."""
    plan = told["exchange"]
    leavers = range(plan["gone_from"], told["gone"] + 1)
    for place, firm in enumerate([*plan["firms"], *leavers]):
        events = [["REX_LISTED", plan["first"] + timedelta(days=plan["every"] * place)]]
        if place < len(plan["firms"]):
            yield firm, events
            continue
        if _standing(told, firm) == Standing.DEREGISTERED:
            events.append(["REX_EXITED", _left_on(told, firm) - timedelta(days=40), "", "deregistered"])
        yield f"g{firm}", events


def _dated(events: list[list[Any]], today: date) -> list[list[Any]]:
    """Days counted back from today as days."""
    return [
        [state, today - timedelta(days=on) if isinstance(on, int) else on, *more] for state, on, *more in events
    ]  # fmt: skip


def _begin(ways: Sequence[tuple[int, str, list[list[Any]]]], story: Story) -> list[int]:
    """Attempts with their events and spans, as ids; the first event of each is taken over as it stood."""
    ids = new_ids(Track.__table__, len(ways))
    made = [(row_id, firm, kind, _events(events)) for row_id, (firm, kind, events) in zip(ids, ways, strict=True)]
    insert_many(Track.__table__, (_track(*each) for each in made))
    insert_many(TrackEvent.__table__, (
        _event(row_id, kind, event, story) for row_id, _firm_id, kind, events in made for event in events
    ))  # fmt: skip
    insert_many(TrackSpan.__table__, (
        span
        for row_id, firm, kind, events in made
        for span in courses.span_rows(firm, row_id, ladder().kinds[kind], steps(events))
    ))  # fmt: skip
    return ids


def _events(told: list[list[Any]]) -> list[Event]:
    found = []
    for seq, event in enumerate(told, 1):
        state, on, board, reason = (*event, "", "")[:4]
        sort, why = (Sort.BASELINE, str(Origin.HISTORY)) if seq == 1 else (Sort.STEP, reason)
        found.append(Event(seq, sort, state, on, board, why))
    return found


def _track(row_id: int, firm: int, kind: str, events: list[Event]) -> dict[str, Any]:
    known, course = ladder().kinds[kind], steps(events)
    return {
        "id": row_id, "enterprise_id": firm, "kind": kind, "state": course[-1].state, "since_on": course[-1].on,
        "board": board_of(course), "is_open": is_open(known, course), "is_restricted": is_restricted(known, course),
        "last_seq": len(events),
    }  # fmt: skip


def _event(track_id: int, kind: str, event: Event, story: Story) -> dict[str, Any]:
    clerk, manager = story.cast.clerk, story.cast.manager
    return {
        "track_id": track_id, "seq": event.seq, "sort": event.sort, "state": event.state, "happened_on": event.on,
        "board": event.board, "reason": event.reason, "grade": "published", "ladder": ladder().kinds[kind].version,
        "proposed_by_id": clerk.id, "proposed_by_name": clerk.name, "confirmed_by_id": manager.id,
        "confirmed_by_name": manager.name,
    }  # fmt: skip


def _list(story: Story, told: dict[str, Any], known: dict[Any, int]) -> None:
    """A list with its members; without a day it is the one of this year."""
    today, by = clock.today(), story.cast.clerk
    on = told.get("day") or min(today, date(today.year, 1, 20))
    kind = list_kinds()[told["kind"]]
    zh, en = f"{on.year}年度{kind.zh}名单", f"{kind.en}, {on.year}"
    is_zh = story.language == "zh"
    made = lists.make(
        kind.code, on.year, on, name=zh if is_zh else en, by=by, document_no=told.get("zh" if is_zh else "en", "")
    )
    gone = [f"g{n}" for first, last in told.get("gone", ()) for n in range(first, last + 1)]
    ids = [known[firm] for firm in (*told["firms"], *gone)]
    firms = db.session.scalars(select(Enterprise).where(among(Enterprise.id, ids))).all()
    lists.enter(made, firms, from_on=on, reason="首批" if is_zh else "First batch", by=by)
