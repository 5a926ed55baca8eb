"""The demonstration: an invented bureau whose last half year is acted out by the real services, ending today."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from crm.accounts import Unit, UnitKind, User
from crm.accounts.names import pinyin_of
from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.data_files import read_yaml
from crm.core.db import db
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise, Precision
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.followups.queries import late
from crm.handover import attached
from crm.handover import services as handover
from crm.ops import demo_figures, demo_past
from crm.ops.builders import Cast, Make, make_cast
from crm.tiers import services as tiers
from crm.visits import services as visits
from crm.workdays.queries import calendar

DATA = Path(__file__).with_name("data")
LANGUAGES = ("zh", "en")
LONG_AGO, CHANGES_AGO, VISITS_AGO = 200, 110, 160
WITHOUT_COMMISSIONER, WITHOUT_CODE, NEVER_VISITED = 4, 3, 9


@dataclass
class Story:
    """What has been made so far; `talks` counts on so that no two visits sound alike."""

    data: dict[str, Any]
    cast: Cast
    make: Make
    today: date
    language: str
    people: list[User] = field(default_factory=list)
    firms: list[Enterprise] = field(default_factory=list)
    talks: int = 0

    def talk(self) -> dict[str, str]:
        self.talks += 1
        found: dict[str, str] = self.data["talks"][self.talks % len(self.data["talks"])]
        return found


def act_out(make: Make, go: Callable[[datetime], None], language: str = "zh") -> Story:
    """Everything, inside the caller's `writing()`, on a database with only a root unit; `go` moves business time."""
    today = clock.today()
    data = read_yaml(DATA / f"demo.{language}.yaml")
    go(clock.at(today - timedelta(days=LONG_AGO), 10))
    story = Story(data, make_cast(make), make, today, language)
    _add_people(story)
    admin = story.cast.admin
    set_bureau("go_live_on", clock.today().isoformat(), by_id=admin.id, by_name=admin.name)
    _add_firms(story)
    for day, act in _calendar_of(story):
        go(clock.at(day, 10))
        act(story, day)
    go(clock.at(today, 8))
    demo_figures.enter(story.firms, story.cast.clerk)
    _owe(story)
    demo_past.remember(story)
    return story


def _add_people(story: Story) -> None:
    cast, make = story.cast, story.make
    made = [make.user(p["name"], unit=cast.section, mobile=p["mobile"]) for p in story.data["commissioners"]]
    story.people = [cast.lin, cast.zhou, *made]
    for part, name in story.data["cast"].items():
        row = getattr(cast, part)
        row.name = name
        if isinstance(row, User):
            row.name_pinyin = pinyin_of(name)
    db.session.flush()


def _add_firms(story: Story) -> None:
    data, cast = story.data, story.cast
    others = [story.make.unit(name, kind=UnitKind.TERRITORY) for name in data["territories"][1:]]
    places: list[Unit] = [cast.park, *others]
    for n, trade in enumerate(data["trades"]):
        business, form = _turn(data["businesses"], n), _turn(data["forms"], n)
        firm = story.make.enterprise(
            data["name"].format(trade=trade, word=business["word"], form=form),
            short_name=data["short_name"].format(trade=trade, short=business["short"]),
            unit=cast.section,
            industry=business["industry"],
            territory_id=_turn(places, n).id,
            **_licence(data, n),
            contact=_turn(data["people"], n),
            phone=f"1390571{n:04}",
            code=None if n < WITHOUT_CODE else "",
        )
        firm.contacts[0].position = _turn(data["positions"], n)
        story.firms.append(firm)
        _attach(story, firm, n)
        if n < len(data["trades"]) - WITHOUT_COMMISSIONER:
            assignment.assign(firm, _turn(story.people, n), by=cast.clerk)


def _licence(data: dict[str, Any], n: int) -> dict[str, Any]:
    """What stands on a business licence, different for every firm."""
    return {
        "legal_representative": _turn(data["people"], n * 4 + 7),
        "address": data["address"].format(street=_turn(data["streets"], n), number=12 + n * 7 % 380),
        "founded_on": date(1999 + n * 7 % 25, 1 + n * 5 % 12, 1 + n * 11 % 28),
        "founded_precision": Precision.DAY,
        "registered_capital": _turn(data["capitals"], n) * 10_000,
        "employees": 18 + n * 37 % 640,
    }


