"""补录: a table, one line per visit, one save. A wrong line is told and everything typed stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from crm.accounts import User, requires, signed_in
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import lock, writing
from crm.core.errors import RuleBroken
from crm.core.forms import ButtonForm
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.desk import visit_queries as queries
from crm.desk.views import bp
from crm.desk.visit_forms import new_key
from crm.desk.visit_saving import promised
from crm.enterprises.models import Enterprise
from crm.files import sending
from crm.files.checked import Checked
from crm.followups import services as followups
from crm.permissions import Permission
from crm.visits import attaching, rules, services
from crm.visits.models import Visit
from crm.visits.words import kind_choices

LINES = 8
CELLS = ("author", "firm", "on", "kind", "met", "text", "next")
LONGEST = {"firm": 160, "met": 80, "text": 4000}
MOST_TYPED = 20_000


@dataclass
class Line:
    """One line as typed; `key` is its own client key, so that a table sent twice saves nothing twice."""

    key: str
    cells: dict[str, str]
    wrong: dict[str, Say] = field(default_factory=dict)
    photos: list[Checked] = field(default_factory=list)
    enterprise: Enterprise | None = None
    author: User | None = None

    @property
    def is_empty(self) -> bool:
        return not any(self.cells[name] for name in ("firm", "met", "text", "next"))


@bp.route("/visits/late", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def late_visits() -> ResponseReturnValue:
    me, form = signed_in(), ButtonForm()
    authors = queries.authors_for(me) or [me]
    lines = _typed() if form.is_submitted() else _blank(me)
    if form.validate_on_submit() and _check(lines, authors):
        with form.showing(RuleBroken):
            saved = _save([line for line in lines if not line.is_empty], me)
            told(say("%(n)s visits saved", n=len(saved)))
            return go("desk.visit", visit_id=saved[0])
    for number, line in enumerate(lines, 1):
        for why in line.wrong.values():
            form.problems.append(say("Line %(n)s: %(why)s", n=number, why=why))
    if form.is_refused and any(file.filename for file in request.files.values()):
        form.problems.append(say("Choose the photos and papers again: a page cannot keep them"))
    return page("desk/visits/late.html", form, lines=lines, mine=queries.mine(me), drafts=bureau("visit_drafts"),
                kinds=kind_choices(clock.today()), authors=queries.named_authors(authors))  # fmt: skip


def _blank(me: User) -> list[Line]:
    given = {"author": str(me.id), "on": clock.today().isoformat(), "kind": rules.DEFAULT_KIND}
    return [Line(new_key(), {**dict.fromkeys(CELLS, ""), **given}) for _ in range(LINES)]


def _typed() -> list[Line]:
    columns = {name: request.form.getlist(name) for name in ("key", *CELLS)}
    count = min(len(columns["key"]), 4 * LINES)

    def cell(name: str, number: int) -> str:
        values = columns[name]
        return values[number].strip()[:MOST_TYPED] if number < len(values) else ""

    return [Line(columns["key"][n][:40], {name: cell(name, n) for name in CELLS}) for n in range(count)]


def _check(lines: list[Line], authors: Sequence[User]) -> bool:
    """Each wrong cell is told; True when every line that holds something is right. `authors`: whose visits this person
    may enter, himself first."""
    filled, known = [line for line in lines if not line.is_empty], {str(person.id): person for person in authors}
    for line in filled:
        line.author = known.get(line.cells["author"]) if line.cells["author"] else authors[0]
        if line.author is None:
            line.wrong["author"] = say("You may not enter visits of this official")
        _check_line(line, line.author or authors[0])
    if not filled and lines:
        lines[0].wrong["firm"] = say("Write at least one visit")
    return bool(filled) and not any(line.wrong for line in filled)


def _check_line(line: Line, author: User) -> None:
    cells = line.cells
    found = queries.named(cells["firm"], author) if cells["firm"] else []
    if len(found) == 1:
        line.enterprise = found[0]
    else:
        line.wrong["firm"] = _which(cells["firm"], len(found))
    day, next_on = _day(cells["on"]), _day(cells["next"])
    facts: dict[str, Any] = {"kind": cells["kind"], "met": cells["met"], "is_not_met": not cells["met"]}
    broken = rules.obstacles(on=day or date.max, today=clock.today(), text=cells["text"], **facts)
    line.wrong.update({obstacle.field: obstacle.why for obstacle in broken})
    line.wrong |= {
        name: say("%(count)s characters are too many: at most %(longest)s", count=len(cells[name]), longest=longest)
        for name, longest in LONGEST.items()
        if len(cells[name]) > longest
    }
    try:
        line.photos = sending.looked_at(request.files.getlist(f"files-{line.key}"), attaching.MOST_FILES)
    except RuleBroken as unfit:
        line.wrong["files"] = unfit.obstacles[0].why
    if cells["next"] and (next_on is None or next_on < clock.today()):
        line.wrong["next"] = say("The day of the follow-up has passed")


def _which(typed: str, count: int) -> Say:
    if not typed:
        return say("Write which enterprise")
    if count:
        return say("Several enterprises fit “%(typed)s”: write more of the name or the code", typed=typed)
    return say("No enterprise is called “%(typed)s”", typed=typed)


def _save(lines: list[Line], me: User) -> list[int]:
    """The ids of their visits, each with its photos."""
    photos = [(line.key, one) for line in lines for one in line.photos]
    full = say("The server has no room for files; nothing was saved")
    with sending.stashed([one for _key, one in photos], full=full) as stashed, writing():
        visits = _record(lines, me)
        for (key, one), bytes_ in zip(photos, stashed, strict=True):
            attaching.attach(visits[key], bytes_, name=one.name, media_type=one.media_type, by=me)
        return [visit.id for visit in visits.values()]


def _record(lines: list[Line], me: User) -> dict[str, Visit]:
    """Each line's visit under its key."""
    firms = {line.enterprise.id: line.enterprise for line in lines if line.enterprise}
    for firm_id in sorted(firms):
        lock(firms[firm_id])
    return {line.key: _save_line(line, line.enterprise, me) for line in lines if line.enterprise}


def _save_line(line: Line, firm: Enterprise, me: User) -> Visit:
    cells, on = line.cells, date.fromisoformat(line.cells["on"])
    author = line.author or me
    visit, is_new = services.record(
        firm, by=me, kind=cells["kind"], on=on, met=cells["met"], is_not_met=not cells["met"], text=cells["text"],
        client_key=line.key, more=services.More(author=author),
    )  # fmt: skip
    if is_new and (next_on := _day(cells["next"])):
        followups.add(firm, owner=author, text=promised(on), due_on=next_on, by=me, origin=("visit", visit.id))
    return visit


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
