"""The database refuses to change or delete an entry; only its body and salt may be erased, together."""

from __future__ import annotations

from sqlalchemy import DDL, event

from crm.timeline.models import Entry

KEPT = (
    "id",
    "at",
    "kind",
    "enterprise_id",
    "subject_kind",
    "subject_id",
    "actor_id",
    "actor_name",
    "via",
    "address",
    "level",
    "digest",
)
SQLITE = (
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entry is insert-only'); END",
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN NEW.body IS NOT NULL OR NEW.salt IS NOT NULL OR "
    + " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in KEPT)
    + " BEGIN SELECT RAISE(ABORT, 'entry is insert-only'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION entry_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'entry is insert-only' USING ERRCODE = 'restrict_violation'; END $$",
    "CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry FOR EACH ROW EXECUTE FUNCTION entry_is_insert_only()",
    "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry FOR EACH ROW "
    "WHEN (NEW.body IS NOT NULL OR NEW.salt IS NOT NULL OR "
    + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in KEPT)
    + ") EXECUTE FUNCTION entry_is_insert_only()",
    "CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry EXECUTE FUNCTION entry_is_insert_only()",
)
GONE = "DROP FUNCTION IF EXISTS entry_is_insert_only() CASCADE"

for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for statement in statements:
        event.listen(Entry.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))
