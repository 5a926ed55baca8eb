"""Cookies and headers follow the scheme of the public address; plain http on a LAN works."""

import pytest

from crm import create_app
from crm.core.db import db
from crm.ops.builders import PASSWORD
from tests.conftest import settings_for


@pytest.fixture
def client_of(app, database, tmp_path):
    """A client of the same database under another public address."""

    apps = []

    def made(public_url):
        apps.append(create_app(settings_for(database, tmp_path, public_url=public_url)))
        return apps[-1].test_client()

    yield made
    for served in apps:
        with served.app_context():
            db.engine.dispose()


def sign_in(client, person, base):
    page = client.get("/sign-in", base_url=base)
    token = page.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    typed = {"csrf_token": token, "name": person.mobile, "password": PASSWORD}
    return client.post("/sign-in", data=typed, base_url=base, headers={"Referer": f"{base}/sign-in"})


def cookies(answer):
    return {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}


def test_over_https_cookies_are_bound_to_the_host_and_secure(client_of, cast):
    answer = sign_in(client_of("https://crm.example.cn"), cast.lin, "https://crm.example.cn")
    kept = cookies(answer)

    assert answer.status_code == 303
    assert set(kept) == {"__Host-crm", "__Host-crm-device"}
    for line in kept.values():
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in line.split(";")}
        assert "Domain" not in line
    assert "Strict-Transport-Security" in answer.headers


def test_over_plain_http_on_a_lan_signing_in_works_without_the_secure_flag(client_of, cast):
    base = "http://10.20.30.40:8000"
    client = client_of(base)
    answer = sign_in(client, cast.lin, base)
    kept = cookies(answer)

    assert set(kept) == {"crm", "crm-device"}
    for line in kept.values():
        assert "Secure" not in line
        assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in line.split(";")}
    assert client.get("/me", base_url=base).status_code == 200


@pytest.mark.parametrize(("base", "emptied"), [("https://crm.example.cn", True), ("http://10.20.30.40", False)])
def test_leaving_empties_the_browser_where_it_listens(client_of, cast, base, emptied):
    """Over plain http browsers ignore the header and complain about it."""
    client = client_of(base)
    sign_in(client, cast.lin, base)
    token = client.get("/me", base_url=base).text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = client.post("/sign-out", data={"csrf_token": token}, base_url=base, headers={"Referer": f"{base}/me"})

    assert answer.status_code == 303
    assert ("Clear-Site-Data" in answer.headers) == emptied


@pytest.mark.parametrize("path", ["/sign-in", "/me", "/no/such/page", "/password/forgotten", "/healthz"])
def test_personal_pages_are_kept_by_nobody_and_every_answer_carries_the_policy(page, cast, path):
    answer = page.as_(cast.lin).client.get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
