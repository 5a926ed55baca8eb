"""How long a session lasts, where one is signed in, and what ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.accounts import services, sessions, tidying
from crm.accounts.access_models import Invitation, SignIn
from crm.accounts.models import User
from crm.core import clock
from crm.core.db import db, writing
from crm.ops.builders import PASSWORD
from crm.permissions import Role


def sign_in(page, person, **more):
    page.client = page.app.test_client()
    page.open("accounts.sign_in")
    page.submit(name=person.mobile, password=PASSWORD, **more)
    return page


def pass_time(*, idle=timedelta(), age=timedelta()):
    """The sessions so far were last seen and begun so much earlier."""
    with writing():
        for each in db.session.scalars(select(SignIn)):
            each.seen_at -= idle
            each.created_at -= age
            each.confirmed_at -= max(idle, age)


def test_half_an_hour_without_a_click_ends_a_session_at_a_desk(page, cast):
    sign_in(page, cast.lin)
    pass_time(idle=timedelta(minutes=29))
    page.open("accounts.me")
    pass_time(idle=timedelta(minutes=31))
    page.open("accounts.me", expect=303)


def test_a_day_after_signing_in_one_signs_in_again_however_busy(page, cast):
    sign_in(page, cast.lin)
    pass_time(age=timedelta(hours=23, minutes=59))
    page.open("accounts.me")
    pass_time(age=timedelta(minutes=2))
    page.open("accounts.me", expect=303)


def test_a_trusted_phone_stays_signed_in_for_thirty_days(page, cast):
    sign_in(page, cast.lin, trusted="y")
    pass_time(idle=timedelta(days=29), age=timedelta(days=29))
    page.open("accounts.me")
    pass_time(age=timedelta(days=1, minutes=1))
    page.open("accounts.me", expect=303)


def test_only_the_cookie_of_a_trusted_phone_outlives_the_browser(page, cast):
    def session_cookie():
        return next(c for c in page.response.headers.getlist("Set-Cookie") if c.startswith("crm="))

    sign_in(page, cast.lin)
    assert "Expires" not in session_cookie()
    sign_in(page, cast.lin, trusted="y")
    assert "Expires" in session_cookie()


def test_on_a_trusted_phone_rights_are_changed_only_after_the_password(page, cast):
    sign_in(page, cast.admin, trusted="y").open("accounts.edit_person", person_id=cast.lin.id)
    pass_time(idle=timedelta(minutes=31))

    page.open("accounts.edit_person", person_id=cast.lin.id, expect=303)
    page.follow()
    page.submit(password="wrong", expect=422)
    page.submit(password=PASSWORD)
    assert page.response.headers["Location"] == f"/people/{cast.lin.id}/edit"
    page.follow()


def test_entry_work_on_a_trusted_phone_is_never_interrupted(page, cast):
    sign_in(page, cast.lin, trusted="y")
    pass_time(idle=timedelta(days=3), age=timedelta(days=3))

    page.open("accounts.me")
    page.open("accounts.security")


def test_guessing_at_the_confirmation_is_slowed_as_at_the_door(page, cast):
    sign_in(page, cast.admin, trusted="y")
    pass_time(idle=timedelta(minutes=31))
    page.open("accounts.confirm")
    for _ in range(10):
        page.submit(password="wrong", expect=422)
    page.submit(password=PASSWORD, expect=422)


def test_i_see_where_i_am_signed_in_and_end_one_or_all_others(page, cast):
    phone = sign_in(page, cast.lin, trusted="y").client
    other = sign_in(page, cast.lin).client
    sign_in(page, cast.lin).open("accounts.security")
    assert page.text.count("127.0.0.1") == 3

    newest_other = [s for s in sessions.open_of(cast.lin.id) if not s.is_trusted][1]
    page.client.post(f"/me/sessions/{newest_other.id}/end", data={"csrf_token": token_on(page)})
    assert other.get("/me").status_code == 303
    assert phone.get("/me").status_code == 200

    page.open("accounts.security")
    page.client.post("/me/sessions/end-others", data={"csrf_token": token_on(page)})
    assert phone.get("/me").status_code == 303
    page.open("accounts.security")


def token_on(page):
    return page.all("input", name="csrf_token")[0].get("value")


def test_i_cannot_end_somebody_elses_session(page, cast):
    zhou = sign_in(page, cast.zhou).client
    theirs = sessions.open_of(cast.zhou.id)[0].id
    sign_in(page, cast.lin).open("accounts.security")
    answer = page.client.post(f"/me/sessions/{theirs}/end", data={"csrf_token": token_on(page)})

    assert answer.status_code == 404
    assert zhou.get("/me").status_code == 200


def test_an_administrator_sees_and_ends_anybodys_sessions(page, cast):
    lin = sign_in(page, cast.lin).client
    page.as_(cast.admin).open("accounts.person", person_id=cast.lin.id)
    assert "127.0.0.1" in page.text
    page.client.post(f"/people/{cast.lin.id}/sessions/end", data={"csrf_token": token_on(page)})

    assert lin.get("/me").status_code == 303


def test_a_manager_sees_the_person_but_not_his_sessions(page, cast):
    sign_in(page, cast.lin)
    page.as_(cast.manager).open("accounts.person", person_id=cast.lin.id)

    assert "127.0.0.1" not in page.text


@pytest.mark.parametrize("act", ["password", "post given", "post ended", "deactivated"])
def test_what_ends_every_session_at_once(page, cast, act):
    with writing():
        post = services.give_post(cast.lin, role=Role.CLERK, unit=cast.section, by=cast.admin)
    stolen = sign_in(page, cast.lin).client
    with writing():
        lin = db.session.get(User, cast.lin.id)
        match act:
            case "password":
                services.change_password(lin, password_hash="x", by=lin)
            case "post given":
                services.give_post(lin, role=Role.LEADER, unit=cast.section, by=cast.admin)
            case "post ended":
                services.end_post(post, by=cast.admin)
            case "deactivated":
                services.deactivate(lin, by=cast.admin)

    assert stolen.get("/me").status_code == 303


def test_rights_that_end_by_date_end_with_the_day_without_any_act(page, cast, now):
    with writing():
        tomorrow = clock.today() + timedelta(days=1)
        services.give_post(cast.lin, role=Role.CLERK, unit=cast.section, by=cast.admin, until=tomorrow)
    page.as_(cast.lin).open("accounts.people")
    now.move(days=1)
    page.open("accounts.people", expect=403)


def test_reading_writes_seen_at_every_five_minutes_only(page, cast):
    sign_in(page, cast.lin).open("accounts.me")
    before = db.session.scalars(select(SignIn.seen_at)).one()
    page.open("accounts.me")
    assert db.session.scalars(select(SignIn.seen_at)).one() == before

    pass_time(idle=timedelta(minutes=6))
    page.open("accounts.me")
    assert db.session.scalars(select(SignIn.seen_at)).one() >= before


def test_sessions_and_codes_are_forgotten_after_half_a_year_and_not_before(page, cast):
    sign_in(page, cast.lin)
    with writing():
        services.invite(cast.zhou, by=cast.admin)
    for days, left in ((179, 1), (9, 0)):
        pass_time(idle=timedelta(days=days), age=timedelta(days=days))
        with writing():
            for invitation in db.session.scalars(select(Invitation)):
                invitation.expires_at -= timedelta(days=days)
        tidying.nightly()
        assert len(db.session.scalars(select(SignIn)).all()) == left
        assert len(db.session.scalars(select(Invitation)).all()) == left


@pytest.fixture
def strict(app, page):
    """A bureau under CRM_PROFILE=mlps."""
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], profile="mlps")
    return page


def test_the_mlps_profile_knows_no_trusted_phone_and_ends_after_a_quarter_of_an_hour(strict, cast):
    strict.open("accounts.sign_in")
    assert not strict.all("input", name="trusted")
    strict.submit(name=cast.lin.mobile, password=PASSWORD, trusted="y")
    assert not db.session.scalars(select(SignIn)).one().is_trusted

    pass_time(idle=timedelta(minutes=14))
    strict.open("accounts.me")
    pass_time(idle=timedelta(minutes=16))
    strict.open("accounts.me", expect=303)


def test_the_mlps_profile_slows_after_five_failures(strict, cast):
    for _ in range(5):
        strict.open("accounts.sign_in")
        strict.submit(name=cast.lin.mobile, password="wrong", expect=422)
    strict.open("accounts.sign_in")
    strict.submit(name=cast.lin.mobile, password=PASSWORD, expect=422)
