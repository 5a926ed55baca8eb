"""An official's phone at the documented web server: real requests, and what got no answer is sent again."""

import re
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import NamedTuple
from urllib.parse import urlencode

from tests.services.processes import until

SENDING = Event()
"""Set each time a form leaves."""


class Answer(NamedTuple):
    status: int
    where: str
    text: str


class Phone:
    """Saves visit after visit at one firm. What got no answer is sent again: the same form, the same key."""

    def __init__(self, port: int, cookie: str, firm_id: int) -> None:
        self.port, self.cookie, self.path = port, cookie, f"/visits/new?enterprise={firm_id}"
        self.acknowledged: dict[str, int] = {}
        self.seen: Counter[str] = Counter()
        self.took = 0.05
        """Seconds from the last form to its answer."""

    def save(self, words: str) -> None:
        answer = self.insist("POST", self.path, urlencode(self.form(words)))
        assert answer.status == 303, answer.text[:2000]
        self.acknowledged[words] = int(answer.where.removeprefix("/visits/"))
        shown = self.open(answer.where)
        assert words in shown
        self.seen["there already"] += "不再重复保存" in shown

    def form(self, words: str) -> dict[str, str]:
        """A fresh form of this firm, filled in."""
        hidden = dict(re.findall(r'name="(csrf_token|client_key)"[^>]* value="([^"]+)"', self.open(self.path)))
        return {
            **hidden,
            "kind": "onsite",
            "on": "2026-11-23",
            "met": "王总",
            "text": words,
            "followup_on": "2026-12-07",
        }

    def open(self, path: str) -> str:
        answer = self.insist("GET", path)
        assert answer.status == 200, f"{path}: {answer.status}\n{answer.text[:2000]}"
        return answer.text

    def insist(self, method: str, path: str, body: str | None = None) -> Answer:
        return until(lambda: self.ask(method, path, body), 120)

    def ask(
        self, method: str, path: str, body: str | bytes | None = None, kind: str = "application/x-www-form-urlencoded"
    ) -> Answer | None:
        """None when no answer came."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=30)
        if method == "POST":
            SENDING.set()
        begun = time.monotonic()
        try:
            line.request(method, path, body, {"Cookie": self.cookie, "Content-Type": kind})
            answer = line.getresponse()
            shown = answer.read().decode()
        except (OSError, HTTPException) as lost:
            self.seen[f"{method} refused" if isinstance(lost, ConnectionRefusedError) else f"{method} unanswered"] += 1
            return None
        finally:
            line.close()
        self.took = time.monotonic() - begun if method == "POST" else self.took
        self.cookie = (answer.headers["Set-Cookie"] or self.cookie).split(";")[0]
        return Answer(answer.status, answer.headers.get("Location", ""), shown)
