"""The administrator's pages."""

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from crm.core.bureau import bureau
from crm.core.db import db
from crm.jobs.models import Job
from crm.ops import backup
from tests.services import postgres


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")


def test_the_administrator_sees_what_is_wrong_and_orders_a_backup(page, cast):
    page.as_(cast.admin).open("ops.system")
    assert "CRM-W010" in page.text
    page.submit()

    assert db.session.query(Job).one().kind == "backup"


def test_the_age_of_the_newest_backup_is_shown(page, cast, now):
    page.as_(cast.admin)
    made = backup.back_up()
    for hours, words in ((0, "不到 1 小时"), (30, "30 小时"), (100, "4 天")):
        at = made.made_at - timedelta(hours=hours)
        made.path.rename(made.path.with_name(f"commissioner-{at:%Y%m%dT%H%M%S%f}.tar"))
        made = replace(made, path=made.path.with_name(f"commissioner-{at:%Y%m%dT%H%M%S%f}.tar"))
        page.open("ops.system")
        assert words in page.text


def test_the_auditor_reads_and_others_do_not(page, cast):
    page.as_(cast.auditor).open("ops.system")
    page.open("ops.settings", expect=403)
    page.as_(cast.manager).open("ops.system", expect=403)


def test_a_setting_is_changed_from_today_and_a_silly_one_is_refused(page, cast):
    page.as_(cast.admin).open("ops.settings")
    page.submit(load_limit="0", expect=422)
    page.submit(load_limit="30")

    assert bureau("load_limit") == 30


def test_the_menu_shows_where_one_is_also_on_pages_inside_an_area(page, cast):
    def marked():
        entries = [a for nav in page.all("nav", id="menu") for a in nav.iter() if a.get("aria-current")]
        return [(entry.get("href"), entry.get("aria-current")) for entry in entries]

    page.as_(cast.admin).open("accounts.people")
    assert marked() == [("/people", "page")]
    page.open("accounts.add_person")
    assert marked() == [("/people", "true")]
    page.open("accounts.me")
    assert marked() == []


def test_whoever_sets_the_system_up_is_told_what_comes_first_until_there_is_a_register(page, cast, make):
    page.as_(cast.admin).open("desk.home")
    assert [a.get("href") for a in page.all("a") if a.get("href") == "/imports/new"]

    make.enterprise(unit=cast.section)
    page.open("desk.home")
    assert not [a.get("href") for a in page.all("a") if a.get("href") == "/imports/new"]


def test_only_who_may_record_a_visit_finds_the_button_for_it(page, cast):
    found = {}
    for person in (cast.admin, cast.lin):
        page.as_(person).open("accounts.me")
        found[person.name] = "/visits/new" in {link.get("href") for link in page.all("a")}

    assert found == {cast.admin.name: False, cast.lin.name: True}
