"""`flask figures`: the head figures of any day."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask import Flask

from crm.core import clock
from crm.core.speech import spoken
from crm.core.words import say
from crm.cultivation import figures as counted
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.yearly import list_kinds


def install(app: Flask) -> None:
    app.cli.add_command(figures)


@click.command()
@click.option("--on", "on_day", type=click.DateTime(["%Y-%m-%d"]), help="The day; default today.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@spoken
def figures(on_day: datetime | None, as_json: bool) -> None:
    """Firms quoted, listed and on the yearly lists at the end of a day, each counted once."""
    found = counted.as_json(on_day.date() if on_day else clock.today())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    click.echo(str(say("At the end of %(day)s", day=found["on"])))
    for figure in ladder().figures:
        click.echo(_line(figure, found[figure.code]["total"]))
        for board, n in found[figure.code].get("by_board", {}).items():
            click.echo(f"  {_line(board, n)}")
    for kind, told in found["lists"].items():
        click.echo(_line(list_kinds()[kind], told["total"]))


def _line(label: object, n: int) -> str:
    return str(say("%(label)s: %(value)s", label=label, value=n))
