"""`flask --app wsgi holidays`: look at next year's notice and take it over."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from crm.core.db import writing
from crm.core.errors import RuleBroken
from crm.core.speech import spoken
from crm.core.words import say
from crm.timeline import CLI
from crm.workdays import services
from crm.workdays.notices import Change, changes, parse
from crm.workdays.queries import calendar

holidays = AppGroup("holidays", help="The statutory calendar: load a year of holidays and make-up working days.")


def install(app: Flask) -> None:
    app.cli.add_command(holidays)


@holidays.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write it; without this the changed days are only shown.")
@spoken
def load(file: Path, is_applied: bool) -> None:
    """Show what FILE (YAML, or JSON as the data set holiday-cn has it) changes; with --apply take it over."""
    try:
        notice = parse(file.read_text(encoding="utf-8-sig"))
    except (RuleBroken, UnicodeDecodeError) as refused:
        raise click.ClickException(_why(refused)) from refused
    if is_applied:
        with writing():
            changed = services.load(notice, by=CLI)
    else:
        changed = changes(calendar(), notice)
    for change in changed:
        click.echo(_line(change))
    done = say("%(year)s is loaded, %(n)s days changed", year=notice.year, n=len(changed))
    seen = say("%(year)s would change %(n)s days; repeat with --apply to load it", year=notice.year, n=len(changed))
    click.echo(str(done if is_applied else seen))


def _why(refused: Exception) -> str:
    if isinstance(refused, RuleBroken):
        return str(refused.obstacles[0].why)
    return str(say("The file is not UTF-8 text."))


def _line(change: Change) -> str:
    nature = say("working day") if change.is_working else say("rest day")
    return f"{change.day.isoformat()}  {nature}  {change.label}".rstrip()
