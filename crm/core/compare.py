"""Two people edited the same thing: what the later one typed beside what is saved by now, to choose per field.

A page that may be edited by two carries what it had shown. What only one of the two changed is decided already; where
both did, the compare page asks. It posts to the form's own address: every field as typed, the state saved by now, and
`keep-<field>` (mine or theirs). Of a field that was shown masked its sign is remembered beside it (`core.unseen`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, request
from wtforms import BooleanField, Field, HiddenField

from crm.core.forms import Form
from crm.core.typed import id_from
from crm.core.unseen import SIGN
from crm.core.web import page
from crm.core.words import Say, say

UNCOMPARED = frozenset({"csrf_token", "version", "was", "next"})
Typed = dict[str, str]


class EditForm(Form):
    """A form for what two people may edit at once: `version` is the state its page showed, `was` its fields as JSON."""

    version = HiddenField(default="1")
    was = HiddenField()

    def typed(self) -> Typed:
        """Field → text as its input would send it."""
        return {f.name: as_typed(f) for f in self if f.name not in UNCOMPARED}

    def remember(self, known: Typed, version: int) -> None:
        """Decide on this state from now on."""
        self.version.data, self.was.data = str(version), json.dumps(known, ensure_ascii=False)

    @property
    def seen(self) -> int:
        """The version the page had shown, 0 when the form was tampered with."""
        return id_from(self.version.data) or 0

    @property
    def shown(self) -> Typed:
        """The fields as the page had shown them."""
        try:
            was = json.loads(self.was.data or "{}")
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in was.items()} if isinstance(was, dict) else {}


@dataclass(frozen=True)
class Row:
    """One field on which the two differ. `conflict`: both changed it; else `keeps` says whose change stands."""

    key: str
    label: Say | str
    before: Say | str
    mine: Say | str
    theirs: Say | str
    conflict: bool
    keeps: str


def rows(
    was: Typed, mine: Typed, theirs: Typed, *, label: Callable[[str], Say | str],
    words: Callable[[str, str], Say | str],
) -> list[Row]:  # fmt: skip
    """The fields that differ now; `label` names a field, `words` says a value of it."""
    found = []
    for key, text in mine.items():
        before, other = was.get(key, ""), theirs.get(key, "")
        if text.strip() == other:
            continue
        keeps = "theirs" if text.strip() == before else "mine"
        conflict = keeps == "mine" and is_other(key, was, theirs)
        saved = words(key, other)
        if conflict and other == before:
            saved = say("%(text)s (another one than before)", text=saved)
        found.append(Row(key, label(key), words(key, before), words(key, text), saved, conflict, keeps))
    return found


def is_other(key: str, was: Typed, now: Typed) -> bool:
    """Whether a field says something else now, also behind the same mask."""
    return was.get(key, "") != now.get(key, "") or was.get(SIGN + key) != now.get(SIGN + key)


def rows_of(form: EditForm, saved: EditForm) -> list[Row]:
    """The same for a form and a second one filled with what is saved."""
    return rows(
        form.shown, form.typed(), {**saved.shown, **saved.typed()},
        label=lambda key: str(form[key].label.text), words=lambda key, text: in_words(form[key], text),
    )  # fmt: skip


def resolved(mine: Typed, theirs: Typed, chosen: Mapping[str, str]) -> Typed:
    """What to save: mine, except where `keep-<field>` says theirs."""
    return {key: theirs.get(key, "") if chosen.get(f"keep-{key}") == "theirs" else text for key, text in mine.items()}


def keep_chosen(form: EditForm, saved: EditForm) -> None:
    """Fields for which the compare page says "theirs" take what is saved."""
    for f in form:
        if request.form.get(f"keep-{f.name}") == "theirs" and f.name in saved:
            f.data, f.raw_data = saved[f.name].data, [as_typed(saved[f.name])]


def ask(form: EditForm, found: list[Row], *, theirs: Typed, version: int, name: str, them: str, back: str) -> Response:
    """409 with the compare page; `them` saved meanwhile, `back` is where to go without saving."""
    form.remember(theirs, version)
    return page(
        "layouts/compare.html", form, status=409, rows=found, as_typed=as_typed, name=name, them=them, back=back
    )


def as_typed(field: Field) -> str:
    """The field's value as its input would send it."""
    if isinstance(field, BooleanField):
        return "y" if field.data else ""
    if hasattr(field, "choices"):
        return "" if field.data is None else str(field.data)
    return str(field._value())


def in_words(field: Field, text: str) -> Say | str:
    if isinstance(field, BooleanField):
        return say("Yes") if text else say("No")
    if choices := getattr(field, "choices", None):
        return next((str(choice[1]).strip("　") for choice in choices if str(choice[0]) == text), "")
    return text
