"""Each figure equals the list that it opens, for whoever looks and whatever is filtered."""

import io
import random
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict

from crm.accounts.models import UnitKind
from crm.core import clock
from crm.core.db import db, writing
from crm.desk import enterprise_rows, visit_rows
from crm.desk.visit_figures import Links
from crm.visits import figures
from crm.visits.models import VisitPerson, VisitState
from tests.visits.listing import alone, titles, visit
from tests.visits.test_visit_list import statements

KINDS = ("onsite", "onsite", "meeting", "call", "video")
STATES = (VisitState.DONE,) * 6 + (VisitState.VOIDED, VisitState.PLANNED)


def scattered(make, cast, seed):
    """Firms of two bureaus, some served, some gone, visited by anybody on any day of two months in any state."""
    chance = random.Random(seed)
    inner = make.unit("企业服务一组", parent=cast.section)
    people = [cast.lin, cast.zhou, cast.stranger, cast.manager, make.user("组员", unit=inner)]
    firms = [
        make.enterprise(
            unit=chance.choice((cast.section, cast.elsewhere, inner)),
            commissioner=chance.choice([*people, None]),
        )
        for _ in range(9)
    ]
    for _ in range(40):
        state = chance.choice(STATES)
        made = visit(chance.choice(firms), chance.choice(people), days_ago=chance.randrange(-10, 50), state=state,
                     kind=chance.choice(KINDS))  # fmt: skip
        came_along(made, *chance.sample([*people, None], 2))
    return inner


def came_along(made, leader=None, companion=None):
    """Led by one and accompanied by another official, or by a name nobody knows."""
    with writing():
        for person, part in ((leader, "leader"), (companion, "companion")):
            db.session.add(VisitPerson(visit_id=made.id, user_id=person.id if person else None,
                                       name=person.name if person else "街道老陈", part=part))  # fmt: skip


def behind(user, url):
    """How many rows stand in the list of this address."""
    parts = urlsplit(url)
    args = MultiDict(parse_qsl(parts.query))
    if parts.path == "/visits":
        return visit_rows.counted(visit_rows.matching(user, args))[0]
    return enterprise_rows.matching_ids(user, args)[1]


def numbers(told, links):
    """Every number of the page with the address it opens, as the template writes them."""
    rows = [(told.all, {}, {}, ())]
    for unit in told.units:
        rows.append((unit.counted, {"unit": unit.id}, {"served_unit": unit.id}, (None, unit.id)))
        rows += [
            (p.counted, {"author": p.id}, {"commissioner": p.id, "served_unit": None}, (p.id,)) for p in unit.people
        ]
    for counted, own, served, along in rows:
        yield counted.joined, links.joined(*along)
        yield counted.visits, links.visits(counts="yes", **own)
        yield counted.firms, links.visits(counts="yes", once=1, **own)
        yield counted.contacts, links.visits(counts="no", **own)
        yield counted.served, links.firms(**served)
        yield counted.covered, links.firms("visited_in", **served)
        yield counted.missing, links.firms("not_visited_in", **served)
    for kind, records, firms in told.kinds:
        yield records, links.visits(kind=kind)
        yield firms, links.visits(kind=kind, once=1)


@pytest.mark.parametrize("seed", [1, 2])
def test_each_number_equals_the_list_it_opens(app, make, cast, seed):
    inner = scattered(make, cast, seed)
    today, counted, joined = clock.today(), 0, 0
    with app.test_request_context():
        for person in (cast.lin, cast.manager, cast.clerk, cast.auditor, cast.stranger):
            for since, unit in ((today.replace(day=1), None), (today - timedelta(days=60), cast.section.id),
                                (today - timedelta(days=9), inner.id)):  # fmt: skip
                told = figures.of(person, since, today, unit)
                for value, url in numbers(told, Links(told)):
                    assert behind(person, url) == value, (person.name, url)
                    counted += value
                    joined += value if "companion" in url else 0
    assert counted > 500 and joined > 60, "the data must have something to count"


