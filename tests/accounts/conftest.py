"""What only the stories about people need."""

import pytest

from crm.core.db import db, writing
from tests.accounts.inviting import settings_are


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
