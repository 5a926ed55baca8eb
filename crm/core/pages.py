"""What every template may use: words, languages, assets, numbers and days as this product writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from babel import Locale
from flask import Flask, current_app, g, has_app_context, has_request_context, request, url_for
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from jinja2 import Template, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from crm.core import clock, kept, shown, web, words
from crm.core.settings import Settings

LANGUAGE_COOKIE = "language"
LANGUAGES = ("zh_Hans_CN", "en")


def prepare(app: Flask, settings: Settings) -> None:
    Babel(
        app,
        default_locale=settings.locale,
        default_timezone=settings.timezone,
        locale_selector=lambda: _locale(language(settings.locale)),
        default_translation_directories=str(Path(__file__).resolve().parents[1] / "translations"),
    )
    words.translate_with(lambda msgid: _catalogue().text(msgid) if msgid else "", lambda: _catalogue().language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda msgid: _catalogue().text(msgid),
        ngettext=lambda one, many, n: _catalogue().several(one, many, n),
        newstyle=True,
    )
    app.jinja_env.globals.update(_=gettext, gettext=gettext, icon=icon, drawn_once=kept.fragment)
    app.jinja_env.globals.update(TOKEN_HERE=kept.TOKEN, PATH_HERE=kept.PATH)
    app.jinja_env.template_class = SharingTemplate
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(url_for=web.address, asset=asset, csrf_token=generate_csrf, today=clock.today)
    app.jinja_env.filters.update(shown.FILTERS)


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def language(default: str) -> str:
    """The person's setting, what was chosen at the door, the browser's wish, then the machine's default."""
    chosen = getattr(current_user, "language", None) if request else None
    chosen = chosen or (request.cookies.get(LANGUAGE_COOKIE) if request else None)
    if chosen in LANGUAGES:
        return str(chosen)
    wishes = (
        request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en", "en-US", "en-GB"]) if request else None
    )
    return default if wishes is None else "zh_Hans_CN" if wishes.startswith("zh") else "en"


@lru_cache(maxsize=1)
def _vendored(folder: Path) -> dict[str, str]:
    manifest = folder / "vendor" / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}


class Catalogue:
    """The words of one language, each looked up once."""

    def __init__(self, language: str, translations: Any) -> None:
        self.language, self.translations = language, translations
        self.texts: dict[str, str] = {}
        self.markups: dict[str, Markup] = {}

    def text(self, msgid: str) -> str:
        found = self.texts.get(msgid)
        if found is None:
            found = self.texts[msgid] = self.translations.ugettext(msgid)
        return found

    def several(self, one: str, many: str, number: int) -> str:
        return str(self.translations.ungettext(one, many, number))

    def markup(self, msgid: str) -> Markup:
        """With its percent signs resolved: for words without parameters."""
        found = self.markups.get(msgid)
        if found is None:
            found = self.markups[msgid] = Markup(self.text(msgid)) % {}  # noqa: S704 - our own catalogue
        return found


_of_language: dict[str, Catalogue] = {}


def _catalogue() -> Catalogue:
    """The words of this page's language: decided once a page, for the layout alone asks a hundred times."""
    try:
        known: Catalogue | None = request.catalogue  # type: ignore[attr-defined]
    except (AttributeError, RuntimeError):  # the page's first word, or no page
        known = getattr(_place(), "catalogue", None)
    return known or _chosen(_place())


def _place() -> Any:
    """Where flask_babel, too, keeps the language: on the request, for several may share one application context."""
    return request if has_request_context() else g if has_app_context() else SimpleNamespace()


def _chosen(place: Any) -> Catalogue:
    name = str(get_locale() or "")
    if name not in _of_language:
        _of_language[name] = Catalogue(name, get_translations())
    place.catalogue = _of_language[name]
    return _of_language[name]


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Words in this language, whoever asks: papers, mails, commands."""
    place = _place()
    outer = getattr(place, "catalogue", None)
    place.catalogue = None
    try:
        with force_locale(language):
            yield
    finally:
        place.catalogue = outer


@pass_eval_context
def gettext(context: EvalContext, msgid: str, /, **parameters: Any) -> str:
    """`_()` of the templates: as Jinja's own, which asks for the language and escapes anew at every call."""
    if context.autoescape:
        known = _catalogue()
        return Markup(known.text(msgid)) % parameters if parameters else known.markup(msgid)  # noqa: S704
    return _catalogue().text(msgid) % parameters


def icon(name: str, title: str = "", **more: str) -> Markup:
    """An icon of the sprite. Without a title it is decoration and silent; every name stands in static/icons.txt."""
    return _icon(f"{asset('icons.svg')}#{name}", str(title), more.get("class", ""))


@lru_cache(maxsize=1024)
def _icon(address: str, title: str, classes: str) -> Markup:
    drawn = Markup('<svg class="{}" {} focusable="false">{}<use href="{}"></use></svg>')
    role = Markup('role="img"') if title else Markup('aria-hidden="true"')
    titled = Markup("<title>{}</title>").format(title) if title else ""
    return drawn.format(f"icon {classes}".strip(), role, titled, address)


class SharingTemplate(Template):
    """Imported macros are made once: Jinja compares the globals at every import, and ours are all the same."""

    def _get_default_module(self, ctx: Any = None) -> Any:
        return super()._get_default_module(None)


def asset(name: str) -> str:
    """The address of a static file; vendored ones by the name in the manifest."""
    return _asset(name, request.script_root if has_request_context() else "")


@lru_cache(maxsize=512)
def _asset(name: str, _root: str) -> str:
    folder = Path(current_app.static_folder or "static")
    vendored = _vendored(folder).get(name)
    if vendored:
        return url_for("static", filename=f"vendor/{vendored}")
    return url_for("static", filename=name, v=_stamp(folder / name))


@lru_cache(maxsize=256)
def _stamp(path: Path) -> str:
    return f"{path.stat().st_mtime_ns // 1_000_000:x}" if path.is_file() else "0"
