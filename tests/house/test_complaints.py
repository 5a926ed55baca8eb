"""What ends a browser story: every kind of complaint of a page is heard, and a page without fault has none."""

import pytest
from flask import Flask, Response

from tests.browser import Browser
from tests.services.threaded import answering

pytestmark = pytest.mark.browser
PAGE = "<!doctype html><html lang=zh><title>页</title><link rel=icon href=/icon.svg><p>页</p>{}"
ICON = "<svg xmlns='http://www.w3.org/2000/svg'/>"
SCRIPTS = {
    "error": "console.error('算错了')",
    "warning": "console.warn('不再支持')",
    "thrown": "null.missing",
    "promise": "Promise.reject(new Error('没有接住'))",
    "elsewhere": "fetch('http://crm.bureau.lan:9/x').catch(() => {})",
    "broken": "fetch('/broken').catch(() => {})",
    "planned": "fetch('/refused').catch(() => {})",
}
FAULTS = {
    **{name: f"<script src=/{name}.js></script>" for name in SCRIPTS if name != "planned"},
    "inline script": "<script>window.x = 1</script>",
    "inline style": "<p style='color: red'>红</p>",
    "missing picture": "<img src=/nowhere.png alt=图>",
    "missing script": "<script src=/nowhere.js></script>",
}
HEARD = {
    "error": "算错了", "warning": "不再支持", "thrown": "missing", "promise": "没有接住", "elsewhere": "fetches http://crm",
    "broken": "500 ", "inline script": "Content Security Policy", "inline style": "Content Security Policy",
    "missing picture": "404 ", "missing script": "404 ",
}  # fmt: skip


@pytest.fixture(scope="module")
def url():
    served = Flask(__name__)
    policy = {"Content-Security-Policy": "default-src 'self'; connect-src *"}
    served.add_url_rule("/page/<name>", "page", lambda name: (PAGE.format(FAULTS.get(name, "")), 200, policy))
    served.add_url_rule("/planned", "planned", lambda: (PAGE.format("<script src=/planned.js></script>"), 422, policy))
    served.add_url_rule("/<name>.js", "script", js)
    served.add_url_rule("/icon.svg", "icon", lambda: Response(ICON, mimetype="image/svg+xml"))
    served.add_url_rule("/broken", "broken", lambda: ("", 500))
    served.add_url_rule("/refused", "refused", lambda: ("", 422))
    with answering(served) as port:
        yield f"http://127.0.0.1:{port}"


def js(name):
    return Response(SCRIPTS[name], mimetype="text/javascript") if name in SCRIPTS else Response("", 404)


@pytest.fixture
def heard(chromium):
    """What is heard while the page at this address is open; collected apart from the test's own browser."""
    opened = Browser(chromium)

    def listening(address):
        page = opened.open(address).page
        page.wait_for_load_state("networkidle")
        return [complaint.words for complaint in opened.complaints]

    yield listening
    opened.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_with_a_fault_is_complained_about(url, heard, fault):
    words = heard(f"{url}/page/{fault}")

    assert [line for line in words if HEARD[fault] in line], words


@pytest.mark.parametrize("path", ["/page/good", "/planned"])
def test_a_page_without_fault_and_a_planned_refusal_are_not(url, heard, path):
    assert heard(f"{url}{path}") == []
