"""The schema's version: where the database is, and where the code wants it."""

from __future__ import annotations

from functools import cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crm.core.db import db
from crm.core.settings import ROOT

FOLDER = ROOT / "crm" / "migrations"


def alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


@cache
def head() -> str:
    newest = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert newest is not None
    return newest


def current() -> str | None:
    """The revision the database stands at; None for an empty one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current() -> bool:
    return current() == head()


def is_known(revision: str) -> bool:
    """False for a database that a newer program has migrated."""
    scripts = ScriptDirectory.from_config(alembic_config())
    return any(script.revision == revision for script in scripts.walk_revisions())


def upgrade(to: str = "head") -> None:
    from alembic import command

    command.upgrade(alembic_config(), to)


def downgrade(to: str) -> None:
    from alembic import command

    command.downgrade(alembic_config(), to)
