"""The kinds of sheet that can be imported, each offered by its domain and registered when the application is made."""

from __future__ import annotations

from dataclasses import dataclass

from crm.core.staging import SheetKind
from crm.core.words import Say
from crm.permissions import Permission


@dataclass(frozen=True)
class Kind:
    """`key` names its words in data/synonyms.yaml too; with `keeps_extras` unknown columns may stay as they are."""

    key: str
    label: Say
    sheet: SheetKind
    permission: Permission
    keeps_extras: bool = False
    is_own: bool = False
    """Comes in by a page of its own, and only its sender works on it."""
    enters_unknown: bool = False
    """Enterprises that the register does not have can be entered without a code, by a tick."""
    is_final: bool = False
    """What was written is never deleted: it is corrected row by row."""
    is_private: bool = False
    """What it brings is confidential: a run is seen by its sender alone, and only while he may send such tables."""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.key] = kind
