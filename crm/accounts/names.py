"""How people's names sort and are found."""

from __future__ import annotations

from pypinyin import lazy_pinyin


def pinyin_of(name: str) -> str:
    return "".join(lazy_pinyin(name)).lower()[:160]
