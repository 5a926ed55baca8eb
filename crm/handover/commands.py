"""Who served this enterprise on a day, from the command line."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask import Flask
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.core.speech import spoken
from crm.core.words import say
from crm.enterprises import credit_code, queries
from crm.enterprises.assignment import serving_on
from crm.enterprises.models import Enterprise


def install(app: Flask) -> None:
    app.cli.add_command(serving)


@click.command("serving")
@click.argument("code")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="The day, default today.")
@click.option("--json", "as_json", is_flag=True, help="Print an object instead of a sentence.")
@spoken
def serving(code: str, on: datetime | None, as_json: bool) -> None:
    """Print who serves the enterprise with this credit code on a day; exit 1 when nobody does, 2 when it is unknown.

    The code of an entry that was merged into another one leads to the other.
    """
    day = on.date() if on else clock.today()
    enterprise = _named(code)
    if enterprise is None:
        click.echo(str(say("No enterprise has the credit code %(code)s", code=code)), err=True)
        raise SystemExit(2)
    enterprise = queries.stands_for(enterprise)
    row = serving_on(enterprise.id, day)
    name = row.commissioner.name if row else None
    if as_json:
        facts = {
            "credit_code": enterprise.credit_code,
            "name": enterprise.name,
            "on": day.isoformat(),
            "commissioner": name,
        }
        click.echo(json.dumps({**facts, "document_no": row.document_no if row else None}, ensure_ascii=False))
    else:
        served_by = name or say("No commissioner")
        click.echo(f"{enterprise.name} {day}: {served_by}")
    raise SystemExit(0 if row else 1)


def _named(code: str) -> Enterprise | None:
    found = db.session.scalar(select(Enterprise).where(Enterprise.credit_code == credit_code.normal(code)))
    if found is None or found.merged_into_id is None:
        return found
    return db.session.get_one(Enterprise, found.merged_into_id)
