"""What only the stories about people need."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from crm.core.db import db


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
