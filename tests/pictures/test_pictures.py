"""The pictures of the README are the pages as they are: drawn again by UPDATE_PICTURES=1, looked at in every run."""

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.enterprises.serving_models import Assignment
from crm.imports.models import ImportRun
from crm.jobs import heartbeat
from tests.browser import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
ROSTER = Path(__file__).resolve().parents[1] / "data" / "roster_sample.xlsx"
WORDS = ("和达", "启明", "立昂", "瑞博", "宏泰", "佳和")
HEAVIEST = 150_000  # bytes


def keep(name, page):
    """Write the picture when asked to; otherwise it must be there already."""
    path = FOLDER / f"{name}.jpg"
    if os.environ.get("UPDATE_PICTURES"):
        FOLDER.mkdir(exist_ok=True)
        page.screenshot(path=path, type="jpeg", quality=82)
    assert path.stat().st_size < HEAVIEST


@pytest.fixture(autouse=True)
def scheduler(app):
    """A picture shows the machine as it should be: with a sign of life of its scheduler."""
    heartbeat.beat(clock.real_now())
    db.session.remove()


def test_the_pages_of_the_readme(site, app, make, cast):
    firms = [
        make.enterprise(
            name,
            unit=cast.section,
            commissioner=cast.lin,
            short_name=name[2:6],
            contact="王海燕",
            phone=f"1390571{n:04}",
            territory_id=cast.park.id,
            industry="医药制造业",
            tier="T1" if n < 4 else None,
        )
        for n, name in enumerate(f"杭州{word}生物医药有限公司" for word in WORDS)
    ]

    lists = site.window(cast.manager, size=DESK, language="en").page
    lists.goto(f"{site.url}/enterprises")
    assert lists.locator("tbody tr").count() == len(firms)
    keep("enterprises-en", lists)

    phone = site.window(cast.lin, size=PHONE).page
    phone.goto(f"{site.url}/enterprises/{firms[0].id}")
    assert phone.locator("a[href^='tel:']").count() >= 1
    keep("enterprise-phone", phone)
    phone.goto(f"{site.url}/visits/new?enterprise={firms[0].id}")
    keep("quick-visit", phone)


def test_the_check_page_of_an_import(site, app, cast):
    from crm.accounts.queries import root
    from crm.imports.commands import checked_run

    run_id = checked_run("roster", ROSTER, root(), {})
    db.session.rollback()
    assert db.session.scalar(select(ImportRun.counts).where(ImportRun.id == run_id))["new"] == 60

    desk = site.window(cast.admin, size=DESK).page
    desk.goto(f"{site.url}/imports/{run_id}")
    assert "60" in desk.locator("main").inner_text()
    keep("import-check", desk)
    assert db.session.scalar(select(Assignment.id)) is None
