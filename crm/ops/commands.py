"""Commands of the machine: make or migrate the database, the first administrator, the settings in force."""

from __future__ import annotations

import json

import click
from flask import Flask, current_app, url_for
from sqlalchemy import select

from crm.accounts import posts, rules, services
from crm.accounts.models import Unit, UnitKind
from crm.accounts.queries import by_sign_in_name, root
from crm.core import schema
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.settings import Settings, make_secret
from crm.core.speech import spoken
from crm.core.words import say
from crm.cultivation import rungs
from crm.ops import backup, backup_commands, doctor, ready
from crm.permissions import Role
from crm.timeline import CLI

ROOT_NAME = "开发区管理委员会"


def settings() -> Settings:
    found: Settings = current_app.extensions["commissioner"]
    return found


def install(app: Flask) -> None:
    for command in (init_db, create_admin, config, backup_commands.backup, backup_commands.restore, doctor.doctor):
        app.cli.add_command(command)


@click.command("init-db")
@click.option("--name", default=ROOT_NAME, help="Name of the root unit.")
@click.option("--no-backup", is_flag=True, help="Migrate without the backup that is otherwise made first.")
@spoken
def init_db(name: str, no_backup: bool) -> None:
    """Make the database, or bring it to the newest version after a backup of it; safe to repeat."""
    make_secret(settings().data_dir)
    if path := settings().sqlite_path:
        path.parent.mkdir(parents=True, exist_ok=True)
    if why := ready.why_unreachable() or ready.why_too_new():
        raise click.ClickException(str(why))
    is_older = bool(schema.current()) and not schema.is_current()
    if is_older and not no_backup:
        _back_up_first()
    schema.upgrade()
    ensure_root(name)
    if is_older:
        rungs.mend()  # an older program knew none
    click.echo(str(say("The database is ready, version %(version)s", version=schema.current())))


def _back_up_first() -> None:
    try:
        made = backup.back_up()
    except backup.BackupFailed as failed:
        words = say("%(why)s Nothing was migrated; --no-backup goes on without one", why=failed.why)
        raise click.ClickException(str(words)) from failed
    click.echo(str(say("The database as it was is kept in %(path)s", path=made.path)))


def ensure_root(name: str) -> None:
    if db.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.ROOT)) is None:
        with writing():
            services.add_unit(name=name, kind=UnitKind.ROOT, parent=None, by=CLI)


@click.command("create-admin")
@click.argument("name")
@click.option("--mobile", required=True, help="The number he signs in with.")
@spoken
def create_admin(name: str, mobile: str) -> None:
    """Add an administrator and print a one-time link with which he sets his password.

    For somebody who is one already, or is in the register of people under this name and number, a new link.
    """
    try:
        with writing():
            known = by_sign_in_name(rules.tidy_mobile(mobile) or "")
            person = known or services.add_person(name=name, unit=root(), mobile=mobile, by=CLI)
            if person.name != name:
                raise RuleBroken(say("%(name)s signs in with this already", name=person.label))
            if not posts.holds(person, role=Role.ADMINISTRATOR, unit=root()):
                services.give_post(person, role=Role.ADMINISTRATOR, unit=root(), by=CLI)
            code = services.invite(person, by=CLI, lives=services.LINK_LIVES)
    except RuleBroken as broken:
        raise click.ClickException("\n".join(str(obstacle.why) for obstacle in broken.obstacles)) from broken
    minutes = int(services.LINK_LIVES.total_seconds() // 60)
    click.echo(str(say("Good once, for %(n)s minutes; the password is set there:", n=minutes)))
    with current_app.test_request_context():
        path = url_for("accounts.accept", code=code)
    click.echo(f"{settings().public_url.rstrip('/')}{path}")


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
def config(as_json: bool) -> None:
    """Print the machine settings in force, as one would set them; secrets and passwords are hidden."""
    shown = settings().shown()
    click.echo(json.dumps(shown, ensure_ascii=False) if as_json else "\n".join(f"{k}={v}" for k, v in shown.items()))
