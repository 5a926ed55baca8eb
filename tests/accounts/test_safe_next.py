"""After signing in one only ever lands on this site."""

from urllib.parse import quote, urljoin, urlsplit

import pytest

from crm.core.web import safe_next
from crm.ops.builders import PASSWORD

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "////evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "/ /evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "http:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.example\\@localhost",
    "//localhost@evil.example",
    "/\x00/evil.example",
    "/\x7f/evil.example",
    "/\u2028//evil.example",
    "／／evil.example",
    "http://localhost.evil.example/",
    "evil.example",
    "@evil.example",
    "?next=//evil.example",
    "",
]
HERE = [
    "/",
    "/enterprises",
    "/enterprises?q=和达&page=2",
    "/me#security",
    "/%2F%2Fevil.example",
    "/a//b",
    "/x?u=https://evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_an_address_elsewhere_becomes_the_home_page(target):
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", HERE)
def test_an_address_on_this_site_is_kept(target):
    assert safe_next(target) == target
    assert urlsplit(urljoin("http://crm.example/sign-in", target)).netloc == "crm.example"


def test_no_payload_gets_through_the_sign_in_page(page, cast):
    for target in ELSEWHERE:
        page.client = page.app.test_client()
        page.open(f"/sign-in?next={quote(target)}")
        page.submit(name=cast.lin.mobile, password=PASSWORD)
        landed = urljoin("http://localhost/sign-in", page.response.headers["Location"])
        assert urlsplit(landed).netloc == "localhost", target
        assert "evil" not in landed, target
