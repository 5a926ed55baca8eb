"""What only the stories about people need."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from crm.core.db import db, writing
from tests.accounts.inviting import settings_are


@pytest.fixture
def count_queries(app):
    """`with count_queries() as seen:` collects every SELECT that goes to the database."""

    @contextmanager
    def counting():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            if statement.lstrip().upper().startswith("SELECT"):
                seen.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def bare(make, cast):
    """An official as a roster brings him: a name and a unit."""
    person = make.user("杜建", unit=cast.section)
    with writing():
        person.mobile = person.password_hash = None
        db.session.flush()
    return person


@pytest.fixture
def mailing(app, page):
    """The visitor of a bureau that has a mail server and an address others can open."""
    settings_are(app, smtp_url="smtp://127.0.0.1:1", public_url="http://crm.lan:8000")
    return page
