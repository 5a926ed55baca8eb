"""Kinds, steps and boards as people read them; a code that no file knows any more stays as it is."""

from __future__ import annotations

from crm.core.shown import day
from crm.core.words import Say, say
from crm.cultivation.rules.drawing import Stay
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.partners import roles
from crm.cultivation.rules.plan import CLASSES, MOVES, slipped
from crm.cultivation.rules.yearly import list_kinds, reason_words


def kind_word(code: str) -> str:
    kind = ladder().kinds.get(code)
    return str(kind) if kind else code


def state_word(code: str) -> str:
    kind = ladder().owner.get(code)
    return str(kind.states[code]) if kind else code


def board_word(code: str) -> str:
    known = (kind.boards[code] for kind in ladder().kinds.values() if code in kind.boards)
    return str(next(known, code))


def stay_words(stay: Stay) -> Say:
    """新三板 股改中：2026-02-14 至 2026-06-05."""
    named = {"kind": kind_word(stay.kind), "state": state_word(stay.state), "begin": day(stay.from_on)}
    if stay.until_on is None:
        return say("%(kind)s, %(state)s: since %(begin)s", **named)
    return say("%(kind)s, %(state)s: %(begin)s to %(end)s", end=day(stay.until_on), **named)


def class_word(code: str) -> str:
    return str(CLASSES.get(code, code))


def move_word(code: str) -> str:
    return str(MOVES.get(code, code))


def slipped_words(times: int, days: int) -> Say | str:
    return slipped(times, days) or ""


def list_word(code: str) -> str:
    kind = list_kinds().get(code)
    return str(kind) if kind else code


def list_reason(kept: str) -> str:
    """Why a firm came on a yearly list or left it."""
    return str(reason_words(kept))


def phase_word(kind: str, code: str) -> str:
    known = ladder().kinds.get(kind)
    return next((str(phase) for phase in known.phases if phase.code == code), code) if known else code


def role_word(code: str) -> str:
    return str(roles().get(code, code))
