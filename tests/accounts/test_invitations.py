"""Codes that open an account: printed, mailed, asked for; who may give one to whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm import create_app
from crm.accounts import invitations, passwords, services
from crm.accounts.access_models import Invitation
from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.ops.builders import PASSWORD
from crm.permissions import Role
from crm.timeline import Entry
from tests.accounts.inviting import NEW, code_on, invite, settings_are


def test_a_clerk_prints_a_slip_and_the_official_is_in_with_it(page, cast, bare):
    invite(page, cast.clerk, bare).follow()
    assert "杜建" in page.text and "企业服务科" in page.text
    (code,) = code_on(page)
    link = f"http://127.0.0.1:8000/invitation/{code}"

    page.client = page.app.test_client()
    page.open("accounts.invitation")
    page.submit(code=f" {code.lower().replace('-', ' ')} ")
    page.follow()
    page.submit(sign_in_name="13805719999", password=NEW, password_again=NEW)
    page.follow()
    page.open("accounts.me")

    assert db.session.get(User, bare.id).mobile == "13805719999"
    assert link.endswith(code)


def test_many_are_invited_at_once_eight_slips_to_a_page(page, cast, make):
    people = [make.user(unit=cast.section) for _ in range(20)]
    with writing():
        for person in people:
            person.password_hash = None
        db.session.flush()
    invite(page, cast.manager, *people).follow()

    assert len(set(code_on(page))) == 20
    sheets = [d for d in page.all("div") if d.get("class") == "slip-sheet"]
    assert [len(list(s)) for s in sheets] == [8, 8, 4]


def test_all_that_the_list_shows_are_invited_with_one_tick(page, cast, make):
    with writing():
        for person in (cast.lin, cast.zhou):
            person.password_hash = None
        db.session.flush()
    page.as_(cast.admin).open("accounts.invite_many", all=1, show="no-access")
    page.submit(form="invite").follow()

    assert len(code_on(page)) == 2


def test_a_qr_picture_stands_on_the_slip_only_where_other_machines_can_open_it(page, app, cast, bare):
    invite(page, cast.clerk, bare).follow()
    assert not page.all("img", alt="激活地址的二维码")
    settings_are(app, public_url="http://crm.lan:8000")
    invite(page, cast.clerk, bare).follow()

    (picture,) = page.all("img", alt="激活地址的二维码")
    assert picture.get("src").startswith("data:image/svg+xml;base64,")
    assert "http://crm.lan:8000/invitation" in page.text


def test_a_code_is_good_once(page, cast, bare):
    with writing():
        code = services.invite(bare, by=cast.clerk)
    page.open("accounts.accept", code=code)
    page.submit(sign_in_name="du-1", password=NEW, password_again=NEW)

    page.client = page.app.test_client()
    page.open("accounts.accept", code=code, expect=404)


def test_two_who_use_one_code_at_the_same_moment_do_not_both_get_in(app, cast, bare):
    with writing():
        found = services.invitation(services.invite(bare, by=cast.clerk))
    with writing():
        services.accept(found, password_hash="first")
    with pytest.raises(RuleBroken, match="used already"), writing():
        services.accept(found, password_hash="second")

    assert db.session.get(User, bare.id).password_hash == "first"


def test_a_slip_is_good_for_seven_days_and_a_newer_one_ends_it(page, cast, bare):
    with writing():
        first = services.invite(bare, by=cast.clerk)
    with writing():
        second = services.invite(bare, by=cast.clerk)
    assert services.invitation(first) is None
    assert services.invitation(second) is not None

    with writing():
        found = services.invitation(second)
        assert found.expires_at - found.created_at <= timedelta(days=7, seconds=1)
        found.expires_at -= timedelta(days=7, seconds=2)
        db.session.flush()
    page.open("accounts.accept", code=second, expect=404)


def test_opening_the_link_changes_nothing_as_mail_scanners_do(page, cast, bare):
    with writing():
        code = services.invite(bare, by=cast.clerk)
    for _ in range(3):
        page.client.get(f"/invitation/{code}")
        page.client.head(f"/invitation/{code}")

    assert services.invitation(code) is not None
    assert db.session.get(User, bare.id).password_hash is None


def test_the_database_never_holds_the_code(app, cast, bare):
    with writing():
        code = services.invite(bare, by=cast.clerk)
    row = db.session.scalars(select(Invitation)).one()

    assert code not in str(vars(row)) and invitations.code_of(row) == code
    assert all(code not in str(entry.body) for entry in db.session.scalars(select(Entry)))


def test_a_code_survives_one_change_of_the_machines_secret(app, cast, bare):
    with writing():
        code = services.invite(bare, by=cast.clerk)
    row = db.session.scalars(select(Invitation)).one()
    settings = app.extensions["commissioner"]

    renewed = create_app(replace(settings, secret_key="n" * 40, secret_key_previous=settings.secret_key))
    with renewed.test_request_context():
        assert invitations.code_of(row) == code
    forgotten = create_app(replace(settings, secret_key="m" * 40))
    with forgotten.test_request_context():
        assert invitations.code_of(row) is None


def test_a_weak_password_or_a_taken_sign_in_name_is_refused_and_the_code_stays_good(page, cast, bare):
    with writing():
        code = services.invite(bare, by=cast.clerk)
    page.open("accounts.accept", code=code)
    page.submit(sign_in_name="du-1", password="12345678", password_again="12345678", expect=422)
    page.submit(sign_in_name=cast.lin.mobile, password=NEW, password_again=NEW, expect=422)
    assert db.session.get(User, bare.id).password_hash is None

    page.submit(sign_in_name="du-1", password=NEW, password_again=NEW)
    assert db.session.get(User, bare.id).staff_no == "du-1"


def test_somebody_out_of_reach_is_not_found(page, cast, make):
    page.as_(cast.manager).open("accounts.invite_many", id=cast.stranger.id, expect=404)
    page.as_(cast.clerk).open("accounts.invite_many", id=[cast.stranger.id, 99999], expect=404)


def test_of_a_mixed_choice_only_those_in_reach_get_a_code(page, cast, bare):
    invite(page, cast.clerk, bare, cast.stranger).follow()

    assert len(code_on(page)) == 1
    assert "外来" not in page.text


@pytest.mark.parametrize("who", ["lin", "leader", "handler", "auditor"])
def test_who_may_not_invite_meets_a_closed_door(page, cast, bare, who):
    page.as_(getattr(cast, who)).open("accounts.invite_many", id=bare.id, expect=403)
    page.open("accounts.print_slips", id=1, expect=403)


def test_nobody_signs_in_as_his_superior_by_giving_him_a_code(page, cast):
    """A code for an open account with duties, or for an administrator, comes from an administrator only."""
    page.as_(cast.clerk).open("accounts.invite_many", id=cast.manager.id)
    assert not page.all("form", id="invite")
    with writing():
        services.give_post(cast.zhou, role=Role.ADMINISTRATOR, unit=cast.bureau, by=cast.admin)
        cast.zhou.password_hash = None
        db.session.flush()
    page.as_(cast.manager).open("accounts.invite_many", id=cast.zhou.id)
    assert not page.all("form", id="invite")
    page._take(page.client.post(f"/people/invite?id={cast.zhou.id}", data={"way": "slip"}), 422)

    invite(page, cast.admin, cast.manager, cast.zhou).follow()
    assert len(code_on(page)) == 2


def test_an_official_without_duties_who_forgot_his_password_gets_a_new_slip_from_the_clerk(page, cast):
    invite(page, cast.clerk, cast.lin).follow()
    (code,) = code_on(page)
    assert passwords.matches(db.session.get(User, cast.lin.id), PASSWORD)

    page.client = page.app.test_client()
    page.open("accounts.accept", code=code)
    page.submit(password=NEW, password_again=NEW)
    assert passwords.matches(db.session.get(User, cast.lin.id), NEW)


def test_only_who_made_the_slips_prints_them_again(page, cast, bare):
    invite(page, cast.clerk, bare)
    slips = page.response.headers["Location"]
    page.open(slips)
    page.as_(cast.manager).open(slips, expect=404)
    page.as_(cast.admin).open(slips, expect=404)
