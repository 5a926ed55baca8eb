"""axe finds nothing on any page: phone and desk, Chinese and English, light and dark, empty, refused and in dialogs."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import url_for

from crm.accounts.queries import root
from crm.core.db import db, writing
from crm.imports.commands import checked_run
from crm.permissions import Role
from tests.axe.looking import HALVES, LOOKS, Look, error_pages
from tests.everywhere import NO_PAGES, Lived, places
from tests.house.forms import forms_of_all_pages
from tests.rights.sample import rules
from tests.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
ROSTER = Path(__file__).resolve().parents[1] / "data" / "roster_sample.xlsx"
TABS = ("basics", "contacts", "serving", "tiers", "tracks", "audit")
ENDS_THE_SESSION = ("/sign-out", "/me/sessions")
NO_SUCH = "没有这样的企业"


@pytest.fixture
def lived(make, cast):
    return Lived(make, cast)


@pytest.fixture(params=LOOKS)
def look(request, site):
    yield from looking(site, request.param)


@pytest.fixture(params=HALVES.values(), ids=HALVES)
def half(request, site):
    yield from looking(site, *request.param)


def looking(site, *which):
    made = Look(site, *which)
    yield made
    assert not made.faults, "\n".join(f"{at}: {fault}" for at, faults in made.faults.items() for fault in faults)


def test_every_page(app, lived, half):
    for place in places(app, lived):
        if half.takes(place.endpoint):
            half.visit(place.url, place.by)


def test_what_pages_show_otherwise(lived, look):
    firm, clerk = f"/enterprises/{lived.firm.id}", lived.cast.clerk
    for tab in TABS:
        look.visit(f"{firm}?tab={tab}", lived.cast.manager)
    for address in ("/enterprises?edit=1", f"/enterprises?q={NO_SUCH}", "/enterprises?page=2", f"/people?q={NO_SUCH}"):
        look.visit(address, clerk)
    look.visit(f"/visits/new?enterprise={lived.firm.id}", lived.cast.lin)


def test_every_page_of_a_bureau_that_has_nothing_yet(app, make, half):
    """Right after the first command, for the administrator; and for the first official and his manager."""
    people = [make.user("高峰", role=Role.ADMINISTRATOR), make.user("李军", role=Role.MANAGER), make.user("林晓")]
    for person in people:
        visitor = Visitor(app).as_(person)
        for endpoint, rule in sorted(rules(app).items()):
            is_one = "GET" in rule.methods and not rule.arguments and endpoint not in NO_PAGES
            if is_one and half.takes(f"{endpoint} {person.name}"):
                with app.test_request_context():
                    url = url_for(endpoint)
                if is_page(visitor.client.get(url)):
                    half.visit(url, person, f"{url} ({person.name})")
    assert len(half.pages) == len(people)


def is_page(answer):
    found = answer.status_code == 200 and answer.mimetype == "text/html"
    answer.close()
    db.session.rollback()
    return found


def test_every_error(app, cast, look):
    with look.stage(None) as show:
        for name, html in error_pages(app, look.language):
            show(name, html)
    answer = Visitor(app).as_(cast.lin).client.get("/no/such/page", headers={"Accept-Language": look.language})
    with look.stage(cast.lin) as show:
        show("404 signed in", answer.text)


def test_every_refused_form(app, page, lived, half):
    """Sent empty; decided on a state that no longer holds; by a page whose session had ended (they all look alike)."""
    seen, late = set(), "late"
    for me in (lived.cast.clerk, lived.cast.admin, lived.cast.manager):
        with half.stage(me) as show:
            for form in list(forms_of_all_pages(page.as_(me), lived, me)):
                known = form.endpoint + form.action.partition("?")[0]
                if known in seen or form.action.startswith(ENDS_THE_SESSION) or not half.takes(known):
                    continue
                seen.add(known)
                for name, data in sendings(form, late).items():
                    if html := refused(page.client, form, data, half.language, stale_only=name == "again"):
                        show(f"{form.action} {name}", html)
                        late = "" if name == "late" else late


def sendings(form, late):
    tokens = {name: value for name, value in form.sent.items() if name.endswith("csrf_token")}
    found = {"empty": {**tokens, **dict.fromkeys(form.texts, "")}}
    if late:
        found["late"] = form.filled(csrf_token="of another day")
    if "version" in form.sent or "replaces" in form.sent:
        found |= {"changed": form.filled(), "again": form.filled(**dict.fromkeys(form.texts, "乙"))}
    return found


def refused(client, form, data, language, *, stale_only):
    """The page that came back instead of going on; nothing when it went on or was not for this person."""
    answer = client.post(form.action, data=data, headers={"Accept-Language": language})
    wanted = (409,) if stale_only else (200, 401, 409, 422)
    html = answer.text if answer.status_code in wanted and answer.mimetype == "text/html" else ""
    answer.close()
    db.session.rollback()
    db.session.expire_all()
    return html if html.lstrip().startswith("<!") else ""


def test_the_steps_of_an_import(app, make, look):
    admin = make.user("高峰", role=Role.ADMINISTRATOR)
    run_id = checked_run("roster", ROSTER, root(), {})
    db.session.rollback()
    look.visit(f"/imports/{run_id}", admin, "checked")
    look.visit(f"/imports/{run_id}/rows/new", admin, "rows")


def test_what_opens_over_a_page(lived, look):
    clerk = lived.cast.clerk
    page = look.page(clerk)
    page.goto(f"{look.site.url}/enterprises?tier=none")
    for summary in page.locator("summary:visible").all():
        summary.click()
        look.take(f"opened: {summary.inner_text()}", page)
        page.keyboard.press("Escape")
    page.locator("tbody input[type=checkbox]").first.check()
    look.take("ticked", page)
    page.locator(".view-save").click()
    page.wait_for_selector("dialog[open] [name=name]")
    look.take("dialog", page)
    page.locator("dialog[open] .btn-primary").click()
    page.wait_for_selector("dialog[open] .error-summary")
    look.take("dialog refused", page)
    if look.is_phone:
        for door in ("#menu", "#filter-set"):
            page.goto(f"{look.site.url}/enterprises{door}")
            look.take(f"opened: {door}", page)


def test_signing_in_again_over_a_page(lived, look):
    page = look.page(lived.cast.clerk)
    page.goto(f"{look.site.url}/people")
    with writing():
        db.session.execute(db.text("DELETE FROM session"))
    page.fill("#q", "林")
    page.press("#q", "Enter")
    page.wait_for_selector("dialog[open] [name=password]")
    look.take("sign in again", page)
