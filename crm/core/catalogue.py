"""Translations: one .po file per room in crm/translations/parts, compiled into one catalogue at set-up.

`python -m crm.core.catalogue` writes the .mo; it needs Babel only, no application.
"""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parents[1] / "translations"
LOCALE = "zh_Hans_CN"


def merged() -> Catalog:
    """All parts as one catalogue; raises ValueError when two parts translate one msgid differently."""
    whole = Catalog(locale=LOCALE, charset="utf-8")
    for part in sorted((TRANSLATIONS / "parts").glob("*.po")):
        with part.open("rb") as file:
            for message in read_po(file, locale=LOCALE):
                if not message.id or not message.string:
                    continue
                known = whole.get(message.id)
                if known is not None and known.string != message.string:
                    raise ValueError(
                        f"{part.name}: {message.id!r} is {known.string!r} elsewhere, {message.string!r} here"
                    )
                whole.add(message.id, message.string)
    return whole


def compile_all() -> Path:
    target = TRANSLATIONS / LOCALE / "LC_MESSAGES" / "messages.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = target.with_suffix(f".{os.getpid()}")
    with made.open("wb") as file:
        write_mo(file, merged())
    made.replace(target)  # a process that reads meanwhile finds the old words or the new ones, never half of them
    return target


if __name__ == "__main__":
    print(compile_all())
