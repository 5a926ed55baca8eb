"""A form whose session has ended loses nothing; fields nobody offered change nothing."""

import pytest

from crm.core.db import db
from tests.house.forms import TYPED, forms_of_all_pages
from tests.pages import tree_of
from tests.rights.sample import Sample, whole_database

pytestmark = pytest.mark.slow
WHO = ("lin", "manager", "clerk", "admin")
BOTH = [*(("sqlite", who) for who in WHO), ("postgresql", "clerk")]
"""What a form takes is decided before the database; PostgreSQL is asked once."""
TEXT, NUMBER = "forged-7731", "7731773"


@pytest.fixture
def sample(make, cast):
    return Sample(make, cast)


@pytest.mark.parametrize(("database", "who"), BOTH, indirect=["database"])
def test_every_form_of_an_ended_session_comes_back_with_what_was_typed(page, sample, who):
    """The person signed in anew in another window: the old page's token is worth nothing, its words are."""
    me = getattr(sample.cast, who)
    forms = list(forms_of_all_pages(page.as_(me), sample, me))
    page.as_(me)
    before = whole_database()

    for form in forms:
        answer = page.client.post(form.action, data=form.filled())
        assert answer.status_code < 500, f"{form.endpoint}: {form.action}: {answer.status_code}"
        if form.texts and answer.status_code not in (403, 404):
            assert answer.status_code in (200, 409, 422), f"{form.endpoint}: {form.action}: {answer.status_code}"
            assert kept(answer.text) >= set(form.texts), f"{form.endpoint}: {form.action} lost {form.texts}"
    assert len([form for form in forms if form.texts]) >= 3
    db.session.rollback()
    assert whole_database() == before


def kept(text):
    """Names of the fields that hold what was typed."""
    tree = tree_of(text)
    inputs = {e.get("name") for e in tree.iter("input") if e.get("value") == TYPED}
    return inputs | {e.get("name") for e in tree.iter("textarea") if TYPED in (e.text or "")}


@pytest.mark.parametrize("value", [TEXT, NUMBER])
@pytest.mark.parametrize(("database", "who"), BOTH, indirect=["database"])
def test_fields_that_no_form_offers_change_nothing(page, sample, who, value):
    """Every column of every table is sent along with every form; not one such value arrives in a row."""
    me = getattr(sample.cast, who)
    columns = {column.name for table in db.metadata.sorted_tables for column in table.columns}
    forms = list(forms_of_all_pages(page.as_(me), sample, me))

    for form in forms:
        if form.action.startswith(("/sign-out", "/me/sessions")):
            continue
        page.client.post(form.action, data={**dict.fromkeys(columns - form.offered, value), **form.sent})
    db.session.rollback()

    arrived = {
        name for name, rows in whole_database().items() if any(value in str(cell) for row in rows for cell in row)
    }
    assert arrived == set()


def test_nobody_makes_himself_more_than_he_is_by_fields_that_no_form_offers(page, sample):
    """Whatever an official sends along: duties, access and his own place stay as they are."""
    me = sample.cast.lin
    forged = {
        "role": "administrator", "active": "y", "password_hash": "x", "unit_id": str(sample.cast.bureau.id),
        "user_id": str(sample.cast.admin.id), "by_id": "1", "is_trusted": "y", "version": "99", "id": "1",
    }  # fmt: skip
    tables = ("post", "user", "unit", "setting")
    before = {name: whole_database()[name] for name in tables}

    for form in list(forms_of_all_pages(page.as_(me), sample, me)):
        if not form.action.startswith(("/sign-out", "/me/sessions", "/demo/next-morning")):  # the last moves a clock
            page.client.post(form.action, data={**forged, **form.sent})
    db.session.rollback()

    assert {name: whole_database()[name] for name in tables} == before
