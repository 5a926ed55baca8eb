"""Fields of a filter bar: selects of many choices."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms import SelectField
from wtforms.widgets import html_params

Pairs = tuple[tuple[str, str], ...]


class QuickSelect:
    """Draws a select whose choices are plain pairs of text; a page has a dozen with hundreds of options."""

    multiple = False
    input_type = "select"
    validation_attrs = ("required", "disabled")

    def __call__(self, field: Choice, **kwargs: Any) -> Markup:
        kwargs.setdefault("id", field.id)
        pairs = tuple((str(key), str(word)) for key, word in field.choices or ())
        chosen = "" if field.data is None else str(field.data)
        begin = f"<select {html_params(name=field.name, **kwargs)}>"
        return Markup(f"{begin}{_options(pairs, chosen)}</select>")  # noqa: S704 - escaped by html_params and _options


class Choice(SelectField):
    """A select of a filter bar; a value it does not offer is no error, old links stay good."""

    widget = QuickSelect()

    def pre_validate(self, form: Any) -> None:
        """A filter is never refused."""


@lru_cache(maxsize=512)
def _options(pairs: Pairs, chosen: str) -> str:
    return "".join(
        f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(word)}</option>'
        for key, word in pairs
    )
