"""A visitor of the pages: remembers the last page, submits its form, and checks the house rules on each page."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, url_for

from crm.accounts import User
from crm.accounts import sessions as account_sessions
from crm.core.db import db, writing
from tests.pages import faults_of, tree_of


class Visitor:
    """`page.as_(person).open("desk.home")`, then `page.submit(name=value)`."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()
        self.response: Any = None
        self.tree: Any = None
        self.url = ""

    def as_(self, user: User) -> Visitor:
        """Sign in as this person without the form (the form has its own story)."""
        self.client = self.app.test_client()
        with self.app.test_request_context():
            with writing():
                account_sessions.begin(user)
            token = user.session_token
            db.session.commit()
        with self.client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return self

    def open(self, endpoint: str, *, expect: int = 200, **values: Any) -> Visitor:
        self.url = self._address(endpoint, **values)
        return self._take(self.client.get(self.url), expect)

    def post(self, endpoint: str, data: dict[str, Any] | None = None, *, expect: int = 303, **values: Any) -> Visitor:
        """A bare POST without the page's token: what a stranger's page could send."""
        return self._take(self.client.post(self._address(endpoint, **values), data=data or {}), expect)

    def submit(
        self, *, expect: int = 303, form: str | None = None, files: dict[str, Any] | None = None, **values: Any
    ) -> Visitor:
        """Fill the page's form (by id, else the first POST form of the content) and send it with all it carries."""
        shown = self._form(form)
        data = {**_fields(shown), **{k: v for k, v in values.items() if v is not None}}
        target = unescape(shown.get("action") or self.url)
        self.url = target
        if files:
            assert shown.get("enctype") == "multipart/form-data", "a browser would send only the names of the files"
        response = self.client.post(target, data={**data, **(files or {})})
        response.request.environ["wsgi.input"].close()
        return self._take(response, expect)

    def follow(self, *, expect: int = 200) -> Visitor:
        """Open where the last answer points to."""
        self.url = self.response.headers["Location"]
        return self._take(self.client.get(self.url), expect)

    @property
    def text(self) -> str:
        """All visible words of the page, spaces folded."""
        body = next(self.tree.iter("body"))
        return " ".join(" ".join(t for t in body.itertext()).split())

    def all(self, tag: str, **attributes: str) -> list[Any]:
        return [e for e in self.tree.iter(tag) if all(e.get(k.replace("_", "-")) == v for k, v in attributes.items())]

    def _address(self, endpoint: str, **values: Any) -> str:
        if endpoint.startswith("/"):
            return endpoint
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def _take(self, response: Any, expect: int) -> Visitor:
        self.response = response
        assert response.status_code == expect, (
            f"{self.url}: {response.status_code}, expected {expect}\n{response.text[:2000]}"
        )
        for name, value in response.headers:
            assert value.isascii(), f"{self.url}: no server can send the header {name}: {value}"
        if response.mimetype == "text/html" and response.data and not 300 <= response.status_code < 400:
            self.tree = tree_of(response.text)
            if response.text.lstrip().lower().startswith("<!doctype"):
                check_page(self.tree, faults_of(response.text), self.url)
        db.session.rollback()
        db.session.expire_all()
        return self

    def _form(self, form_id: str | None) -> Any:
        forms = [f for f in self.all("form") if (f.get("method") or "").lower() == "post"]
        if form_id:
            return next(f for f in forms if f.get("id") == form_id)
        main = next(self.tree.iter("main"))
        inside = [f for f in forms if f in set(main.iter("form"))]
        return (inside or forms)[0]


def _fields(form: Any) -> dict[str, Any]:
    """What the browser would send for the untouched form."""
    found: dict[str, Any] = {}
    for element in form.iter():
        name, kind = element.get("name"), element.get("type", "text")
        if not name or element.get("disabled") is not None:
            continue
        if element.tag == "select":
            options = list(element.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[:1]
            found[name] = [o.get("value", o.text or "") for o in chosen]
        elif element.tag == "textarea":
            found[name] = (element.text or "").lstrip("\n")
        elif element.tag == "input" and kind not in ("submit", "button", "file", "image"):
            if kind in ("checkbox", "radio") and element.get("checked") is None:
                continue
            found.setdefault(name, []).append(element.get("value", "on")) if kind == "checkbox" else found.update(
                {name: element.get("value", "")}
            )
    return found


def check_page(tree: Any, errors: list[Any], url: str) -> None:
    """Every page: one h1, a title, unique ids, labelled fields, valid HTML."""
    assert not errors, f"{url}: invalid HTML: {errors[:3]}"
    heads = list(tree.iter("h1"))
    assert len(heads) == 1, f"{url}: {len(heads)} h1"
    assert "".join(next(tree.iter("title")).itertext()).strip(), f"{url}: no title"
    ids = [e.get("id") for e in tree.iter() if e.get("id")]
    assert len(ids) == len(set(ids)), f"{url}: ids twice: {sorted(i for i in ids if ids.count(i) > 1)[:5]}"
    check_labels(tree, url)


def check_labels(tree: Any, url: str) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    wrapped = {id(field) for label in tree.iter("label") for field in label.iter()}
    for tag in ("input", "select", "textarea"):
        for field in tree.iter(tag):
            if field.get("type") in ("hidden", "submit", "button"):
                continue
            named = (
                field.get("id") in labelled
                or field.get("aria-label")
                or field.get("aria-labelledby")
                or id(field) in wrapped
            )
            assert named, f"{url}: field {field.get('name')} has no label"


def address_of(response: Any) -> str:
    return urlsplit(response.headers.get("Location", "")).path
