"""Each figure equals the list that it opens, for whoever looks and whatever is filtered."""

import io
import random
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.desk import enterprise_rows, visit_rows
from crm.desk.visit_figures import Links
from crm.visits import figures
from crm.visits.models import VisitState
from tests.visits.listing import alone, visit
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
        visit(chance.choice(firms), chance.choice(people), days_ago=chance.randrange(-10, 50), state=state,
              kind=chance.choice(KINDS))  # fmt: skip
    return inner


def behind(user, url):
    """How many rows stand in the list of this address."""
    parts = urlsplit(url)
    args = MultiDict(parse_qsl(parts.query))
    if parts.path == "/visits":
        return visit_rows.counted(visit_rows.matching(user, args))[0]
    return enterprise_rows.matching_ids(user, args)[1]


def numbers(told, links):
    """Every number of the page with the address it opens, as the template writes them."""
    rows = [(told.all, {}, {})]
    for unit in told.units:
        rows.append((unit.counted, {"unit": unit.id}, {"served_unit": unit.id}))
        rows += [(p.counted, {"author": p.id}, {"commissioner": p.id, "served_unit": None}) for p in unit.people]
    for counted, own, served in rows:
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
    today, counted = clock.today(), 0
    with app.test_request_context():
        for person in (cast.lin, cast.manager, cast.clerk, cast.auditor, cast.stranger):
            for since, unit in ((today.replace(day=1), None), (today - timedelta(days=60), cast.section.id),
                                (today - timedelta(days=9), inner.id)):  # fmt: skip
                told = figures.of(person, since, today, unit)
                for value, url in numbers(told, Links(told)):
                    assert behind(person, url) == value, (person.name, url)
                    counted += value
    assert counted > 500, "the data must have something to count"


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
    assert "林晓" in page.text and not page.all("td", **{"class": "to-end"})[0].findall(".//{*}a")
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
