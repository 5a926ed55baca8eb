"""Visits saved through the documented web server, a process of its own on the test's database."""

from __future__ import annotations

import pytest

from tests.conftest import environment_for
from tests.services.web import WebServer
from tests.visits.phone import Phone


@pytest.fixture
def web(app, database, tmp_path):
    env = environment_for(database, tmp_path, CRM_SMTP_URL="", CRM_CLOCK="2026-11-23T09:00:00+08:00")
    server = WebServer(env, tmp_path)
    yield server
    server.stop()


@pytest.fixture
def phone_at(app, web, page, cast):
    """A phone of the commissioner Lin, signed in, at one firm."""
    page.as_(cast.lin).open("desk.home")
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = f"{name}={page.client.get_cookie(name).value}"
    return lambda firm: Phone(web.port, cookie, firm.id)
