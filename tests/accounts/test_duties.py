"""Duties (posts) are given and ended, and a person is let go with all of them."""

from datetime import timedelta

import pytest

from crm.accounts import services
from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.permissions import Domain, Role


def test_who_still_serves_cannot_be_let_go_and_his_page_leads_to_the_enterprises(page, cast, make):
    make.enterprise(commissioner=cast.lin)
    make.enterprise(commissioner=cast.lin)
    with pytest.raises(RuleBroken, match="served"), writing():
        services.deactivate(cast.lin, by=cast.admin)
    assert db.session.get(User, cast.lin.id).active

    page.as_(cast.manager).open("accounts.person", person_id=cast.lin.id)
    (link,) = [a for a in page.all("a") if a.get("href") == f"/enterprises?commissioner={cast.lin.id}"]
    assert link.text == "2"


def test_letting_go_ends_access_duties_and_codes_and_taking_back_gives_none_of_them(app, cast):
    with writing():
        services.give_post(cast.lin, role=Role.CLERK, unit=cast.section, by=cast.admin)
        later = clock.today() + timedelta(days=9)
        services.give_post(cast.lin, role=Role.LEADER, unit=cast.section, by=cast.admin, since=later)
        code = services.invite(cast.lin, by=cast.admin)
        services.deactivate(cast.lin, by=cast.admin)

    assert (cast.lin.active, cast.lin.deactivated_on) == (False, clock.today())
    assert services.invitation(code) is None
    assert [p.until for p in cast.lin.posts] == [clock.today(), later]

    with writing():
        services.reactivate(cast.lin, by=cast.admin)
    assert cast.lin.active and cast.lin.password_hash is None
    assert not any(p.holds_on(later) for p in cast.lin.posts)


def test_the_last_administrator_can_neither_leave_nor_lose_the_duty(app, cast):
    with pytest.raises(RuleBroken, match="last administrator"), writing():
        services.deactivate(cast.admin, by=cast.admin)
    with pytest.raises(RuleBroken, match="last administrator"), writing():
        services.end_post(cast.admin.posts[0], by=cast.admin)

    with writing():
        services.give_post(cast.lin, role=Role.ADMINISTRATOR, unit=cast.bureau, by=cast.admin)
        services.end_post(cast.admin.posts[0], by=cast.admin)


def test_an_administrator_gives_and_ends_a_duty_on_the_page(page, cast):
    page.as_(cast.admin).open("accounts.person", person_id=cast.lin.id)
    page.submit(
        form="post",
        role="manager",
        unit_id=str(cast.section.id),
        domain="listing",
        since="2026-01-01",
        until="2027-01-01",
    )
    page.follow()
    post = db.session.get(User, cast.lin.id).posts[0]
    assert (post.role, post.domain, post.since.isoformat(), post.until.isoformat()) == (
        Role.MANAGER, Domain.LISTING, "2026-01-01", "2027-01-01",
    )  # fmt: skip

    token = page.all("input", name="csrf_token")[0].get("value")
    page._take(page.client.post(f"/people/{cast.lin.id}/posts/{post.id}/end", data={"csrf_token": token}), 303)
    assert db.session.get(User, cast.lin.id).posts[0].until == clock.today()


@pytest.mark.parametrize(
    "typed",
    [
        {"role": ""},
        {"role": "serving"},
        {"role": "king"},
        {"role": "handler", "domain": "issues"},
        {"since": "2026-05-01", "until": "2026-05-01"},
        {"since": "next week"},
        {"unit_id": "99999"},
    ],
)
def test_a_duty_that_makes_no_sense_is_refused(page, cast, typed):
    page.as_(cast.admin).open("accounts.person", person_id=cast.lin.id)
    page.submit(form="post", **{"role": "manager", **typed}, expect=422)

    assert db.session.get(User, cast.lin.id).posts == []


def test_the_same_duty_is_not_given_twice(app, cast):
    with pytest.raises(RuleBroken, match="already"), writing():
        services.give_post(cast.manager, role=Role.MANAGER, unit=cast.bureau, by=cast.admin)


def test_another_persons_duty_is_not_found_under_this_person(page, cast):
    page.as_(cast.admin).open("accounts.person", person_id=cast.lin.id)
    token = page.all("input", name="csrf_token")[0].get("value")
    other = cast.manager.posts[0].id

    page._take(page.client.post(f"/people/{cast.lin.id}/posts/{other}/end", data={"csrf_token": token}), 404)
