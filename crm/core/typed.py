"""What people type, before anything reads it: signs that no text needs are gone, ids are such that a row can have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import flask
from werkzeug.datastructures import ImmutableMultiDict, iter_multi_items
from werkzeug.routing import IntegerConverter, Map

LARGEST_ID = 2**63 - 1
NEEDLESS = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
"""Control signs (PostgreSQL refuses NUL), halves of signs, and those that turn a line round."""


def readable(text: Any) -> Any:
    return NEEDLESS.sub("", text) if isinstance(text, str) else text


class Typed(ImmutableMultiDict[str, Any]):
    """Fields of a form or an address, each text made readable."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__([(readable(name), readable(value)) for name, value in iter_multi_items(mapping or ())])


class Request(flask.Request):
    parameter_storage_class = Typed


def id_from(text: str | None) -> int | None:
    """The id that a text names; None for everything no row can have."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(LARGEST_ID)):
        return None
    return number if (number := int(text)) <= LARGEST_ID else None


def ids_from(texts: Iterable[str]) -> list[int]:
    """The ids among these texts, in their order."""
    return [number for text in texts if (number := id_from(text)) is not None]


class Id(IntegerConverter):
    """A number in an address; what no row can have leads nowhere."""

    def __init__(self, map: Map, *args: Any, **limits: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, *args, **{"max": LARGEST_ID, **limits})


def install(app: flask.Flask) -> None:
    app.request_class = Request
    app.url_map.converters["int"] = Id
