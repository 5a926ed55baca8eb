"""The database keeps one commissioner per enterprise, whoever writes to it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from crm.core.db import db
from crm.enterprises.serving_models import Assignment

SECOND = text(
    "INSERT INTO assignment (enterprise_id, commissioner_id, started_on,"
    " end_reason, handover_note, document_no, created_at, updated_at)"
    " VALUES (:e, :c, '2026-11-23', '', '', '', '2026-11-23', '2026-11-23')"
)


def test_raw_sql_cannot_open_a_second_assignment(make, cast):
    enterprise = make.enterprise(commissioner=cast.lin)

    with pytest.raises(IntegrityError), db.engine.begin() as raw:
        raw.execute(SECOND, {"e": enterprise.id, "c": cast.zhou.id})


def test_without_the_index_the_second_one_would_get_in(make, cast):
    enterprise = make.enterprise(commissioner=cast.lin)

    with db.engine.connect() as raw, raw.begin() as act:
        raw.execute(text("DROP INDEX one_open_assignment"))
        raw.execute(SECOND, {"e": enterprise.id, "c": cast.zhou.id})
        assert raw.execute(text("SELECT count(*) FROM assignment WHERE ended_on IS NULL")).scalar() == 2
        act.rollback()
    assert db.session.query(Assignment).count() == 1
