"""Fifty people decide at the same moment who serves an enterprise: one wins, forty-nine learn who was first.

What lets nobody in behind the services is the index `one_open_assignment`. Every story ends by asking it, and the last
one shows that without it each of them would fail.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from crm.core.db import db
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import Assignment
from tests.visitor import Visitor

pytestmark = pytest.mark.slow

FIFTY = 50
SECOND = text(
    "INSERT INTO assignment (enterprise_id, commissioner_id, started_on, end_reason, handover_note, document_no,"
    " created_at, updated_at) VALUES (:e, :c, '2026-11-23', '', '', '', '2026-11-23', '2026-11-23')"
)


def at_once(act):
    """What `act(n)` comes to for fifty threads that start together."""
    ready = Barrier(FIFTY)

    def one(number):
        ready.wait(60)
        return act(number)

    with ThreadPoolExecutor(FIFTY) as pool:
        return list(pool.map(one, range(FIFTY)))


def sent_by_fifty(app, by, url, people, **fields):
    """(status, page) of each of fifty forms that were opened before the first was sent."""
    visitors = [Visitor(app).as_(by) for _ in range(FIFTY)]
    for visitor in visitors:
        visitor.open(url)
    db.session.remove()

    def send(number):
        form = {i.get("name"): i.get("value", "") for i in visitors[number].all("input") if i.get("type") == "hidden"}
        answer = visitors[number].client.post(
            url, data={**form, "to": people[number % 2], "on": "2026-11-23", **fields}
        )
        return answer.status_code, answer.text

    return at_once(send)


def assert_one_won(answers, enterprise_id):
    codes = [code for code, _ in answers]
    assert (codes.count(303), codes.count(409)) == (1, FIFTY - 1)
    winner = commissioner_of(enterprise_id).commissioner.name
    assert all(winner in words for code, words in answers if code == 409)
    assert db.session.query(Assignment).filter_by(enterprise_id=enterprise_id, ended_on=None).count() == 1


def by_raw_sql(enterprise_id, official_id):
    """Fifty connections that know nothing of services; how many got a second open assignment in."""

    def insert(_number):
        try:
            with db.engine.begin() as raw:
                raw.execute(SECOND, {"e": enterprise_id, "c": official_id})
            return "in"
        except IntegrityError:
            return "refused"

    return insert


def assert_guarded(app, enterprise_id, official_id):
    db.session.remove()
    with app.app_context(), pytest.raises(IntegrityError), db.engine.begin() as raw:
        raw.execute(SECOND, {"e": enterprise_id, "c": official_id})


def test_of_fifty_hand_overs_one_wins_and_the_others_learn_who(app, make, cast):
    enterprise = make.enterprise(unit=cast.section, commissioner=cast.lin)
    people, enterprise_id = [cast.zhou.id, cast.stranger.id], enterprise.id

    answers = sent_by_fifty(app, cast.manager, f"/enterprises/{enterprise_id}/hand-over", people, note="交接")

    assert_one_won(answers, enterprise_id)
    assert_guarded(app, enterprise_id, people[0])


def test_of_fifty_first_assignments_one_wins_and_the_others_learn_who(app, make, cast):
    people, enterprise_id = [cast.lin.id, cast.zhou.id], make.enterprise(unit=cast.section).id

    answers = sent_by_fifty(app, cast.manager, f"/enterprises/{enterprise_id}/assign", people)

    assert_one_won(answers, enterprise_id)
    assert_guarded(app, enterprise_id, people[0])


def test_of_fifty_who_write_past_the_services_one_gets_in(app, make, cast):
    enterprise_id, official_id = make.enterprise().id, cast.lin.id
    db.session.remove()

    outcome = with_context(app, by_raw_sql(enterprise_id, official_id))

    assert sorted(outcome) == ["in"] + ["refused"] * (FIFTY - 1)


def with_context(app, act):
    def inside(number):
        with app.app_context():
            try:
                return act(number)
            finally:
                db.session.remove()

    return at_once(inside)


@contextmanager
def without_the_index():
    kept = next(index for index in Assignment.__table__.indexes if index.name == "one_open_assignment")
    with db.engine.begin() as raw:
        kept.drop(raw)
    try:
        yield
    finally:
        with db.engine.begin() as raw:
            raw.execute(text("DELETE FROM assignment"))
            kept.create(raw)


def test_without_the_index_all_these_stories_would_fail(app, make, cast):
    enterprise_id, official_id = make.enterprise().id, cast.lin.id
    db.session.remove()

    with without_the_index():
        assert with_context(app, by_raw_sql(enterprise_id, official_id)) == ["in"] * FIFTY
        with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
            assert_guarded(app, enterprise_id, official_id)

    with pytest.raises(DBAPIError), db.engine.begin() as raw:
        raw.execute(SECOND, {"e": enterprise_id, "c": official_id})
        raw.execute(SECOND, {"e": enterprise_id, "c": official_id})
