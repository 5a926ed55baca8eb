"""The outcome of a check as data: what the command line prints and the pages count."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from crm.core.db import db
from crm.core.words import Say, say
from crm.imports.models import ImportRow, ImportRun


def as_json(run: ImportRun) -> dict[str, Any]:
    """`row` is Excel's number, `column` the head with two levels joined by "/"; counts leave erroneous rows out."""
    counts = run.counts
    return {
        "rows": counts["rows"],
        "new": counts["new"],
        "update": counts["update"],
        "same": counts["same"],
        "errors": [
            {
                "sheet": row.sheet,
                "row": row.number,
                "column": error["column"],
                "value": error["value"],
                "reason": reason(error),
            }
            for row in errors(run.id)
            for error in row.errors
        ],
        **({"doubtful": counts["doubtful"]} if "doubtful" in counts else {}),
        "officials_new": len(counts["officials"]),
        "notices": [str(notice) for notice in [*proposals(run), *map(Say.from_json, run.notices)]],
        "skipped_sheets": run.options.get("skipped_sheets", []),
    }


def proposals(run: ImportRun) -> Iterator[Say]:
    """What writing the run creates besides its rows."""
    counts = run.counts
    if counts["officials"]:
        told = {"n": len(counts["officials"]), "names": "、".join(counts["officials"])}
        yield say("%(n)s officials are not known yet and are created without access: %(names)s", **told)
    for names in counts["units"].values():
        yield say("%(n)s units are not known yet and are created: %(names)s", n=len(names), names="、".join(names))


def reason(error: dict[str, Any]) -> str:
    return str(Say.from_json(error["reason"]))


def errors(run_id: int) -> Iterator[ImportRow]:
    """The rows with errors, in the order of the file."""
    yield from db.session.scalars(
        select(ImportRow).where(ImportRow.run_id == run_id, ImportRow.outcome == "error").order_by(ImportRow.id)
    )
