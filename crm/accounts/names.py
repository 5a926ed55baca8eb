"""How people's names sort and are found."""

from __future__ import annotations


def pinyin_of(name: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionaries take a tenth of the application's start

    return "".join(lazy_pinyin(name)).lower()[:160]
