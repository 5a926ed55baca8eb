"""Chromium for stories: a window for each person, and whatever a page complains about ends the test.

`browser.open(url, size=PHONE)` gives a window; `site.window(user)` one that is signed in to the test's own application.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, sync_playwright

from crm.accounts import User
from tests.services import chromium as installed
from tests.services.threaded import answering
from tests.visitor import Visitor

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
LAN_NAME = "crm.bureau.lan"
"""Resolves to this machine in the browser only: to a page it is an ordinary address in a bureau's network."""
LAN = [f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1", "--no-proxy-server"]
PATIENCE = 15_000
"""Milliseconds until a step counts as impossible."""
A_YEAR = 365 * 24 * 3600
"""Seconds."""
PLANNED_ANSWER = ("Failed to load resource: the server responded", "Response Status Error Code 401")


@dataclass(frozen=True)
class Complaint:
    page: str
    words: str

    def __str__(self) -> str:
        return f"{self.page}: {self.words}"


class Browser:
    """The windows of one test and what their pages complained about."""

    def __init__(self, chromium: Chromium) -> None:
        self.chromium = chromium
        self.windows: list[Window] = []

    def open(self, url: str = "", **look) -> Window:
        window = Window(self.chromium, **look)
        self.windows.append(window)
        if url:
            window.page.goto(url)
        return window

    @property
    def complaints(self) -> list[Complaint]:
        return [each for window in self.windows for each in window.complaints]

    def close(self) -> None:
        for window in self.windows:
            window.context.close()


class Window:
    """One person's browser: his own cookies and storage. `page` is playwright's page."""

    def __init__(
        self,
        chromium: Chromium,
        *,
        size: dict[str, int] = DESK,
        language: str = "zh-CN",
        dark: bool = False,
        scripts: bool = True,
    ) -> None:
        scheme = "dark" if dark else "light"
        self.context: BrowserContext = chromium.new_context(
            viewport=size,
            locale=language,
            color_scheme=scheme,
            has_touch=size == PHONE,
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(PATIENCE)
        self.complaints: list[Complaint] = []
        self.hosts: set[str] = set()
        self.page: Page = self.context.new_page()
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self._complain(str(error.error)))
        self.context.on("request", self._asked)
        self.context.on("response", self._answered)
        self.context.on("requestfailed", self._failed)

    def _complain(self, words: str) -> None:
        self.complaints.append(Complaint(self.page.url, words))

    def _heard(self, message: ConsoleMessage) -> None:
        """Refused scripts and styles are told on the console; a planned 404 or 422 of a page is told there too."""
        if message.type in ("error", "warning") and not message.text.startswith(PLANNED_ANSWER):
            self._complain(message.text)

    def _asked(self, request: Request) -> None:
        """The first address opened is the site; nothing may be fetched from anywhere else."""
        host = urlsplit(request.url).netloc
        if request.is_navigation_request() and not self.hosts:
            self.hosts.add(host)
        if request.url.startswith("http") and host not in self.hosts:
            self._complain(f"fetches {request.url}")

    def _failed(self, request: Request) -> None:
        """A page that is left gives up what it was still asking for; everything else must arrive."""
        if request.failure != "net::ERR_ABORTED":
            self._complain(f"{request.failure} {request.url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.resource_type in ("document", "fetch", "xhr")
        if response.status >= (500 if is_page else 400):
            self._complain(f"{response.status} {response.url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """One Chromium per worker."""
    options = installed.launch_options()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(**{**options, "args": [*options["args"], *LAN]})
        yield running
        running.close()


@pytest.fixture
def browser(chromium) -> Iterator[Browser]:
    """Windows of this test; no page may leave a complaint behind."""
    opened = Browser(chromium)
    yield opened
    complaints = opened.complaints
    opened.close()
    assert not complaints, "\n".join(map(str, complaints))


class Site:
    """The test's own application behind a real port, for pages rather than for stories of the whole system."""

    def __init__(self, app: Flask, browser: Browser, port: int) -> None:
        self.app, self.browser = app, browser
        self.url = f"http://127.0.0.1:{port}"

    def window(self, user: User | None = None, **look) -> Window:
        """A window of this person, signed in without the form (the form has its own story)."""
        window = self.browser.open(**look)
        window.hosts.add(urlsplit(self.url).netloc)
        if user is not None:
            self.sign_in(window, user)
        return window

    def sign_in(self, window: Window, user: User) -> None:
        """All tabs of this window belong to this person from now on."""
        name = self.app.config["SESSION_COOKIE_NAME"]
        cookie = Visitor(self.app).as_(user).client.get_cookie(name)
        window.context.add_cookies([{"name": name, "value": cookie.value, "url": self.url}])


@pytest.fixture
def site(app, browser) -> Iterator[Site]:
    """The browser keeps static files: their addresses change with them. deploy/nginx.conf says so of the vendored."""
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR
    with answering(app) as port:
        yield Site(app, browser, port)
