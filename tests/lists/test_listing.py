"""The one list component, without any business: its address, its pages, its cells."""

from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import column, select, table
from werkzeug.datastructures import MultiDict
from wtforms import Form, SearchField, SelectField, StringField

from crm.core.list_parts import Badge, Column, Person
from crm.core.lists import Listing

T = table("t", column("id"), column("name"), column("day"))
COLUMNS = [
    Column("name", "Name", "link", order=(T.c.name,)),
    Column("day", "Day", order=(T.c.day,), nulls="first", phone=True),
    Column("note", "Note", optional=True),
]


class Filters(Form):
    q = SearchField("Search")
    person = StringField("Owner")
    kind = SelectField("Kind")


def listing(query="", **more):
    args = MultiDict([tuple(pair.split("=", 1)) for pair in query.split("&") if pair])
    filters = Filters(args)
    filters.kind.choices = [("", "All"), ("a", "Apples")]
    return Listing(
        "fruits", "Fruits", COLUMNS, args=args, path="/fruits", sort="name", tie=T.c.id, filters=filters, **more
    )


def test_the_address_reproduces_the_list():
    shown = listing("q=red&kind=a&sort=-day&size=50&page=3&empty=")
    assert shown.url() == "/fruits?q=red&kind=a&sort=-day&size=50"
    assert shown.url(page=4) == "/fruits?q=red&kind=a&sort=-day&size=50&page=4"
    assert shown.url(kind=None, tag=["x", "y z"]) == "/fruits?q=red&sort=-day&size=50&tag=x&tag=y+z"
    assert shown.clear_url == "/fruits?sort=-day&size=50"
    assert shown.query() == "kind=a&q=red&sort=-day"


def test_chips_say_what_is_filtered_in_words_and_come_off_alone():
    chips = listing("q=red&kind=a&sort=day").chips
    assert [(c.label, c.value, c.url) for c in chips] == [
        ("Search", "red", "/fruits?kind=a&sort=day"),
        ("Kind", "Apples", "/fruits?q=red&sort=day"),
    ]


def test_oneself_and_nobody_are_words_in_a_chip_but_not_in_a_search():
    chips = listing("person=none&q=me").chips + listing("person=me&q=none").chips
    assert [(c.label, c.value) for c in chips] == [
        ("Search", "me"), ("Owner", "Nobody"), ("Search", "none"), ("Owner", "Myself"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "total", "page", "size"),
    [
        ("", 0, 1, 20), ("page=3", 41, 3, 20), ("page=4", 41, 1, 20), ("page=0", 41, 1, 20), ("page=-1", 41, 1, 20),
        ("page=x", 41, 1, 20), ("page=99999999999", 41, 1, 20), ("size=100&page=1", 41, 1, 100), ("size=33", 41, 1, 20),
    ],
)  # fmt: skip
def test_a_page_that_is_not_there_becomes_the_first(query, total, page, size):
    shown = listing(query)
    shown.counted(total)
    assert (shown.page, shown.size) == (page, size)
    compiled = shown.window(select(T)).compile()
    assert list(compiled.params.values()) == [size, (page - 1) * size]


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "t.name ASC, t.id"), ("sort=-name", "t.name DESC, t.id DESC"), ("sort=day", "t.day ASC NULLS FIRST, t.id"),
        ("sort=-day", "t.day DESC NULLS LAST, t.id DESC"), ("sort=note", "t.name ASC, t.id"),
        ("sort=id;drop", "t.name ASC, t.id"),
    ],
)  # fmt: skip
def test_only_known_columns_sort_and_every_order_is_total(query, order):
    shown = listing(query)
    shown.counted(1)
    assert f"ORDER BY {order}" in " ".join(str(shown.window(select(T))).split())


def test_the_first_column_always_shows_and_unknown_ones_do_not():
    assert [c.key for c in listing().columns] == ["name", "day"]
    assert [c.key for c in listing("columns=note").columns] == ["name", "note"]
    assert [c.key for c in listing("columns=password").columns] == ["name", "day"]


EVIL = '<script>alert("1")</script>'


@pytest.mark.parametrize("kind", ["text", "link", "code", "phone", "badge", "person"])
def test_no_cell_ever_runs(kind):
    """Whatever a value holds, the row shows it as text."""
    value = {"badge": Badge("soon", EVIL, EVIL), "person": Person(EVIL, EVIL), "phone": f"*{EVIL}"}.get(kind, EVIL)
    shown = Listing(
        "x", "X", [Column("cell", EVIL, kind, phone=True), Column("again", EVIL, kind, phone=True)],
        args=MultiDict(), path="/x", href=lambda _: f'/x?"{EVIL}',
    )  # fmt: skip
    shown.rows = [SimpleNamespace(id=1, cell=value, again=value)]
    app = Flask(__name__)
    with app.test_request_context():
        drawn = shown.body(macros(app), {})
    assert "<script" not in drawn and "&lt;script" in drawn


def macros(app):
    env = app.jinja_env
    badge = env.from_string("{% macro m(v) %}<b title='{{ v.title }}'>{{ v.word }}</b>{% endmacro %}").module.m
    person = env.from_string("{% macro m(v) %}{{ v.name }} {{ v.unit_name }}{% endmacro %}").module.m
    return {"badge": badge, "person": person, "phone": person, "other": person}


def test_rows_are_counted_exactly_and_paged_by_the_database(app, make, cast):
    from crm.accounts.models import User

    columns, args = [Column("name", "Name", order=(User.name,))], MultiDict({"size": "20", "page": "2"})
    shown = Listing("people", "People", columns, args=args, path="/p", sort="name", tie=User.id)
    for _ in range(25):
        make.user(unit=cast.section)
    everyone = select(User)
    shown.take(everyone)
    assert shown.total == 25 + 9 and len(shown.rows) == 14 and shown.pages == 2
