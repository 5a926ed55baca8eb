"""The database refuses to change a figure that was entered: a correction is another row."""

from __future__ import annotations

from sqlalchemy import DDL, event

from crm.tiers.annual.models import CODES, PeriodFigures

KEPT = ", ".join(("year", "months", *CODES, "is_audited", "source", "note", "doubts", "entered_by_id",
                  "entered_by_name", "entered_at"))  # fmt: skip
REFUSED = "period_figures are corrected by another row"
SQLITE = (
    f"CREATE TRIGGER period_figures_no_change BEFORE UPDATE OF {KEPT} ON period_figures "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION period_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'restrict_violation'; END $$",
    f"CREATE TRIGGER period_figures_no_change BEFORE UPDATE OF {KEPT} ON period_figures FOR EACH ROW "
    "EXECUTE FUNCTION period_figures_stay()",
)

for dialect, statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
    for statement in statements:
        event.listen(PeriodFigures.__table__, "after_create", DDL(statement).execute_if(dialect=dialect))
