"""How strict sign-in is: `standard` (no forced composition or rotation) or `mlps` (等保), chosen by CRM_PROFILE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import current_app

from crm.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Limits of sessions, guessing and passwords; `trusted` None means that no phone is trusted."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=24)
    trusted: timedelta | None = timedelta(days=30)
    confirmed: timedelta = timedelta(minutes=30)
    free_failures: int = 10
    shortest_password: int = 8
    password_classes: int = 1
    password_lives: timedelta | None = None
    remembered_passwords: int = 0


STANDARD = Profile()
MLPS = Profile(
    idle=timedelta(minutes=15),
    trusted=None,
    free_failures=5,
    shortest_password=10,
    password_classes=3,
    password_lives=timedelta(days=90),
    remembered_passwords=5,
)


def profile() -> Profile:
    settings: Settings = current_app.extensions["commissioner"]
    return MLPS if settings.profile == "mlps" else STANDARD
