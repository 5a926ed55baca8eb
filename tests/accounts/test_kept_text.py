"""A session that ends while somebody types costs him a sign-in, never his text."""

from datetime import timedelta

from sqlalchemy import select

from crm.accounts.access_models import SignIn
from crm.accounts.models import Unit
from crm.core.db import db, writing
from crm.ops.builders import PASSWORD

TEXT = '企业投资一科（原“招商”科）\n"引号" & <b>标签</b>'


def end_session(page):
    """The person was away for longer than the idle limit."""
    with writing():
        for sign_in in db.session.scalars(select(SignIn)):
            sign_in.seen_at -= timedelta(minutes=31)


def typed(page, name):
    return page.all("input", name=name)[0].get("value")


def test_the_same_form_comes_back_filled_after_signing_in_again(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    end_session(page)
    page.submit(name="招商一科", sort="7", parent_id=str(cast.bureau.id), kind="section", expect=401)
    assert typed(page, "kept-name") == "招商一科"

    page.submit(name=cast.admin.mobile, password=PASSWORD, expect=200)
    page.submit(expect=422)
    assert (typed(page, "name"), typed(page, "sort")) == ("招商一科", "7")

    page.submit()
    assert db.session.scalars(select(Unit).where(Unit.name == "招商一科")).one().parent_id == cast.bureau.id


def test_a_wrong_password_in_between_loses_nothing(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    end_session(page)
    page.submit(name=TEXT, expect=401)
    page.submit(name=cast.admin.mobile, password="wrong", expect=422)
    page.submit(name=cast.admin.mobile, password=PASSWORD, expect=200)

    assert typed(page, "name") == TEXT.replace("\n", "\n")


def test_nothing_is_written_until_the_person_presses_the_button_again(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    end_session(page)
    page.submit(name="招商一科", expect=401)
    page.submit(name=cast.admin.mobile, password=PASSWORD, expect=200)
    page.submit(expect=422)

    assert db.session.scalars(select(Unit).where(Unit.name == "招商一科")).first() is None


def test_passwords_and_tokens_are_not_carried_along(page, cast):
    page.as_(cast.lin).open("accounts.password")
    end_session(page)
    page.submit(current_password=PASSWORD, password="a new one 7", password_again="a new one 7", expect=401)

    assert "a new one 7" not in page.response.text
    assert PASSWORD not in page.response.text
    assert not page.all("input", name="kept-csrf_token")


def test_a_mere_button_leads_back_to_the_page_it_was_on(page, cast):
    page.as_(cast.lin).open("accounts.security")
    end_session(page)
    answer = page.client.post("/me/sessions/end-others", headers={"Referer": "http://localhost/me/security?x=1"})
    page._take(answer, 401)
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert page.response.headers["Location"] == "/me/security?x=1"


def test_text_from_a_page_of_another_site_is_not_kept(page, cast):
    answer = page.client.post("/units/new", data={"name": "planted"}, headers={"Origin": "http://evil.example"})
    page._take(answer, 401)

    assert "planted" not in page.response.text


def test_a_part_of_a_page_gets_the_plain_dialog(page, cast):
    """The text still stands in the page below the dialog."""
    answer = page.client.post("/units/new", data={"name": "still below"}, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert "still below" not in answer.text


def test_on_a_trusted_phone_the_password_asked_in_between_keeps_the_text_too(page, cast):
    page.open("accounts.sign_in")
    page.submit(name=cast.admin.mobile, password=PASSWORD, trusted="y")
    page.open("accounts.edit_person", person_id=cast.lin.id)
    with writing():
        for sign_in in db.session.scalars(select(SignIn)):
            sign_in.confirmed_at -= timedelta(minutes=31)

    page.submit(title="科长", expect=403)
    page.submit(password="wrong", expect=422)
    page.submit(password=PASSWORD, expect=200)
    page.submit()

    assert cast.lin.title == "科长"


def test_another_person_who_signs_in_gets_a_clean_page_and_the_text_is_gone(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    end_session(page)
    page.submit(name=TEXT, expect=401)
    page.submit(name=cast.lin.mobile, password="wrong", expect=422)
    page.submit(name=cast.lin.mobile, password=PASSWORD, expect=303)
    page.follow()

    assert "招商" not in page.response.text
    assert "已经丢弃" in page.text


def test_words_of_a_session_that_was_left_in_another_window_are_its_persons_alone(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    page.client.post("/sign-out", data={"csrf_token": typed(page, "csrf_token")})
    page.submit(name=TEXT, expect=401)
    page.submit(name=cast.lin.mobile, password=PASSWORD, expect=303)

    page.as_(cast.admin).open("accounts.add_unit")
    page.client.post("/sign-out", data={"csrf_token": typed(page, "csrf_token")})
    page.submit(name=TEXT, expect=401)
    page.submit(name=cast.admin.mobile, password=PASSWORD, expect=200)
    assert typed(page, "name") == TEXT


def test_a_form_of_another_session_than_the_cookies_is_kept_for_nobody(page, cast):
    """The first person's window is still open when a second one signs in and stays away too long."""
    page.as_(cast.admin).open("accounts.add_unit")
    token = typed(page, "csrf_token")
    page.as_(cast.lin).open("accounts.me")
    end_session(page)

    answer = page.client.post("/units/new", data={"name": "招商一科", "csrf_token": token})

    assert answer.status_code == 401
    assert "招商一科" not in answer.text


def test_whose_words_they_are_cannot_be_claimed(page, cast):
    page.open("accounts.sign_in")
    planted = {"name": cast.lin.mobile, "password": PASSWORD, "csrf_token": typed(page, "csrf_token")}

    answer = page.client.post("/sign-in", data={**planted, "kept-name": "planted", "typed-by": str(cast.lin.id)})

    assert answer.status_code == 303
