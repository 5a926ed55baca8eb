"""Help behind "?": every screen of the menu is explained in both languages, and nothing that is not there."""

import pytest

from crm.desk import manual
from crm.desk.frame import DOORS, MENU
from tests.house.test_words import CLUMSY, HALF_WIDTH
from tests.rights.sample import rules

TOPICS = list(manual.topics().values())
WITHOUT = {"help", "search", "sign_out", "preferences"}
"""Doors that are no screens of their own."""


def test_every_screen_of_the_menu_and_every_door_has_its_help():
    screens = [endpoint for endpoint, *_ in MENU] + [e for name, e in DOORS.items() if name not in WITHOUT]
    assert [endpoint for endpoint in screens if manual.topic_of(endpoint) is None] == []


def test_no_help_names_a_page_that_does_not_exist_and_no_page_is_explained_twice(app):
    named = [page for topic in TOPICS for page in topic.pages]
    assert sorted(set(named) - set(rules(app))) == []
    assert len(named) == len(set(named))


def test_topics_have_keys_of_their_own():
    keys = [topic.key for part in manual.parts() for topic in part.topics]
    assert len(keys) == len(set(keys)) and "print" not in keys


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_a_topic_is_short_whole_and_well_worded(topic):
    for language, words in topic.words.items():
        assert 3 <= len(words.steps) <= 6, language
        texts = [words.title, words.what, *words.steps, words.who]
        assert all(isinstance(text, str) and text.strip() == text and text for text in texts), language
        assert max(map(len, texts)) < (90 if language == "zh" else 200), language
        if language == "zh":
            assert [text for text in texts if CLUMSY.search(text) or HALF_WIDTH.search(text)] == []
            assert all(text.endswith("。") for text in texts[1:])
        else:
            assert not [text for text in texts if any("一" <= letter <= "鿿" for letter in text)]


@pytest.mark.parametrize("language", ["zh_Hans_CN", "en"])
def test_the_question_mark_leads_to_the_help_of_the_page(page, cast, language):
    kept = "企业列表" if language == "zh_Hans_CN" else "The list of enterprises"
    page.as_(cast.lin).open("accounts.me")
    page.submit(form=preferences(page), language=language)

    page.open("desk.enterprises")
    page.open(next(a.get("href") for a in page.all("a") if (a.get("href") or "").startswith("/help/")))
    assert kept in page.text
    page.open("desk.help_topic", topic="nonsense", expect=404)


def preferences(page):
    """The form that chooses the language, on the page itself."""
    form = [f for f in page.all("form") if (f.get("action") or "").endswith("/preferences")][-1]
    form.set("id", "likes")
    return "likes"


def test_the_index_is_searched(page, cast):
    page.as_(cast.clerk).open("/help?q=撤销 24")
    found = {a.get("href") for a in page.all("a") if (a.get("href") or "").startswith("/help/")}
    assert {"/help/merging", "/help/import", "/help/table"} <= found and "/help/units" not in found
    page.open("/help?q=没有这样的词")
    assert "帮助中没有这些内容" in page.text
    page.open("/help")
    assert all(f"/help/{topic.key}" in page.response.text for topic in TOPICS)


def test_the_whole_manual_is_one_paper(page, cast):
    page.as_(cast.auditor).open("desk.print_help")
    assert all(topic.words["zh"].what in page.text for topic in TOPICS)
    led_to = [a.get("href")[1:] for a in page.all("a") if (a.get("href") or "").startswith("#")]
    assert [section.get("id") for section in page.all("section")] == led_to == [topic.key for topic in TOPICS]
