"""Signing in and out."""

from datetime import timedelta

from sqlalchemy import func, select

from crm.accounts.access_models import SignIn
from crm.accounts.models import User
from crm.accounts.preferences import choose
from crm.core.db import db, writing
from crm.ops.builders import PASSWORD


def test_an_official_signs_in_by_any_of_his_names_and_lands_where_he_wanted(page, cast):
    with writing():
        cast.lin.staff_no = "JF-017"
        db.session.flush()

    for name in (cast.lin.mobile, "JF-017", cast.lin.email.upper(), f"  {cast.lin.mobile} "):
        page.client = page.app.test_client()
        page.open("accounts.sign_in", next="/me")
        page.submit(name=name, password=PASSWORD)
        assert page.response.headers["Location"] == "/me"


def test_a_wrong_password_is_refused_without_telling_which_was_wrong(page, cast):
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password="not this one", expect=422)
    known = page.response.text
    page.open("accounts.sign_in")
    page.submit(name="13999999999", password="not this one", expect=422)

    assert without_tokens(page.response.text, "13999999999") == without_tokens(known, cast.lin.mobile)


def without_tokens(text: str, name: str) -> str:
    lines = text.replace(name, "NAME").splitlines()
    return "\n".join(line for line in lines if "csrf_token" not in line)


def test_who_has_no_access_yet_cannot_sign_in_with_an_empty_or_any_password(page, cast):
    with writing():
        cast.lin.password_hash = None
        db.session.flush()

    for password in ("", PASSWORD, "no account has this password"):
        page.open("accounts.sign_in")
        page.submit(name=cast.lin.mobile, password=password, expect=422)


def test_a_stolen_cookie_is_useless_after_signing_out(page, cast):
    page.as_(cast.lin).open("accounts.me")
    stolen = token_of(page)
    page.submit(form="sign-out")
    keep_token(page, stolen)

    page.open("desk.home", expect=303)


def test_the_session_changes_at_sign_in_and_a_planted_one_is_dead(page, cast):
    keep_token(page, "planted by somebody else")
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert token_of(page) != "planted by somebody else"
    with page.client.session_transaction() as cookie:
        assert cookie["_user_id"] == token_of(page)
    keep_token(page, "planted by somebody else")
    page.open("desk.home", expect=303)


def test_the_database_keeps_only_a_digest_of_the_session(page, cast):
    page.as_(cast.lin)
    kept = db.session.query(SignIn).one()

    assert token_of(page) not in (kept.token_hash, kept.device, kept.address)
    assert len(kept.token_hash) == 64


def test_who_is_signed_in_already_is_led_on(page, cast):
    page.as_(cast.lin).open("accounts.sign_in", next="/me", expect=303)

    assert page.response.headers["Location"] == "/me"


def test_a_page_asked_for_without_a_session_leads_to_sign_in_and_back(page, cast):
    page.open("/me/security", expect=303)
    page.follow()
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert page.response.headers["Location"] == "/me/security"


def test_a_part_of_a_page_asked_for_by_htmx_is_answered_with_401_and_the_sign_in_form(page, cast):
    response = page.client.get("/me", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert 'action="/sign-in"' in response.text


def test_a_deactivated_official_is_out_at_once_and_cannot_come_back(page, cast):
    from crm.accounts import services

    page.as_(cast.lin).open("accounts.me")
    with writing():
        services.deactivate(db.session.get(User, cast.lin.id), by=cast.admin)

    page.open("accounts.me", expect=303)
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD, expect=422)


def token_of(page) -> str:
    with page.client.session_transaction() as cookie:
        return cookie["_user_id"]


def keep_token(page, token: str) -> None:
    with page.client.session_transaction() as cookie:
        cookie["_user_id"] = token


def test_the_language_is_chosen_at_the_door_without_script_and_without_a_row(page, cast):
    page.open("accounts.sign_in", next="/me")
    before = (page.response.headers.get("Set-Cookie", ""), db.session.scalar(select(func.count(SignIn.id))))
    assert "登录" in page.text and [b.get("lang") for b in page.all("button", form="sign-in")] == ["zh-CN", "en"]
    page.submit(form="sign-in", language="en", name="typed already", expect=200)

    assert "Sign in" in page.text and page.all("html")[0].get("lang") == "en"
    assert page.all("input", name="name")[0].get("value") == "typed already" and not page.all("p", role="alert")
    page.open("accounts.forgotten")
    assert page.all("html")[0].get("lang") == "en", "it stays on the device"
    assert (before[1], db.session.scalar(select(func.count(SignIn.id)))) == (0, 0)
    page.open("accounts.sign_in", next="/me").submit(name=cast.lin.mobile, password=PASSWORD)
    assert page.response.headers["Location"] == "/me"


def test_who_has_a_language_of_his_own_keeps_it(page, cast):
    with writing():
        choose(cast.lin, {"language": "zh_Hans_CN"})
    page.open("accounts.sign_in").submit(form="sign-in", language="en", expect=200)
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert page.open("accounts.me").all("html")[0].get("lang") == "zh-CN"


def test_what_was_typed_before_the_session_ended_survives_the_other_language(page, cast):
    page.as_(cast.admin).open("accounts.add_unit")
    with writing():
        db.session.scalars(select(SignIn)).one().seen_at -= timedelta(minutes=31)
    page.submit(name="招商一科", expect=401)
    page.submit(language="en", expect=200)
    page.submit(name=cast.admin.mobile, password=PASSWORD, expect=200)

    assert page.all("input", name="name")[0].get("value") == "招商一科"
