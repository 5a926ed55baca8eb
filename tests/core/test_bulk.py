"""Thousands of rows at once: changed and deleted exactly as one by one, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crm.core import bulk
from crm.core.db import db, insert_row, read, writing
from crm.enterprises import services as register
from crm.enterprises.models import Contact, Enterprise, SearchGram, Standing
from crm.followups.models import Followup


@pytest.fixture
def firms(make, cast):
    return [
        make.enterprise(name, commissioner=cast.lin) for name in ("测试甲有限公司", "测试乙有限公司", "测试丙有限公司")
    ]


def row(firm):
    return db.session.execute(select(Enterprise.__table__).where(Enterprise.id == firm.id)).one()


def test_each_row_takes_its_own_values_and_the_others_none(app, firms, now):
    untouched = row(firms[2])
    now.move(hours=1)
    changes = [
        {"id": firms[0].id, "note": "第一行\n“二”%s", "last_visit_on": date(2024, 2, 29), "employees": None,
         "standing": Standing.MOVED_OUT, "capital_is_approximate": True, "registered_capital": 10**12},
        {"id": firms[1].id, "note": "", "last_visit_on": None, "employees": 7, "standing": Standing.ACTIVE,
         "capital_is_approximate": False, "registered_capital": None},
    ]  # fmt: skip
    with writing():
        bulk.update_many(Enterprise.__table__, ["id"], changes)

    for firm, change in zip(firms, changes, strict=False):
        assert {name: getattr(row(firm), name) for name in change} == change
        assert row(firm).updated_at > untouched.updated_at
    assert row(firms[2]) == untouched


def test_what_is_too_long_is_refused_or_kept_whole_but_never_cut(app, firms):
    long = "很" * 400
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(DBAPIError), writing():
            bulk.update_many(Enterprise.__table__, ["id"], [{"id": firms[0].id, "address": long}])
        assert row(firms[0]).address == ""
    else:
        with writing():
            bulk.update_many(Enterprise.__table__, ["id"], [{"id": firms[0].id, "address": long}])
        assert row(firms[0]).address == long


def sort_what_is_joined():
    """PostgreSQL is free in which order one statement changes its rows: here it would be that of their ids."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL enable_hashjoin = off"))
        db.session.execute(text("SET LOCAL enable_nestloop = off"))


def test_a_first_contact_gives_way_before_the_next_is_written(app, make, cast):
    """Unique indexes are looked at row by row; in the order given no moment has two."""
    firms = [make.enterprise(contact="王芳", phone=f"138{n:08d}") for n in range(40)]
    with writing():
        first = {firm.id: firm.contacts[0].id for firm in firms}
        second = {firm.id: register.add_contact(firm, name="李强", phone="", by=cast.lin).id for firm in firms}

    for to, gone in ((second, first), (first, second)):
        with writing():
            sort_what_is_joined()
            changes = [(gone, False), (to, True)]
            rows = [{"id": by[firm.id], "is_primary": now} for by, now in changes for firm in firms]
            bulk.update_many(Contact.__table__, ["id"], rows)
        assert set(db.session.scalars(select(Contact.id).where(Contact.is_primary))) == set(to.values())


def test_pairs_are_deleted_and_nothing_beside_them(app, firms):
    def pairs():
        return set(read(select(SearchGram.gram, SearchGram.enterprise_id)).all())

    before = pairs()
    gone = sorted(pair for pair in before if pair[1] == firms[0].id)[:2]
    with writing():
        bulk.delete_pairs(SearchGram.__table__, ("gram", "enterprise_id"), gone)

    assert pairs() == before - set(map(tuple, gone))


def test_a_row_written_at_once_is_a_row_of_the_session(app, firms, cast):
    with writing():
        made = insert_row(
            Followup, enterprise_id=firms[0].id, owner_id=cast.lin.id, text="回访", due_on=date(2026, 12, 1)
        )
        assert (made.kind, made.version, made.enterprise.id) == ("followup", 1, firms[0].id)
        made.text = "再回访"
    assert db.session.scalar(select(Followup.text).where(Followup.id == made.id)) == "再回访"
    assert made in db.session
