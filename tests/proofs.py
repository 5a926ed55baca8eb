"""Where the long proofs write what they counted: docs/proofs/NAME-DATABASE.md."""

from datetime import timedelta

from sqlalchemy import text

from crm.core import clock
from crm.core.db import db
from tests.services.processes import ROOT


def table(facts: dict[str, int | str]) -> str:
    return "\n".join(["| | |", "| --- | ---: |", *(f"| {what} | {n} |" for what, n in facts.items())])


def keep(name: str, title: str, counted: str, seed: int) -> None:
    """Title, the command, the day in Shanghai, seed and database, then the table."""
    engine = db.engine.dialect.name
    place = ROOT / "docs" / "proofs" / f"{name}-{engine}.md"
    day = (clock.real_now() + timedelta(hours=8)).date()
    version = db.session.scalar(text("select sqlite_version()" if engine == "sqlite" else "show server_version"))
    head = f"# {title} on {engine} {version}\n\n`python3 tasks.py proof`, {day}, seed {seed}.\n\n"
    place.write_text(head + counted + "\n", encoding="utf-8")
