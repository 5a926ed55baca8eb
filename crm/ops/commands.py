"""Commands of the machine: make or migrate the database, the first administrator."""

from __future__ import annotations

import click
from flask import Flask, current_app, url_for
from sqlalchemy import select

from crm.accounts import posts, rules, services
from crm.accounts.models import Unit, UnitKind, User
from crm.accounts.queries import root
from crm.core import schema
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.settings import Settings, make_secret
from crm.core.speech import spoken
from crm.ops import backup_commands, doctor
from crm.permissions import Role
from crm.timeline import CLI


def settings() -> Settings:
    found: Settings = current_app.extensions["commissioner"]
    return found


def install(app: Flask) -> None:
    app.cli.add_command(init_db)
    app.cli.add_command(create_admin)
    for command in (backup_commands.backup, backup_commands.restore, doctor.doctor):
        app.cli.add_command(command)


@click.command("init-db")
@click.option("--name", default="开发区管理委员会", help="Name of the root unit.")
def init_db(name: str) -> None:
    """Make the database, or bring it to the newest version; safe to repeat."""
    make_secret(settings().data_dir)
    if path := settings().sqlite_path:
        path.parent.mkdir(parents=True, exist_ok=True)
    schema.upgrade()
    ensure_root(name)
    click.echo(f"数据库已就绪 / database ready: {schema.current()}")


def ensure_root(name: str) -> None:
    if db.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.ROOT)) is None:
        with writing():
            services.add_unit(name=name, kind=UnitKind.ROOT, parent=None, by=CLI)


@click.command("create-admin")
@click.argument("name")
@click.option("--mobile", required=True)
@spoken
def create_admin(name: str, mobile: str) -> None:
    """Add an administrator and print a one-time link with which he sets his password.

    Safe to repeat: the same name and number get a new link, the old one ends.
    """
    try:
        with writing():
            person = _known(name, mobile) or services.add_person(name=name, unit=root(), mobile=mobile, by=CLI)
            if not posts.holds(person, role=Role.ADMINISTRATOR, unit=root()):
                services.give_post(person, role=Role.ADMINISTRATOR, unit=root(), by=CLI)
            code = services.invite(person, by=CLI, lives=services.LINK_LIVES)
    except RuleBroken as broken:
        raise SystemExit("\n".join(str(obstacle.why) for obstacle in broken.obstacles)) from None
    with current_app.test_request_context():
        path = url_for("accounts.accept", code=code)
    click.echo(f"{settings().public_url.rstrip('/')}{path}")


def _known(name: str, mobile: str) -> User | None:
    """Whoever signs in with this number, when he has this name: the link was lost."""
    query = select(User).where(User.mobile == rules.tidy_mobile(mobile), User.name == name, User.active.is_(True))
    return db.session.scalar(query)
