"""Commissioner · 企业服务专员系统: one enterprise, one commissioner, and reminders that arrive."""

from __future__ import annotations

from flask import Flask

from crm import permissions
from crm.core import bureau_clock, logs, pages, security, typed
from crm.core.db import db
from crm.core.engines import engine_options, guard
from crm.core.settings import ROOT, Settings


def create_app(settings: Settings) -> Flask:
    """The application for these settings; nothing is read from the environment here."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key or "unset",
        SECRET_KEY_FALLBACKS=[settings.secret_key_previous] if settings.secret_key_previous else [],
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        PERMANENT_SESSION_LIFETIME=30 * 24 * 3600,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.config.update(security.cookies(settings))
    app.extensions["commissioner"] = settings
    typed.install(app)
    _open_database(app)
    bureau_clock.start(app, settings)
    security.protect(app, settings)
    logs.follow(app)
    pages.prepare(app, settings)
    _open_rooms(app, settings)
    app.jinja_env.globals["Permission"] = permissions.Permission
    return app


def _open_database(app: Flask) -> None:
    from flask_migrate import Migrate

    from crm import models

    db.init_app(app)
    models.load()
    Migrate(app, db, directory=str(ROOT / "crm" / "migrations"), render_as_batch=True)
    with app.app_context():
        guard(db.engine)


def _open_rooms(app: Flask, settings: Settings) -> None:
    """Every room hangs its pages, commands and handlers on the application, left to right."""
    from crm import rooms

    for open_room in rooms.ALL:
        open_room(app, settings)
