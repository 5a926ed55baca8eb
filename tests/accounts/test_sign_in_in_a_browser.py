"""Sessions that end under somebody's hands, in Chromium: with scripts and without."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.accounts.access_models import SignIn
from crm.accounts.models import Unit, User
from crm.core.db import db, writing
from crm.ops.builders import PASSWORD
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def end_sessions():
    with writing():
        for sign_in in db.session.scalars(select(SignIn)):
            sign_in.seen_at -= timedelta(hours=2)
    db.session.rollback()


def sign_in(page, person):
    page.fill("#name", person.mobile)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_load_state()


def test_on_a_phone_an_official_signs_in_and_stays_signed_in(site, cast):
    window = site.window(size=PHONE)
    window.page.goto(f"{site.url}/me")
    window.page.check("#trusted")
    sign_in(window.page, cast.lin)

    assert window.page.url == f"{site.url}/me"
    assert window.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert db.session.scalars(select(SignIn)).one().is_trusted


@pytest.mark.parametrize("scripts", [True, False])
def test_text_typed_into_a_form_survives_the_end_of_the_session(site, cast, scripts):
    window = site.window(cast.admin, scripts=scripts)
    page = window.page
    page.goto(f"{site.url}/units/new")
    page.fill("#name", "招商一科")
    end_sessions()
    page.click(".form-buttons .btn-primary")
    page.wait_for_selector("#password")
    sign_in(page, cast.admin)
    page.click("#resume .btn-primary")
    page.wait_for_selector("#name")
    assert page.input_value("#name") == "招商一科"

    page.click(".form-buttons .btn-primary")
    page.wait_for_url("**/units")
    db.session.rollback()
    assert db.session.scalars(select(Unit).where(Unit.name == "招商一科")).one()


def test_a_list_that_swaps_in_place_asks_for_the_password_in_a_dialog_and_goes_on(site, cast):
    window = site.window(cast.admin)
    page = window.page
    page.goto(f"{site.url}/people")
    page.fill("#q", "林")
    end_sessions()
    page.press("#q", "Enter")
    page.wait_for_selector("dialog[open] [name=password]")
    page.fill("dialog [name=name]", cast.admin.mobile)
    page.fill("dialog [name=password]", PASSWORD)
    page.press("dialog [name=password]", "Enter")
    page.wait_for_selector("dialog[open]", state="detached")
    assert page.input_value("#q") == "林"

    page.press("#q", "Enter")
    expect(page.locator("#listing tbody tr")).to_have_count(1)
    expect(page.locator("#listing")).to_contain_text("林晓")


def test_a_choice_of_appearance_holds_at_once_and_on_the_next_page(site, cast):
    window = site.window(cast.lin)
    page = window.page
    page.goto(f"{site.url}/me")
    page.click("main button[name=theme][value=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.click("main button[name=language][value=en]")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{site.url}/me")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    db.session.rollback()
    kept = {p.key: p.value for p in db.session.get(User, cast.lin.id).preferences}
    assert kept == {"theme": "dark", "language": "en"}
