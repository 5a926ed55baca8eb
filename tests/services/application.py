"""The application of a test: made once per worker and kind of database, given to each test as if it were new.

To make it costs 50 ms, and what SQLAlchemy and Jinja have compiled would be compiled again for every test. Each test
has its own settings, configuration, handlers and engine; only what nobody changes is shared.
"""

from __future__ import annotations

from types import CodeType
from typing import Any

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, event, make_url
from sqlalchemy.util import LRUCache

from crm import create_app
from crm.core.db import db
from crm.core.engines import guard
from crm.core.settings import Settings

HANDLERS = ("view_functions", "before_request_funcs", "after_request_funcs", "teardown_request_funcs")
STATEMENTS = 3000


class Compiled(BytecodeCache):
    """Templates are compiled once per worker instead of once per application; a changed source is compiled anew."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = Compiled()


def make(settings: Settings) -> Flask:
    app = create_app(settings)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


class Reused:
    """One application; `fresh(settings)` gives it to the next test."""

    def __init__(self, settings: Settings) -> None:
        self.app = make(settings)
        self.settings = settings
        self.config, self.extensions = dict(self.app.config), dict(self.app.extensions)
        self.handlers = {name: _copied(getattr(self.app, name)) for name in HANDLERS}
        self.loader = self.app.jinja_env.loader
        self.statements: Any = LRUCache(STATEMENTS)
        with self.app.app_context():
            self.engine = db.engine
            # The dialect learns about its server at the first connection; every engine to come shares it.
            self.engine.connect().close()
            self.engine.dispose()
        event.listen(self.engine, "do_connect", self._to_the_database_of_this_test)

    def fresh(self, settings: Settings) -> Flask:
        self.settings = settings
        app = self.app
        app.config.clear()
        app.config.update(self.config, SQLALCHEMY_DATABASE_URI=settings.database_url)
        app.extensions.clear()
        app.extensions.update(self.extensions, commissioner=settings)
        for name, kept in self.handlers.items():
            held = getattr(app, name)
            held.clear()
            held.update(_copied(kept))
        app.jinja_env.loader = self.loader
        app._got_first_request = False
        with app.app_context():
            db.engines.clear()  # also the one for reading, which the first page makes of it
            db.engines[None] = self._new_engine()
        return app

    def _new_engine(self) -> Engine:
        """Without the listeners of the test before; what was compiled for the dialect stays known."""
        url = make_url(self.settings.database_url)
        known = {"compiled_cache": self.statements}
        engine = Engine(self.engine.pool.recreate(), self.engine.dialect, url, execution_options=known)
        guard(engine)
        return engine

    def _to_the_database_of_this_test(self, dialect: Any, _record: Any, words: list[Any], more: dict[str, Any]) -> None:
        asked, options = dialect.create_connect_args(make_url(self.settings.database_url))
        words[:] = asked
        more.clear()
        more.update(options)


def _copied(handlers: dict[Any, Any]) -> dict[Any, Any]:
    return {key: list(each) if isinstance(each, list) else each for key, each in handlers.items()}
