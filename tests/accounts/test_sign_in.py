"""Signing in and out."""

from crm.ops.builders import PASSWORD


def test_an_official_signs_in_by_mobile_number_and_lands_where_he_wanted(page, cast):
    page.open("accounts.sign_in", next="/me")
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert page.response.headers["Location"] == "/me"


def test_a_wrong_password_is_refused_without_telling_which_was_wrong(page, cast):
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password="not this one", expect=422)
    known = page.text
    page.open("accounts.sign_in")
    page.submit(name="13999999999", password="not this one", expect=422)

    assert page.text.replace("13999999999", "") == known.replace(cast.lin.mobile, "")


def test_a_stolen_cookie_is_useless_after_signing_out(page, cast):
    page.as_(cast.lin).open("desk.home")
    with page.client.session_transaction() as cookie:
        stolen = cookie["_user_id"]
    page.submit(form="sign-out")
    with page.client.session_transaction() as cookie:
        cookie["_user_id"] = stolen

    page.open("desk.home", expect=303)
