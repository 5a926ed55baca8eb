"""Every address of the application: who gets in, and that neither reading nor a form without its token changes a row.

`routes.csv` is written by hand: for each endpoint its mark, and who gets in on the sample (an enterprise of the section
that Lin serves). "in" stands for a page or a form that was looked at, "sign-in" for the way to the door.
"""

import csv

import pytest

from crm.accounts.access import asks_again, rights_of
from crm.accounts.models import User
from crm.core.db import db
from tests.rights.relations import HERE
from tests.rights.sample import WHO, Sample, rules, whole_database

with (HERE / "routes.csv").open(encoding="utf-8", newline="") as file:
    TABLE = {row["endpoint"]: row for row in csv.DictReader(file)}

READS = {"GET", "HEAD", "OPTIONS"}


def mark_of(endpoint):
    """The mark in words; "!" when a trusted phone asks for the password first."""
    rights = rights_of(endpoint)
    words = rights if isinstance(rights, str) else " ".join(sorted(str(one) for one in rights or ()))
    return f"{words} !" if asks_again(endpoint) else words


def test_every_route_says_who_may_use_it_and_stands_in_the_table(app):
    found = {endpoint: mark_of(endpoint) for endpoint in rules(app)}

    assert not [endpoint for endpoint, mark in found.items() if not mark], "routes without a mark are closed"
    assert found == {endpoint: row["mark"] for endpoint, row in TABLE.items()}, "routes.csv: add or mend the row"


def test_no_two_routes_share_an_address(app):
    """The first of them would answer for both."""
    found = [(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}]
    assert [each for each in set(found) if found.count(each) > 1] == []


def test_a_route_without_a_mark_is_closed_to_everybody(app, page, cast):
    app.view_functions["desk.home"], kept = (lambda: "open to all"), app.view_functions["desk.home"]
    page.as_(cast.admin).open("/", expect=403)
    app.view_functions["desk.home"] = kept


ASKED = [("sqlite", who) for who in (*WHO, "nobody")] + [("postgresql", "manager")]


@pytest.fixture
def sample(make, cast):
    return Sample(make, cast)


@pytest.mark.parametrize(("database", "who"), ASKED, indirect=["database"])
def test_who_gets_in_where_and_nothing_changes_by_reading_or_by_a_form_without_its_token(app, page, sample, who):
    if who != "nobody":
        page.as_(getattr(sample.cast, who))
    me = getattr(sample.cast, who, sample.cast.stranger)
    before, found = whole_database(), {}

    for endpoint, rule in sorted(rules(app).items()):
        found[endpoint] = " / ".join(dict.fromkeys(answers(page, rule, sample, me)))

    assert found == {endpoint: row[who] for endpoint, row in TABLE.items()}
    assert whole_database() == before


def told(endpoint, sample):
    """What a page must be told besides its address: sent along in the address and with every form."""
    firm = str(sample.firm.id)
    promised = {"id": sample.rows["followup_id"].id}
    known = {
        **dict.fromkeys(("followups.settle", "followups.chase", "followups.names"), promised),
        "accounts.invite_many": {"id": sample.cast.zhou.id},
        **dict.fromkeys(("desk.assign_many", "desk.chase_visits", "desk.visit_names"), {"id": firm}),  # noqa: RUF024
        "desk.plan_visit": {"enterprise": firm},
        "desk.new_followup": {"enterprise": firm},
        "desk.save_view": {"listing": "enterprises", "query": "sort=name"},
        "desk.set_many": {"id": firm, "ids": firm},
        "enterprises.similar": {"name": "样本"},
    }
    return known.get(endpoint, {})


def address(app, rule, sample, me):
    """The sample's address for a rule."""
    with app.test_request_context():
        values = {**sample.values(rule, db.session.get(User, me.id)), **told(rule.endpoint, sample)}
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def answers(page, rule, sample, me):
    """What reading it and what every other method with a made-up token comes to."""
    url, sent = address(page.app, rule, sample, me), told(rule.endpoint, sample)
    if "GET" in rule.methods:
        yield word(page.client.get(url))
    for method in sorted(rule.methods - READS):
        yield word(page.client.open(url, method=method, data={"name": "forged", **sent, "csrf_token": "made up"}))


def word(answer):
    answer.close()
    db.session.rollback()
    db.session.expire_all()
    assert answer.status_code < 500, f"{answer.request.path}: {answer.status_code}"
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith("/sign-in"):
        return "sign-in"
    return str(answer.status_code) if answer.status_code in (403, 404) else "in"
