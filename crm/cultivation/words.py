"""Kinds, steps and boards as people read them; a code that no file knows any more stays as it is."""

from __future__ import annotations

from crm.cultivation.rules.ladder import ladder


def kind_word(code: str) -> str:
    kind = ladder().kinds.get(code)
    return str(kind) if kind else code


def state_word(code: str) -> str:
    kind = ladder().owner.get(code)
    return str(kind.states[code]) if kind else code


def board_word(code: str) -> str:
    known = (kind.boards[code] for kind in ladder().kinds.values() if code in kind.boards)
    return str(next(known, code))