def _attach(story: Story, firm: Enterprise, n: int) -> None:
    """Tier, titles, section; the leader is attached to the biggest ones. Every eighth firm waits for its tier."""
    attached.set_section(firm, story.cast.section, replaces=0, by=story.cast.clerk, on=clock.today())
    if n % 8 == 7:
        return
    tier = _turn(story.data["tiers"], n)
    tiers.set_tier(firm, tier, by=story.cast.clerk)
    for title in story.data["titles"][tier]:
        tiers.give_title(
            firm, title, by=story.cast.clerk, from_on=clock.today() - timedelta(days=30 * (n % 12)), until_on=None
        )
    if tier == "T1":
        attached.set_leader(firm, story.cast.leader, replaces=0, by=story.cast.clerk, on=clock.today())


def _calendar_of(story: Story) -> list[tuple[date, Any]]:
    """What happens on which day, oldest first: one visit a working day and a bit, some hand-overs, promises kept."""
    days = calendar()
    back = [story.today - timedelta(days=n) for n in range(VISITS_AGO, 0, -1)]
    working = [day for day in back if days.is_working_day(day)]
    visited = [(day, _visit) for n, day in enumerate(working) for _ in range(1 + n % 2)]
    changed = story.today - timedelta(days=CHANGES_AGO)
    return sorted([*visited, (days.roll(changed).on, _change_hands)], key=lambda pair: pair[0])


def _visit(story: Story, day: date) -> None:
    """The firms take turns; a few are never visited."""
    _keep_what_is_due(story, day)
    firm = _turn(story.firms[:-NEVER_VISITED], story.talks * 7)
    serving = commissioner_of(firm.id)
    if serving is None:
        return
    talk, author = story.talk(), serving.commissioner
    kind = _turn(["onsite", "onsite", "meeting", "call"], story.talks)
    contact = firm.contacts[0]
    visit, _ = visits.record(
        firm, by=author, kind=kind, on=day, met=contact.name, contact=contact, text=talk["text"],
        client_key=f"demo-{story.talks:06}", more=_company(story, author),
    )  # fmt: skip
    if story.talks % 3 == 0 and day + timedelta(days=21) < story.today:
        due_on = day + timedelta(days=14)
        followups.add(firm, owner=author, text=talk["follow"], due_on=due_on, by=author, origin=("visit", visit.id))


def _company(story: Story, author: User) -> visits.More:
    """Every sixth visit is led, every fourth joined by a colleague."""
    others = [person for person in story.people if person.id != author.id]
    leader = story.cast.leader.name if story.talks % 6 == 0 else ""
    return visits.More(leaders=leader, companions=_turn(others, story.talks).name if story.talks % 4 == 0 else "")


def _keep_what_is_due(story: Story, day: date) -> None:
    for promise in db.session.scalars(late(day)).all():
        followups.finish(promise, by=promise.owner or story.cast.manager, result=story.data["kept"])


def _change_hands(story: Story, _day: date) -> None:
    """Half a dozen firms get another commissioner, with a note."""
    for n in range(0, 42, 7):
        firm, to = story.firms[n], story.people[(n + 3) % len(story.people)]
        serving = commissioner_of(firm.id)
        if serving is not None and serving.commissioner_id != to.id:
            handover.hand_over(firm, to, replaces=serving.id, by=story.cast.manager, note=story.data["handover_note"])


def _owe(story: Story) -> None:
    """For every commissioner something overdue, something for today, something for the days ahead."""
    ahead = (0, 0, 0, 2, 6)
    for person in story.people:
        mine = [firm for firm in story.firms if (a := commissioner_of(firm.id)) and a.commissioner_id == person.id]
        for n, days in enumerate(ahead):
            talk = story.talk()
            due_on = story.today + timedelta(days=days)
            made = followups.add(mine[n], owner=person, text=talk["follow"], due_on=due_on, by=person)
            if n < 2:
                _is_late(made, story.today - timedelta(days=2 + 3 * n))


def _is_late(promise: Followup, due_on: date) -> None:
    """A promise made in the past cannot be made today: only its day is moved back."""
    promise.due_on = calendar().roll_back(due_on).on


def _turn(things: list[Any], n: int) -> Any:
    return things[n % len(things)]
