"""Whatever is typed into any field: no page breaks, nothing typed becomes part of a page or a formula of a sheet."""

import csv
import io

import pytest
from flask import url_for

from crm.core.db import db
from tests.everywhere import Lived, places
from tests.house.forms import forms_of_all_pages
from tests.pages import tree_of
from tests.rights.sample import rules
from tests.visitor import Visitor

pytestmark = pytest.mark.slow
MARKUP = "<script>alert('鱼')</script>\"onmouseover='alert(1)'{{1234*4321}}"
TEXTS = {
    "markup": MARKUP,
    "formula": "=cmd|' /C calc'!A0",
    "nul": "杭\0州",
    "query": "' OR 1=1 --",
    "long": "长" * 10_000,
    "turned round": "杭\u202e州\u2066",
    "half a sign": "杭\ud83d州",
    "beyond the plane": "𠮷😀👨\u200d👩",
    "number": "99999999999999999999999999",
    "digits of elsewhere": "١٢٣",
    "no digit": "²",
    "percent": "%s%(x)s%",
    "line ends": "a\r\nb c\x0b\x1f",
}
NO_WORDS = ("nul", "long", "half a sign", "number", "digits of elsewhere", "no digit", "line ends")
"""What may break a field that is not for words."""
OF_THE_DATABASE = ("nul", "long", "half a sign", "beyond the plane", "number")
"""What PostgreSQL may take otherwise than SQLite; all others are decided before the database."""
ENDS_THE_SESSION = ("/sign-out", "/me/sessions")
WHO = ("clerk", "admin", "lin", "manager")


@pytest.fixture
def lived(make, cast):
    return Lived(make, cast)


def every_form(page, lived):
    """(person's client, form) for each form of the product, by the first who is shown it."""
    seen = set()
    for who in WHO:
        me = getattr(lived.cast, who)
        for form in list(forms_of_all_pages(page.as_(me), lived, me)):
            if form.action not in seen and not form.action.startswith(ENDS_THE_SESSION):
                seen.add(form.action)
                yield page.client, form


def sendable(text):
    """Bytes a browser could be made to send: a half sign goes as its own three bytes."""
    return text.encode("utf-8", "surrogatepass")


def sent(client, form, names, text):
    answer = client.post(form.action, data={**form.sent, **dict.fromkeys(names, sendable(text))})
    db.session.rollback()
    db.session.expire_all()
    assert answer.status_code < 500, f"{form.endpoint} {form.action}: {answer.status_code} for {text[:30]!r} in {names}"
    words = answer.text if answer.mimetype == "text/html" else ""
    answer.close()
    return words


def test_no_text_in_any_field_breaks_a_page(page, lived):
    """In the fields for words, and in every field a form has: selects, days, hidden ones; a bare button is pressed."""
    count = 0
    for client, form in every_form(page, lived):
        others = sorted(name for name in form.offered if not name.endswith("csrf_token"))
        tried = {tuple(others): NO_WORDS, tuple(sorted(form.texts)): tuple(TEXTS)}
        for names, texts in tried.items():
            for text in texts_for(texts) if names else ("",):
                unharmed(sent(client, form, names, text), form.action)
        count += 1
    assert count > 40


def texts_for(names):
    is_server = db.engine.dialect.name == "postgresql"
    return [TEXTS[name] for name in names if not is_server or name in OF_THE_DATABASE]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_typed_stays_text_on_every_page_and_in_every_export(app, page, lived):
    """The same words arrive in rows and are shown again everywhere."""
    everywhere = places(app, lived)
    for client, form in every_form(page, lived):
        if form.texts:
            sent(client, form, form.texts, MARKUP)
    shown = 0
    for place in everywhere:
        visitor = Visitor(app).as_(place.by) if place.by else Visitor(app)
        answer = visitor.client.get(place.url)
        shown += "alert(&#39;鱼" in answer.text
        unharmed(answer.text, str(place))
        answer.close()
        db.session.rollback()
    assert shown >= 3


def unharmed(words, at):
    """No element, attribute or calculation came out of what was typed."""
    if "alert(" not in words and "4321" not in words:
        return
    tree = tree_of(words)
    assert "5332114" not in words, at
    assert not [e for e in tree.iter("script") if "alert" in "".join(e.itertext())], at
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")], at


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_cells_of_an_export_never_begin_a_formula(page, make, cast):
    for number, start in enumerate(("=", "+", "-", "@", "\t=", "=cmd|' /C calc'!")):
        make.enterprise(
            f"{start}A{number}", unit=cast.section, commissioner=cast.lin, contact=f"{start}1", phone="0571-61820001"
        )
    answer = page.as_(cast.manager).client.get("/enterprises/export?format=csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))) for cell in row]
    answer.close()

    assert len([cell for cell in cells if "A0" in cell or "A1" in cell]) >= 2
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@")) and cell != "--"] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_text_in_an_address_breaks_a_page(app, lived):
    """Every filter of every list, and the search."""
    asked = set()
    for place in places(app, lived):
        client = Visitor(app).as_(place.by or lived.cast.lin).client
        for action, names in getters(client, place.url):
            if action not in asked:
                asked.add(action)
                ask_everything(client, action, {*names, "page", "sort", "size", "cols"})
    assert len(asked) >= 3


def ask_everything(client, action, names):
    for text in texts_for(TEXTS):
        answer = client.get(action, query_string=dict.fromkeys(names, sendable(text)))
        db.session.rollback()
        assert answer.status_code < 500, f"{action}: {answer.status_code} for {text[:30]!r}"
        unharmed(answer.text, action)
        answer.close()


def getters(client, url):
    answer = client.get(url)
    forms = [form for form in tree_of(answer.text).iter("form") if form.get("method") == "get"]
    answer.close()
    return [(form.get("action") or url, [e.get("name") for e in form.iter() if e.get("name")]) for form in forms]


def test_an_id_no_database_can_hold_is_a_page_that_does_not_exist(app, page, lived):
    me = lived.cast.admin
    page.as_(me)
    for endpoint, rule in sorted(rules(app).items()):
        numbers = [name for name in rule.arguments if name.endswith("_id")]
        if numbers and "GET" in rule.methods:
            with app.test_request_context():
                url = url_for(endpoint, **{**lived.values(rule, me), **dict.fromkeys(numbers, 10**30)})
            answer = page.client.get(url)
            db.session.rollback()
            assert answer.status_code in (403, 404), f"{url}: {answer.status_code}"
