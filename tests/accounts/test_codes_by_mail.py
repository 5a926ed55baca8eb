"""Codes that arrive by mail: derived just before the mail leaves, dead when replaced, silent to the curious."""

import re
from datetime import timedelta

from sqlalchemy import select

from crm.accounts import mails, services
from crm.accounts.access_models import Invitation, SignIn
from crm.accounts.models import User
from crm.core.db import db, writing
from crm.outbox.jobs import Mailroom, deliver
from crm.outbox.models import Delivery
from crm.outbox.registry import Dropped
from tests.accounts.inviting import NEW, code_on, invite, settings_are
from tests.services.smtp import mail_server


def test_by_mail_the_code_is_derived_just_before_the_mail_leaves(mailing, cast, bare):
    with writing():
        cast.lin.password_hash = None
        db.session.flush()
    invite(mailing, cast.clerk, cast.lin, bare, way="mail").follow()
    assert len(code_on(mailing)) == 1, "who has no address gets a slip"

    delivery = db.session.scalars(select(Delivery)).one()
    assert (delivery.address, delivery.template) == ("lin@example.cn", "invitation")
    assert set(delivery.params) == {"invitation"}
    letter = mails.prepare(delivery)
    assert letter.context["link"].startswith("http://crm.lan:8000/invitation/")
    assert services.invitation(letter.context["code"]).user.name == "林晓"


def test_the_invitation_arrives_by_mail_and_its_link_opens_the_account(page, app, cast):
    with writing():
        cast.lin.password_hash = None
        db.session.flush()
    with mail_server() as server:
        settings_are(app, smtp_url=server.url, public_url="http://localhost")
        invite(page, cast.clerk, cast.lin, way="mail")
        deliver(Mailroom(app.extensions["commissioner"]))
        [mail] = server.to("lin@example.cn")

    (link,) = re.findall(r"http://localhost(/invitation/\S+)", mail.text)
    page.client = page.app.test_client()
    page.open(link)
    page.submit(password=NEW, password_again=NEW)
    page.follow()
    assert "账号开通" in mail.message["Subject"]


def test_a_mail_whose_code_was_replaced_meanwhile_does_not_leave(mailing, cast):
    with writing():
        cast.lin.password_hash = None
        db.session.flush()
    invite(mailing, cast.clerk, cast.lin, way="mail")
    delivery = db.session.scalars(select(Delivery)).one()
    with writing():
        services.invite(db.session.get(User, cast.lin.id), by=cast.clerk)

    assert isinstance(mails.prepare(delivery), Dropped)


def ask(visitor, name):
    visitor.client = visitor.app.test_client()
    visitor.open("accounts.forgotten")
    return visitor.submit(name=name, expect=200)


def test_the_answer_to_a_forgotten_password_is_the_same_for_everybody(mailing, cast):
    known = ask(mailing, cast.lin.mobile).response
    without_address = ask(mailing, cast.manager.mobile).response
    unknown = ask(mailing, "13999999999").response

    assert known.text == without_address.text == unknown.text
    assert db.session.scalars(select(Delivery)).one().recipient_id == cast.lin.id


def test_a_reset_is_good_for_half_an_hour_once_and_does_not_sign_in_by_itself(mailing, cast):
    ask(mailing, cast.lin.email)
    found = db.session.scalars(select(Invitation)).one()
    code = mails.prepare(db.session.scalars(select(Delivery)).one()).context["code"]
    assert found.expires_at - found.created_at <= timedelta(minutes=30, seconds=1)

    mailing.open("accounts.accept", code=code)
    mailing.submit(password=NEW, password_again=NEW)
    assert mailing.response.headers["Location"] == "/sign-in"
    assert db.session.scalars(select(SignIn)).all() == []
    mailing.open("accounts.accept", code=code, expect=404)


def test_a_reset_link_is_dead_once_the_password_was_changed_otherwise(mailing, cast):
    ask(mailing, cast.lin.email)
    code = mails.prepare(db.session.scalars(select(Delivery)).one()).context["code"]
    with writing():
        services.change_password(db.session.get(User, cast.lin.id), password_hash="x", by=cast.lin)

    mailing.open("accounts.accept", code=code, expect=404)


def test_at_most_three_reset_mails_an_hour(mailing, cast):
    for _ in range(6):
        ask(mailing, cast.lin.email)

    assert len(db.session.scalars(select(Delivery)).all()) == 3


def test_the_link_of_a_mail_never_follows_the_host_of_a_request(mailing, cast):
    mailing.open("accounts.forgotten")
    token = mailing.all("input", name="csrf_token")[0].get("value")
    mailing.client.post(
        "/password/forgotten",
        data={"csrf_token": token, "name": cast.lin.email},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
        base_url="http://localhost",
    )
    db.session.rollback()
    deliveries = db.session.scalars(select(Delivery)).all()

    links = [mails.prepare(delivery).context["link"] for delivery in deliveries]
    assert all(link.startswith("http://crm.lan:8000/") for link in links)


def test_without_a_mail_server_the_page_says_whom_to_ask(page, cast):
    page.open("accounts.forgotten")

    assert not page.all("input", name="name")
    assert "激活单" in page.text