def test_who_came_along_is_counted_beside_his_own_visits(page, make, cast):
    firm = make.enterprise("杭州和达生物", unit=cast.section, commissioner=cast.lin)
    came_along(visit(firm, cast.lin), cast.leader, cast.zhou)
    came_along(visit(firm, cast.lin, kind="call"), None, cast.zhou)
    came_along(visit(firm, cast.zhou), None, cast.zhou)
    page.as_(cast.manager).open("/visits/figures")

    def joined(person):
        return [a.text for a in page.all("a") if a.get("href", "").endswith(f"&companion={person.id}")]

    assert [joined(person) for person in (cast.zhou, cast.leader, cast.lin)] == [["1"], ["1"], []]
    assert "不计入本人走访家次" in page.text
    page.open(f"/visits?companion={cast.zhou.id}&counts=yes&columns=leaders&columns=companions")
    assert len(titles(page)) == 1 and cast.leader.name in page.text
    found = [len(titles(page.open(f"/visits?companion={q}"))) for q in ("老陈", "any", "me", "0", "没有")]
    assert found == [2, 2, 0, 0, 0]


def test_the_total_that_is_no_sum_says_why(page, make, cast):
    firm = make.enterprise("杭州和达生物", unit=cast.section, commissioner=cast.lin)
    make.unit("江东新区", parent=cast.bureau, kind=UnitKind.TERRITORY)
    visit(firm, cast.lin)
    assert "合计不等于各单位之和" not in page.as_(cast.manager).open("/visits/figures").text
    offered = [option.text for option in page.all("option")]
    assert cast.section.name in offered and "江东新区" not in offered

    visit(firm, cast.stranger)
    assert "合计不等于各单位之和" in page.open("/visits/figures").text
    assert "合计不等于各单位之和" in page.open("/visits/figures/print").text


def test_the_month_is_chosen_and_each_number_is_a_link(page, make, cast):
    firm = make.enterprise("杭州和达生物", unit=cast.section, commissioner=cast.lin)
    make.enterprise("还没去的企业", unit=cast.section, commissioner=cast.lin)
    for days_ago in (0, 1, 30):
        visit(firm, cast.lin, days_ago=days_ago)
    visit(firm, cast.lin, state=VisitState.VOIDED)
    page.as_(cast.manager).open("/visits/figures")

    assert "2026-11" in page.text and "50.0%" in page.text
    wanted = "/visits?from=2026-11-01&to=2026-11-30&counts=yes"
    assert {a.get("href") for a in page.all("a")} >= {wanted, f"{wanted}&once=1", f"{wanted}&author={cast.lin.id}"}
    assert "2026-10" in page.open("/visits/figures?month=2026-10").text
    page.open("/visits/figures?from=2026-11-24&to=2026-11-22")
    assert "2026-11-22 — 2026-11-24" in page.text
    page.open("/visits/figures?month=x&from=y&unit=z")


def test_the_paper_and_the_file_say_the_same(page, make, cast):
    visit(make.enterprise(unit=cast.section, commissioner=cast.lin), cast.lin)
    page.as_(cast.manager).open("/visits/figures/print")
    assert "林晓" in page.text and not page.all("td", **{"class": "to-end"})[0].findall(".//a")
    page.open("/visits/figures/export")
    rows = list(load_workbook(io.BytesIO(page.response.data)).active.iter_rows(values_only=True))
    assert "2026%E5%B9%B411%E6%9C%88" in page.response.headers["Content-Disposition"]
    assert rows[-2][:3] == ("合计", 1, 1)


def test_many_people_cost_what_two_cost(page, make, cast):
    for number in range(2):
        alone(make, cast, number)
    few = statements(page.as_(cast.manager), "/visits/figures")
    for number in range(2, 12):
        alone(make, cast, number)

    assert len(statements(page, "/visits/figures")) == len(few) <= 14


def test_days_nobody_means_are_answered(page, cast):
    page.as_(cast.manager)
    for asked in (
        "month=9999-12",
        "month=0001-01",
        "from=0001-01-01",
        "to=9999-12-31",
        "from=9999-12-31&to=0001-01-01",
    ):
        for path in ("/visits/figures", "/visits/figures/print", "/visits/ledger"):
            assert page.client.get(f"{path}?{asked}").status_code == 200, (path, asked)
