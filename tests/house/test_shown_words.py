"""What pages show is in their language: no English word is left on a Chinese page, no Chinese one on an English page.

What the bureau wrote itself (names, texts, numbers of documents) may be in any language: it is taken out first.
"""

import pytest

from crm.core.db import db
from tests.everywhere import Lived, Place, places
from tests.house.forms import forms_of_all_pages
from tests.house.words import CHINESE, LATIN, left_over, sayings, written_by_the_bureau
from tests.pages import tree_of
from tests.visitor import Visitor

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FOREIGN = {"zh-CN": LATIN, "en": CHINESE}
ENDS_THE_SESSION = ("/sign-out", "/me/sessions")
TABS = ("basics", "contacts", "serving", "tiers", "tracks", "audit")
LOST_FOR_WORDS = ("填写有误", "cannot be taken like this")


@pytest.fixture
def lived(make, cast):
    return Lived(make, cast)


@pytest.mark.parametrize("language", FOREIGN)
def test_every_page_speaks_one_language(app, lived, language):
    tabs = [Place("", f"/enterprises/{lived.firm.id}?tab={tab}", lived.cast.manager) for tab in TABS]
    shown = {place: page_of(app, place, language) for place in [*places(app, lived), *tabs]}

    assert {str(place) for place, tree in shown.items() if tree.find(".").get("lang") != language} == set()
    assert not (found := strange(shown, language)), "\n".join(found)


@pytest.mark.parametrize("language", FOREIGN)
def test_every_form_sent_empty_says_in_one_language_what_to_do(app, page, lived, language):
    """By the name of the field, never in the words of the library that reads it."""
    refused = {}
    for me in (lived.cast.clerk, lived.cast.admin):
        for form in list(forms_of_all_pages(page.as_(me), lived, me)):
            if form.action.startswith(ENDS_THE_SESSION):
                continue
            answer = page.client.post(form.action, data=emptied(form), headers={"Accept-Language": language})
            if answer.status_code == 422:
                refused[form.action] = tree_of(answer.text)
                assert not [words for words in LOST_FOR_WORDS if words in answer.text], form.action
            answer.close()
            db.session.rollback()

    assert len(refused) > 15
    assert not (found := strange(refused, language)), "\n".join(found)


def emptied(form):
    tokens = {name: value for name, value in form.sent.items() if name.endswith("csrf_token")}
    return {**tokens, **dict.fromkeys(form.texts, "")}


def strange(shown, language):
    """Words of the other language, each with its page; our own are in the catalogue of the page's language."""
    data = written_by_the_bureau()
    return [f"{at}: {word}" for at, tree in shown.items() for word in left_over(sayings(tree), FOREIGN[language], data)]


def page_of(app, place, language):
    visitor = Visitor(app).as_(place.by) if place.by else Visitor(app)
    answer = visitor.client.get(place.url, headers={"Accept-Language": language})
    tree = tree_of(answer.text)
    answer.close()
    db.session.rollback()
    return tree
