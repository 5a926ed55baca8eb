"""Runs migrations inside an application context: one transaction each, foreign keys off and checked on SQLite."""

from __future__ import annotations

from typing import Any, Literal, cast

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from crm.core.db import db
from crm.core.types import EnumText, Json, UtcDateTime


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        transaction_per_migration=True,
        on_version_apply=check_foreign_keys,  # type: ignore[arg-type]
        render_item=render,
    )
    with context.begin_transaction():
        context.run_migrations()


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Write this product's column types as plain ones: a migration must not change when the code does."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Json):
        return "sa.Text()"
    if isinstance(item, EnumText):
        return f"sa.String({cast('sa.String', item.impl).length})"
    if isinstance(item, sa.String) and item._variant_mapping:
        return f'sa.String({item.length}).with_variant(sa.String({item.length}, collation="C"), "postgresql")'
    if isinstance(item, sa.BigInteger) and item._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


def check_foreign_keys(ctx: MigrationContext, **_: Any) -> None:
    """Before the migration commits: no row may point nowhere."""
    connection = ctx.connection
    assert connection is not None
    if connection.dialect.name == "sqlite" and (
        broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    ):
        raise RuntimeError(f"migration leaves a row of {broken[0]} pointing nowhere")


def online() -> None:
    """SQLite ignores the foreign_keys PRAGMA inside a transaction, so it is switched off on the raw connection."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        raw = connection.connection.dbapi_connection
        if is_sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        try:
            run(connection)
        finally:
            connection.rollback()
            if is_sqlite:
                raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


online()
