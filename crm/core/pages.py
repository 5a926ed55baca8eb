"""What every template may use: words, languages, assets, numbers and days as this product writes them."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import Babel, get_locale, get_translations
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from crm.core import clock, shown, words
from crm.core.settings import Settings

LANGUAGES = ("zh_Hans_CN", "en")


def prepare(app: Flask, settings: Settings) -> None:
    Babel(
        app,
        default_locale=settings.locale,
        default_timezone=settings.timezone,
        locale_selector=lambda: language(settings.locale),
        default_translation_directories=str(Path(__file__).resolve().parents[1] / "translations"),
    )
    words.translate_with(lambda msgid: _catalogue().ugettext(msgid) if msgid else "")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda msgid: _catalogue().ugettext(msgid),
        ngettext=lambda one, many, n: _catalogue().ungettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, csrf_token=generate_csrf, today=clock.today)
    app.jinja_env.filters.update(shown.FILTERS)


def language(default: str) -> str:
    """The person's setting, then the browser's wish, then the machine's default."""
    chosen = getattr(current_user, "language", None) if request else None
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


def _catalogue() -> Any:
    """The words of the page's language, looked up once: flask_babel asks for its context at each of hundreds."""
    locale = get_locale()
    if locale is None:
        return get_translations()
    if (kept := g.get("catalogue")) is None or kept[0] is not locale:
        kept = g.catalogue = (locale, get_translations())
    return kept[1]


def asset(name: str) -> str:
    """The address of a static file; vendored ones by the name in the manifest."""
    return _address(name, request.script_root if request else "", current_app.static_folder or "static")


@lru_cache(maxsize=512)
def _address(name: str, _root: str, static_folder: str) -> str:
    folder = Path(static_folder)
    vendored = _vendored(folder).get(name)
    if vendored:
        return url_for("static", filename=f"vendor/{vendored}")
    return url_for("static", filename=name, v=_stamp(folder / name))


@lru_cache(maxsize=256)
def _stamp(path: Path) -> str:
    return f"{path.stat().st_mtime_ns // 1_000_000:x}" if path.is_file() else "0"
