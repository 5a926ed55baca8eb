"""The forms of all pages: found by opening every address, filled as a person would, sent as a test wants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from crm.core.db import db
from tests.pages import tree_of
from tests.rights.sample import Sample, rules
from tests.rights.test_routes import address

TYPED = "样本字"
TEXTS = ("text", "search", "email", "tel", "url")
FORMS = re.compile(r"<form\b.*?</form>", re.S | re.I)
"""Forms do not nest; to read the whole page around them takes five times as long."""
KINDS = {"number": "7", "date": "2026-03-05", "month": "2026-03", "time": "09:30"}


@dataclass
class Shown:
    """A form as a page shows it: `sent` is what the untouched form would send, `texts` the fields for words.

    `offered` are all its fields, also those that send nothing yet (ticks, radios).
    """

    endpoint: str
    action: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)

    def filled(self, **changes: Any) -> dict[str, Any]:
        """Every field for words holds TYPED."""
        return {**self.sent, **dict.fromkeys(self.texts, TYPED), **changes}


def forms_of_all_pages(page: Any, sample: Sample, me: Any) -> Iterator[Shown]:
    """Each POST form once, wherever it first appears."""
    seen = set()
    for endpoint, rule in sorted(rules(page.app).items()):
        if "GET" not in rule.methods or endpoint == "static":
            continue
        url = address(page.app, rule, sample, me)
        for shown in forms_on(page.client.get(url), endpoint, url):
            key = (shown.action.partition("?")[0], *sorted(shown.sent))
            if key not in seen:
                seen.add(key)
                yield shown


def forms_on(answer: Any, endpoint: str, url: str) -> list[Shown]:
    text = answer.text if answer.mimetype == "text/html" and answer.status_code == 200 else ""
    answer.close()
    db.session.rollback()
    db.session.expire_all()
    trees = [tree_of(form) for form in FORMS.findall(text)]
    forms = [next(tree.iter("form")) for tree in trees]
    return [read(form, endpoint, url) for form in forms if (form.get("method") or "").lower() == "post"]


def read(form: Any, endpoint: str, url: str) -> Shown:
    shown = Shown(endpoint, unescape(form.get("action") or url))
    for element in form.iter():
        name, kind = element.get("name"), element.get("type", "text")
        if not name or element.get("disabled") is not None or kind in ("submit", "button", "file", "image"):
            continue
        shown.offered.add(name)
        take(shown, element, name, kind)
    return shown


def take(shown: Shown, element: Any, name: str, kind: str) -> None:
    """What one field sends when nobody touches it; dates and numbers get a plausible value when empty."""
    if element.tag == "select":
        options = list(element.iter("option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        shown.sent[name] = [o.get("value", o.text or "") for o in chosen]
    elif element.tag == "textarea":
        shown.sent[name] = [(element.text or "").lstrip("\n")]
        shown.texts.append(name)
    elif element.tag == "input":
        if kind in ("checkbox", "radio"):
            if element.get("checked") is not None:
                shown.sent.setdefault(name, []).append(element.get("value", "on"))
            return
        shown.sent[name] = [element.get("value") or KINDS.get(kind, "")]
        if kind in TEXTS and element.get("readonly") is None:
            shown.texts.append(name)
