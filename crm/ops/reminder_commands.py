"""`run-scheduler`, and `send-reminders --once`: what that process does, once and by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from sqlalchemy import func, select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.pages import speaking
from crm.core.settings import Settings
from crm.core.speech import command_language
from crm.core.words import say
from crm.outbox import ledger
from crm.outbox.jobs import Mailroom, deliver
from crm.outbox.models import Delivery
from crm.reminders.planning import plan, plan_within

COUNTED = ("planned", "claimed", "accepted", "retry", "failed", "uncertain", "cancelled")
WAITING = "waiting"


class _Undone(Exception):
    """Ends a dry run: everything it wrote is forgotten."""


def install(app: Flask) -> None:
    app.cli.add_command(run_scheduler)
    app.cli.add_command(send_reminders)


@click.command("run-scheduler")
def run_scheduler() -> None:
    """Plan and send reminders, work through imports, copy the database at night; runs until it is stopped."""
    from crm.ops import scheduler  # APScheduler stays out of the web processes

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    scheduler.run(app, app.extensions["commissioner"])


@click.command("send-reminders")
@click.option("--once", is_flag=True, help="Plan and send what is due now, then end.")
@click.option("--dry-run", is_flag=True, help="Only count what would be planned and sent; write and send nothing.")
@click.option("--now", "moment", help="As if it were this moment (ISO); in production only with --dry-run.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def send_reminders(once: bool, dry_run: bool, moment: str | None, as_json: bool) -> None:
    """Plan what is due and send it, once. A running scheduler does the same all the time; both at once are harmless."""
    settings: Settings = current_app.extensions["commissioner"]
    if not once:
        raise click.UsageError("--once is missing; `run-scheduler` is the command that keeps running")
    if moment:
        _pretend(moment, settings, dry_run=dry_run)
    counts = _rehearse() if dry_run else _send(settings)
    with speaking(command_language()):
        click.echo(_as_json(counts) if as_json else _in_words(counts))
        if counts[WAITING]:
            click.echo(str(say(
                "%(n)s more are due and wait: the limit per minute is reached, or the mail server is given a rest. "
                "Repeat the command in a minute.",
                n=counts[WAITING],
            )), err=True)  # fmt: skip


def _as_json(counts: Counter[str]) -> str:
    return json.dumps({name: counts[name] for name in COUNTED})


def _in_words(counts: Counter[str]) -> str:
    words = say(
        "planned %(planned)s, claimed %(claimed)s, accepted %(accepted)s, to be tried again %(retry)s, "
        "failed %(failed)s, uncertain %(uncertain)s, cancelled %(cancelled)s",
        **{name: counts[name] for name in COUNTED},
    )
    return str(words)


def _pretend(moment: str, settings: Settings, *, dry_run: bool) -> None:
    """Move this process's business clock; sending at another time than now is for demo and test only."""
    if settings.env == "production" and not dry_run:
        raise click.UsageError("--now needs --dry-run in production")
    try:
        given = datetime.fromisoformat(moment)
    except ValueError:
        raise click.BadParameter(moment, param_hint="--now") from None
    aware = given if given.tzinfo else given.replace(tzinfo=ZoneInfo(settings.timezone))
    ahead: timedelta = aware - clock.real_now()
    clock.configure(settings.timezone, lambda: ahead)


def _send(settings: Settings) -> Counter[str]:
    counts = plan(clock.now())
    room = Mailroom(settings)
    while (sent := deliver(room, limit=50)) and sent["claimed"]:
        counts.update(sent)
    counts.update(sent)
    counts[WAITING] = _due()
    return counts


def _due() -> int:
    """Messages that could leave now."""
    due = select(func.count()).select_from(Delivery).where(ledger.free(clock.now()))
    return db.session.scalar(due) or 0


def _rehearse() -> Counter[str]:
    counts: Counter[str] = Counter()
    try:
        with writing():
            counts.update(plan_within(clock.now()))
            counts["claimed"] = _due()
            raise _Undone
    except _Undone:
        return counts
