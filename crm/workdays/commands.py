"""`flask --app wsgi holidays`: look at next year's notice and take it over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.speech import spoken
from crm.core.words import say
from crm.timeline import CLI
from crm.workdays import services
from crm.workdays.notices import Change, parse
from crm.workdays.rules import Year

holidays = AppGroup("holidays", help="The statutory calendar: load a year of holidays and make-up working days.")


def install(app: Flask) -> None:
    app.cli.add_command(holidays)


@holidays.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write it; without this the changed dates are only shown.")
@click.option("--json", "as_json", is_flag=True, help="The same for programs.")
@spoken
def load(file: Path, is_applied: bool, as_json: bool) -> None:
    """Show what FILE (the notice's text, YAML, or JSON as the data set holiday-cn has it) changes; --apply loads it."""
    try:
        notice = parse(file.read_text(encoding="utf-8-sig"))
    except (RuleBroken, UnicodeDecodeError) as refused:
        raise click.ClickException(_why(refused)) from refused
    if is_applied:
        with writing():
            taken = services.take_over(notice, by=CLI)
    else:
        taken = services.preview(notice)
    if as_json:
        click.echo(json.dumps(_as_json(notice, taken, is_applied), ensure_ascii=False))
        return
    for line in _lines(taken):
        click.echo(line)
    done = say("%(year)s is loaded, %(n)s days changed", year=notice.year, n=len(taken.changed))
    seen = say("%(year)s would change %(n)s days; repeat with --apply to load it",
               year=notice.year, n=len(taken.changed))  # fmt: skip
    click.echo(str(done if is_applied else seen))


def _lines(taken: services.Taken) -> Iterator[str]:
    """Changed days, then by sort the dates that fall on them."""
    yield from map(_line, taken.changed)
    for found in taken.effects:
        yield f"{found.label} ({found.total})"
        for row in found.rows:
            moved = f" → {row.after.isoformat()}" if row.moves else ""
            yield f"  {row.before.isoformat()}{moved}  {row.firm}  {row.what}".rstrip()


def _as_json(notice: Year, taken: services.Taken, is_applied: bool) -> dict[str, Any]:
    return {
        "year": notice.year,
        "loaded": is_applied,
        "days": [{"day": c.day.isoformat(), "working": c.is_working, "label": c.label} for c in taken.changed],
        "dates": [
            {"sort": found.label.msgid, "firm": row.firm, "what": row.what, "before": row.before.isoformat(),
             "after": row.after.isoformat()}
            for found in taken.effects for row in found.rows
        ],
        "moved": taken.moved,
    }  # fmt: skip


def _why(refused: Exception) -> str:
    if isinstance(refused, RuleBroken):
        return str(refused.obstacles[0].why)
    return str(say("The file is not UTF-8 text."))


def _line(change: Change) -> str:
    nature = say("working day") if change.is_working else say("rest day")
    return f"{change.day.isoformat()}  {nature}  {change.label}".rstrip()
