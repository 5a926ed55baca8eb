"""The database refuses to change or delete what was planned for a track and what was said when it was reviewed."""

from __future__ import annotations

from sqlalchemy import DDL, event

from crm.cultivation.plan_models import TrackPlan, TrackReview


def refusing(table: str) -> list[tuple[str, str]]:
    """(dialect, statement) that make a table insert-only."""
    said = f"{table} is insert-only"
    function = f"{table}_is_insert_only()"
    each_row = f"ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"
    sqlite = [
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
        for what in ("DELETE", "UPDATE")
    ]
    postgresql = [
        f"CREATE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END $$",
        *(f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} {each_row}" for what in ("DELETE", "UPDATE")),
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {function}",
    ]
    return [("sqlite", each) for each in sqlite] + [("postgresql", each) for each in postgresql]


for model in (TrackPlan, TrackReview):
    for dialect, statement in refusing(model.__tablename__):
        event.listen(model.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))
