"""Twenty posts of one visit at the same moment make one visit; the database itself refuses a second."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from crm.accounts import User
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup
from crm.visits import services
from crm.visits.models import Visit

AT_ONCE = 20


def test_twenty_posts_at_once_make_one_visit(app, make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    firm_id, lin_id = firm.id, cast.lin.id

    def save(_n: int) -> bool:
        with app.app_context():
            try:
                with writing() as session:
                    _visit, is_new = services.record(
                        session.get(Enterprise, firm_id), by=session.get(User, lin_id), kind="onsite",
                        on=clock.today(), met="王总", text="x", client_key="one-and-the-same",
                    )  # fmt: skip
                return is_new
            finally:
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = list(threads.map(save, range(AT_ONCE)))

    assert outcomes.count(True) == 1
    assert db.session.scalar(select(func.count()).select_from(Visit)) == 1
    assert db.session.scalar(select(func.count()).select_from(Followup)) == 0


INSERT = text(
    "INSERT INTO visit (enterprise_id, kind, counts, visited_on, state, author_id, met, is_not_met, text, client_key,"
    " source, void_reason, version, created_at, updated_at) VALUES (:e, 'onsite', :yes, '2026-11-23', :state, :u, :met,"
    " :no, :text, :key, 'hand', '', 1, '2026-11-23', '2026-11-23')"
)


def raw(firm, author, **more):
    return {
        "e": firm.id,
        "u": author.id,
        "yes": True,
        "no": False,
        "state": "done",
        "met": "x",
        "text": "x",
        "key": "k1",
        **more,
    }


def test_raw_sql_cannot_save_a_second_visit_with_the_same_key_nor_one_without_words(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    with db.engine.begin() as connection:
        connection.execute(INSERT, raw(firm, cast.lin))

    for broken in ({}, {"key": "k2", "text": ""}, {"key": "k3", "met": ""}, {"key": "k4", "state": "voided"}):
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(INSERT, raw(firm, cast.lin, **broken))
