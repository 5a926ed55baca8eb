"""Migrations build what the models say, go down and up again without losing a row, on both databases."""

import re

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from crm.core import schema
from crm.core.db import db
from crm.enterprises.serving_models import Assignment

SCRIPTS = ScriptDirectory.from_config(schema.alembic_config())
REVISIONS = [s.revision for s in SCRIPTS.walk_revisions()][::-1]


def test_there_is_one_line_of_migrations():
    assert len(SCRIPTS.get_heads()) == 1


MASTER = """
    SELECT type || ' ' || name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'
"""
POSTGRESQL = (
    "SELECT 'index ' || indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "SELECT 'constraint ' || conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
    "SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, character_maximum_length,"
    " collation_name) FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
)


def ddl(connection) -> dict[str, str]:
    """The real DDL of every table, index, constraint and trigger, spaces folded, columns in any order."""
    if connection.dialect.name == "sqlite":
        return {name: normal(sql) for name, sql in connection.execute(text(MASTER))}
    return {name: what for query in POSTGRESQL for name, what in connection.execute(text(query))}


def normal(sql: str) -> str:
    """SQLite keeps the text as it was written: fold what does not matter."""
    flat = re.sub(r'[\s"`]+', " ", sql)
    head, _, body = flat.partition("(")
    if not head.startswith("CREATE TABLE"):
        return re.sub(r"\s*([(),])\s*", r"\1", flat).strip()
    return (
        re.sub(r"\s+", " ", head).strip()
        + "("
        + "|".join(sorted(re.sub(r"\s*([(),])\s*", r"\1", part).strip() for part in parts(body.rsplit(")", 1)[0])))
    )


def parts(body: str) -> list[str]:
    found, depth, current = [], 0, ""
    for character in body:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(current)
            current = ""
        else:
            current += character
    return [*found, current]


def test_the_migrated_database_is_the_one_the_models_describe(app, tmp_path):
    with db.engine.connect() as migrated:
        is_now = ddl(migrated)
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            fresh = create_engine(f"sqlite:///{tmp_path / 'fresh.db'}")
            db.metadata.create_all(fresh)
            with fresh.connect() as built:
                should_be = ddl(built)
            fresh.dispose()
        else:
            should_be = built_on_postgresql(connection)

    assert is_now == should_be


def built_on_postgresql(connection) -> dict[str, str]:
    """Build afresh inside a transaction that is rolled back."""
    act = connection.begin()
    connection.execute(text("DROP SCHEMA public CASCADE"))
    connection.execute(text("CREATE SCHEMA public"))
    db.metadata.create_all(connection)
    found = ddl(connection)
    act.rollback()
    return found


def snapshot() -> dict[str, list[tuple]]:
    with db.engine.connect() as connection:
        tables = [t for t in inspect(connection).get_table_names() if t != "alembic_version"]
        return {
            t: sorted((tuple(row) for row in connection.execute(text(f'SELECT * FROM "{t}"'))), key=repr)
            for t in tables
        }


def test_every_step_down_and_up_again_keeps_the_rows_of_the_earlier_ones(app, make, cast):
    make.enterprise(commissioner=cast.lin, contact="王总")
    db.session.remove()
    assert len(REVISIONS) > 1
    for at in range(len(REVISIONS) - 1, 0, -1):
        schema.downgrade(REVISIONS[at - 1])
        before = snapshot()
        schema.upgrade(REVISIONS[at])
        schema.downgrade(REVISIONS[at - 1])
        assert snapshot() == before, REVISIONS[at]
    schema.upgrade()


def test_a_migration_that_fails_in_the_middle_leaves_the_old_database(app, cast, monkeypatch):
    """One transaction per migration: a statement that fails takes the whole step back."""
    from alembic.operations import Operations

    schema.downgrade("0008")
    before, at = snapshot(), schema.current()
    db.session.remove()
    original = Operations.create_table
    calls = iter(range(100))

    def breaks(self, *args, **values):
        if next(calls) == 1:
            raise RuntimeError("the machine stops here")
        return original(self, *args, **values)

    monkeypatch.setattr(Operations, "create_table", breaks)
    with pytest.raises(RuntimeError):
        schema.upgrade("0009")
    monkeypatch.undo()

    assert (snapshot(), schema.current()) == (before, at)
    schema.upgrade()
    assert Assignment.__table__.name in snapshot()
