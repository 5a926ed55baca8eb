"""The database refuses to change or delete an event of a track."""

from __future__ import annotations

from sqlalchemy import DDL, event

from crm.cultivation.models import TrackEvent

REFUSED = "track_event is insert-only"
SQLITE = tuple(
    f"CREATE TRIGGER track_event_no_{what.lower()} BEFORE {what} ON track_event "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
    for what in ("DELETE", "UPDATE")
)
POSTGRESQL = (
    "CREATE FUNCTION track_event_is_insert_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$",
    *(
        f"CREATE TRIGGER track_event_no_{what.lower()} BEFORE {what} ON track_event FOR EACH ROW "
        "EXECUTE FUNCTION track_event_is_insert_only()"
        for what in ("DELETE", "UPDATE")
    ),
    "CREATE TRIGGER track_event_no_truncate BEFORE TRUNCATE ON track_event "
    "EXECUTE FUNCTION track_event_is_insert_only()",
)

for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for statement in statements:
        event.listen(TrackEvent.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))
