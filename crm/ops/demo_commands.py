"""`seed-demo` fills an empty database with the demonstration, `demo-accounts` says how to sign in."""

from __future__ import annotations

import shutil

import click
from flask import Flask, current_app
from sqlalchemy import select

from crm.accounts import passwords
from crm.accounts.labels import ROLES
from crm.accounts.models import User
from crm.core import bureau_clock, clock, schema
from crm.core.db import db, writing
from crm.core.pages import speaking
from crm.core.settings import Settings
from crm.core.speech import command_language
from crm.core.words import say
from crm.enterprises.models import Enterprise
from crm.ops import demo, demo_mark
from crm.ops.builders import PASSWORD, Make
from crm.ops.commands import ROOT_NAME, ensure_root


def install(app: Flask) -> None:
    app.cli.add_command(seed_demo)
    app.cli.add_command(demo_accounts)
    app.cli.add_command(wipe_demo)


@click.command("seed-demo")
@click.option("--language", type=click.Choice(demo.LANGUAGES), default="zh", envvar="DEMO", help="Of firms and people.")
def seed_demo(language: str) -> None:
    """Fill an empty database with an invented bureau; refuses production and any database with real rows."""
    settings: Settings = current_app.extensions["commissioner"]
    if settings.env == "production":
        raise click.ClickException("演示数据不能写入正式环境 / not in production (CRM_ENV=demo)")
    if demo_mark.is_marked():
        click.echo("演示数据已在 / the demonstration is there already")
        return
    if db.session.scalar(select(Enterprise.id).limit(1)) or db.session.scalar(select(User.id).limit(1)):
        raise click.ClickException("数据库中已有真实数据,没有写入 / there are real rows; nothing was written")
    make = Make(passwords.hashed(PASSWORD))
    with clock.travelling() as go, writing():
        story = demo.act_out(make, go, language)
        demo_mark.mark()
        firms, people = len(story.firms), len(story.people)
    click.echo(f"演示数据已写入:{firms} 家企业,{people} 名专员 / {firms} enterprises, {people} commissioners")


@click.command("wipe-demo")
@click.confirmation_option(prompt="删除全部演示数据? / delete the whole demonstration?")
def wipe_demo() -> None:
    """Leave an empty database in place of the demonstration; refuses any other database."""
    settings: Settings = current_app.extensions["commissioner"]
    if settings.env == "production" or not demo_mark.is_marked():
        raise click.ClickException("不是演示数据库,没有删除 / this is no demonstration database; nothing was deleted")
    db.session.remove()
    schema.downgrade("base")
    schema.upgrade()
    ensure_root(ROOT_NAME)
    shutil.rmtree(settings.data_dir / "files", ignore_errors=True)
    bureau_clock.forget()
    click.echo("演示数据已清空 / the demonstration is gone")


@click.command("demo-accounts")
def demo_accounts() -> None:
    """Print who can sign in to the demonstration: name, role, sign-in name, password."""
    if not demo_mark.is_marked():
        raise click.ClickException("不是演示数据库 / this is no demonstration database")
    people = db.session.scalars(select(User).where(User.password_hash.is_not(None)).order_by(User.id)).all()
    with speaking(command_language()):
        heads = tuple(str(word) for word in (say("Full name"), say("Role"), say("Sign-in name"), say("Password")))
        rows = [heads, *((p.name, _duties(p), p.mobile or "", PASSWORD) for p in people)]
    for name, duties, sign_in, password in rows:
        click.echo(f"  {_padded(name, 10)}{_padded(duties, 20)}{_padded(sign_in, 14)}{password}")


def _duties(person: User) -> str:
    return "、".join(str(ROLES[post.role]) for post in person.posts) or str(say("Commissioner"))


def _padded(text: str, width: int) -> str:
    """Chinese characters take two columns."""
    return text + " " * max(1, width - sum(2 if ord(ch) > 0x2E7F else 1 for ch in text))
