"""What every template may use: words, languages, assets, numbers and days as this product writes them."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, request, url_for
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from crm.core import clock, words
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
    words.translate_with(lambda msgid: _(msgid) if msgid else "")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, language=lambda: str(get_locale()), today=clock.today, wan=wan)
    app.jinja_env.filters.update(day=day, moment=moment, wan=wan, dash=dash)


def language(default: str) -> str:
    """The person's setting, then the browser's wish, then the machine's default."""
    chosen = getattr(current_user, "language", None) if request else None
    if chosen in LANGUAGES:
        return str(chosen)
    wishes = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en", "en-US", "en-GB"]) if request else None
    return default if wishes is None else "zh_Hans_CN" if wishes.startswith("zh") else "en"


@lru_cache(maxsize=1)
def _vendored(folder: Path) -> dict[str, str]:
    manifest = folder / "vendor" / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}


def asset(name: str) -> str:
    """The address of a static file; vendored ones by the name in the manifest."""
    from flask import current_app

    folder = Path(current_app.static_folder or "static")
    vendored = _vendored(folder).get(name)
    if vendored:
        return url_for("static", filename=f"vendor/{vendored}")
    return url_for("static", filename=name, v=_stamp(folder / name))


@lru_cache(maxsize=256)
def _stamp(path: Path) -> str:
    return f"{path.stat().st_mtime_ns // 1_000_000:x}" if path.is_file() else "0"


def day(value: date | None, precision: str = "day") -> str:
    if value is None:
        return "--"
    return value.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[str(precision or "day")])


def moment(value: datetime | None) -> str:
    return "--" if value is None else clock.local(value).strftime("%Y-%m-%d %H:%M")


def wan(yuan: int | None, places: int = 2) -> str:
    """Whole yuan as 万元 with thousands separators; trailing zeros go ("5,000", "12.5")."""
    if yuan is None:
        return "--"
    text = f"{Decimal(yuan) / 10_000:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dash(value: Any) -> Any:
    return Markup('<span class="text-secondary">--</span>') if value in (None, "") else value
