"""A demonstration database carries a mark; production refuses it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from crm.core import clock
from crm.core.db import db
from crm.core.models import Setting
from crm.core.settings import BadSettings, Settings

KEY = "demo"


def mark() -> None:
    """In the transaction that writes the invented rows."""
    db.session.add(Setting(key=KEY, value=True, since=clock.today(), set_by_name="seed-demo"))
    db.session.flush()


def is_marked() -> bool:
    return db.session.scalar(select(Setting.id).where(Setting.key == KEY).limit(1)) is not None


def refuse_in_production(app: Flask, settings: Settings) -> None:
    """Raises BadSettings; a database without tables yet is nobody's demonstration."""
    if settings.env != "production":
        return
    with app.app_context():
        try:
            marked = is_marked()
        except DBAPIError:
            marked = False
        finally:
            db.session.remove()
            db.engine.dispose()  # processes that fork later share no connection
    if marked:
        raise BadSettings(
            "这个数据库里是演示数据，正式环境要用自己的数据库（CRM_DATABASE_URL 或 CRM_DATA_DIR）",
            "this database holds demonstration data: production needs one of its own (CRM_DATABASE_URL)",
        )
