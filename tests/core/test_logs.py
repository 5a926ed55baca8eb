"""Whoever has the number of an error page finds the request in the log."""

import json
import logging
import os
import re
import subprocess
import sys

import pytest
from sqlalchemy import text

from crm.core import logs
from crm.core.db import db
from crm.core.settings import ROOT


class Kept(logging.Handler):
    def __init__(self, formatter):
        super().__init__()
        self.lines = []
        self.addFilter(logs.Here())
        self.setFormatter(formatter)

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def log():
    """What is logged, as text and as JSON."""
    kept = Kept(logs.AsText()), Kept(logs.AsJson())
    root, level = logging.getLogger(), logging.getLogger().level
    root.setLevel(logging.INFO)
    for handler in kept:
        root.addHandler(handler)
    yield kept
    root.setLevel(level)
    for handler in kept:
        root.removeHandler(handler)


def test_the_number_of_an_error_page_leads_to_the_request(page, cast, log):
    page.as_(cast.lin).open("/enterprises/987654?q=机密", expect=404)

    line, told = log[0].lines[-1], json.loads(log[1].lines[-1])
    number = re.search(r"\b[0-9a-f]{10}\b", page.text).group()
    assert number in line and told["request_id"] == number
    assert (told["route"], told["status"], told["user_id"]) == ("desk.enterprise", 404, cast.lin.id)
    assert told["ms"] >= 0 and "机密" not in line + log[1].lines[-1]


@pytest.fixture
def broken(app):
    """A table is away: pages that ask it fail in a way nobody foresaw."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    rename = "ALTER TABLE {} RENAME TO {}"
    with db.engine.begin() as connection:
        connection.execute(text(rename.format("suggestion", "suggestion_away")))
    yield
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text(rename.format("suggestion_away", "suggestion")))


def test_an_unexpected_error_is_told_with_its_number(page, cast, log, broken):
    page.as_(cast.admin).open("ops.system", expect=500)

    number = re.search(r"\b[0-9a-f]{10}\b", page.text).group()
    told = [line for line in map(json.loads, log[1].lines) if line.get("request_id") == number]
    assert any("suggestion" in line.get("error", "") for line in told)


def test_quick_pages_write_no_line(page, cast, log):
    page.as_(cast.lin).open("/enterprises")

    told = [line for line in map(json.loads, log[1].lines) if line.get("status") == 200]
    assert all(line["ms"] >= logs.SLOW for line in told)


@pytest.mark.slow
def test_the_setting_chooses_the_form(tmp_path):
    script = "import wsgi, logging; logging.getLogger('crm').warning('磁盘将满')"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    env = {**kept, "CRM_ENV": "demo", "CRM_DATA_DIR": str(tmp_path), "CRM_LOG_FORMAT": "json"}

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert json.loads(done.stderr.splitlines()[-1])["event"] == "磁盘将满"
    assert done.stdout == ""
