"""Many ids are one parameter, and the database finds each by its key."""

from sqlalchemy import select, text
from sqlalchemy.dialects import sqlite

from crm.accounts.models import Unit
from crm.core.among import among
from crm.core.db import db, read


def test_the_ids_asked_for_are_found_and_the_others_with_not(app, cast):
    every = set(db.session.scalars(select(Unit.id)))
    some = {cast.bureau.id, cast.park.id}
    assert set(db.session.scalars(select(Unit.id).where(among(Unit.id, some)))) == some
    assert set(db.session.scalars(select(Unit.id).where(~among(Unit.id, some)))) == every - some
    assert not db.session.scalars(select(Unit.id).where(among(Unit.id, []))).all()
    assert not db.session.scalars(select(Unit.id).where(among(Unit.name, []))).all()
    assert db.session.scalars(select(Unit.id).where(among(Unit.name, [cast.park.name]))).all() == [cast.park.id]
    named = select(Unit.id).where(among(Unit.id, "ids"), Unit.id > 0)
    assert set(read(named, {"ids": list(some)}).scalars()) == some


def test_sqlite_looks_them_up_by_the_key(app):
    asked = select(Unit.name).where(among(Unit.id, [1, 2]))
    statement = asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    if db.engine.dialect.name == "sqlite":
        plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {statement}")).all()
        assert plan[0].detail.startswith("SEARCH unit USING INTEGER PRIMARY KEY"), plan
    assert "= 1" not in str(statement)
