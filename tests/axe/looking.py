"""Pages under axe in one window size and language: what is wrong is gathered, so that one walk names every fault."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import product
from zlib import crc32

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from crm.desk.errors import PAGES
from tests.browser import DESK, PHONE

LOOKS = {"phone zh": (PHONE, "zh-CN"), "desk en": (DESK, "en")}
HALVES = {
    f"{look} {half}": pytest.param((look, half), marks=[pytest.mark.proof] if half != at else [])
    for at, look in enumerate(LOOKS)
    for half in (0, 1)
}
"""Each page has one look in every run, by its name; the proof gives each the other one too."""
ALL = "axe.run(document, {resultTypes: ['violations']}).then(answer => answer.violations)"
COLOURS = """axe.run(document, {resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']})
             .then(answer => answer.violations)"""
FOLDED = "[...document.querySelectorAll('main details:not([open])')].map(fold => fold.open = true).length"
TOO_WIDE = "document.documentElement.scrollWidth > window.innerWidth"
STAGE = "/stage"
"""Where answers are shown that came another way: as forms refused, as errors."""


class Look:
    """Windows of whoever it takes, each with its own session; by night only the colours are looked at again."""

    def __init__(self, site, name, half=None):
        self.site, self.half = site, half
        self.size, self.language = LOOKS[name]
        self.is_phone = self.size == PHONE
        self.pages = {}
        self.faults = {}

    def page(self, by):
        name = by.name if by else ""
        if name not in self.pages:
            window = self.site.window(by, size=self.size, language=self.language)
            window.context.add_init_script(path=AXE_FILE_PATH)
            self.pages[name] = window.page
        return self.pages[name]

    def takes(self, name):
        """Whether this one belongs to its half."""
        return self.half is None or crc32(name.encode()) % 2 == self.half

    def visit(self, url, by, name=""):
        page = self.page(by)
        answer = page.goto(self.site.url + url, wait_until="domcontentloaded")
        assert answer.status == 200, url
        self.take(name or url, page)
        if page.evaluate(FOLDED):
            self.take(f"{name or url} unfolded", page)

    def take(self, name, page, by_night=True):
        """Everything axe has against what the page shows now, and that it fits the screen."""
        found = [told(fault, node) for fault in page.evaluate(ALL) for node in fault["nodes"]]
        if by_night and not self.is_phone:
            page.emulate_media(color_scheme="dark")
            found += [f"dark {told(fault, node)}" for fault in page.evaluate(COLOURS) for node in fault["nodes"]]
            page.emulate_media(color_scheme="light")
        if page.evaluate(TOO_WIDE):
            found.append("wider than the screen")
        if found:
            self.faults[name] = found

    @contextmanager
    def stage(self, by):
        """`show(name, html)` puts an answer before this person as if the address had given it."""
        page, shown = self.page(by), {}
        page.context.route(f"**{STAGE}", lambda route: route.fulfill(body=shown["html"], content_type="text/html"))

        def show(name, html):
            shown["html"] = html
            page.goto(self.site.url + STAGE, wait_until="domcontentloaded")
            self.take(name, page, by_night=False)

        yield show
        page.context.unroute(f"**{STAGE}")


def told(fault, node):
    return f"{fault['id']}: {node['target']} {node['failureSummary'].splitlines()[1].strip()}"


def error_pages(app, language):
    """Every page about an error, as a POST gets it (with the words about what was typed) and as a GET gets it."""
    from crm.desk.errors import show_code, undone_page

    for code in PAGES:
        for method in ("GET", "POST"):
            with app.test_request_context(method=method, headers={"Accept-Language": language}):
                html, _ = show_code(code)
            yield f"{code} {method}", html
    for code, (method, data) in product((503, 507), (("GET", None), ("POST", {"text": "谈了用电增容"}))):
        with app.test_request_context(method=method, data=data, headers={"Accept-Language": language}):
            html, *_ = undone_page(code)
        yield f"undone {code} {method}", html
