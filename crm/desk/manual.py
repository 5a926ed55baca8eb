"""The words behind "?": one topic per screen, in both languages, from `data/help/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from crm.core.data_files import read_yaml

FOLDER = Path(__file__).parent / "data" / "help"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Words:
    """A topic in one language: `steps` are done in this order, `who` says who may."""

    title: str
    what: str
    steps: tuple[str, ...]
    who: str

    def holds(self, parts: list[str]) -> bool:
        """Do all these words stand somewhere in it?"""
        text = "\n".join((self.title, self.what, *self.steps, self.who)).casefold()
        return all(part in text for part in parts)


@dataclass(frozen=True)
class Topic:
    key: str
    pages: tuple[str, ...]
    words: Mapping[str, Words]


@dataclass(frozen=True)
class Part:
    """A chapter of the manual."""

    titles: Mapping[str, str]
    topics: tuple[Topic, ...]


@cache
def parts() -> tuple[Part, ...]:
    return tuple(_part(read_yaml(path)) for path in sorted(FOLDER.glob("*.yaml")))


def _part(raw: dict[str, Any]) -> Part:
    return Part({language: raw[language] for language in LANGUAGES}, tuple(_topic(one) for one in raw["topics"]))


def _topic(raw: dict[str, Any]) -> Topic:
    words = {language: Words(**{**raw[language], "steps": tuple(raw[language]["steps"])}) for language in LANGUAGES}
    return Topic(raw["key"], tuple(raw["pages"]), words)


@cache
def topics() -> dict[str, Topic]:
    return {topic.key: topic for part in parts() for topic in part.topics}


@cache
def _of_pages() -> dict[str, str]:
    return {page: topic.key for topic in topics().values() for page in topic.pages}


def topic_of(endpoint: str | None) -> str | None:
    """The topic that explains this page."""
    return _of_pages().get(endpoint or "")


def found(query: str, language: str) -> list[tuple[str, list[tuple[str, Words]]]]:
    """Chapters with (key, words) of their topics that hold every word of the query, and only those chapters."""
    wanted = query.casefold().split()
    chapters = [
        (part.titles[language], [(t.key, t.words[language]) for t in part.topics if t.words[language].holds(wanted)])
        for part in parts()
    ]
    return [chapter for chapter in chapters if chapter[1]]
