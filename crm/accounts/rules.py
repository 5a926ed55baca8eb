"""Rules about people and units over plain values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm.core.errors import Obstacle
from crm.core.words import Say, say
from crm.permissions import Role

DEEPEST = 8
SIGN_IN_NAMES = ("mobile", "staff_no", "email")
EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
MOBILE = re.compile(r"1[3-9][0-9]{9}|\+[0-9]{6,18}")
"""Of the mainland, or of another country with its +code."""
FULL_WIDTH = str.maketrans("０１２３４５６７８９＋＠．－　", "0123456789+@.- ")


@dataclass(frozen=True)
class UnitFacts:
    """What the tree must know of a unit to move or close it."""

    name: str
    path: str
    is_root: bool
    is_closed: bool = False


def tidy_mobile(text: str | None) -> str | None:
    """Digits only (and a leading +): people type blanks, dashes, full width and +86."""
    plain = re.sub(r"[\s\-()（）·.]", "", (text or "").translate(FULL_WIDTH))
    return re.sub(r"^(\+|00)86(?=1\d{10}$)", "", plain) or None


def tidy_email(text: str | None) -> str | None:
    return (text or "").translate(FULL_WIDTH).strip().lower() or None


def tidy_staff_no(text: str | None) -> str | None:
    return (text or "").translate(FULL_WIDTH).strip() or None


def sorted_sign_in_name(text: str) -> dict[str, str]:
    """Which kind of sign-in name somebody typed: {"email" | "mobile" | "staff_no": text}."""
    if "@" in text:
        return {"email": text}
    mobile = tidy_mobile(text)
    return {"mobile": text} if mobile and MOBILE.fullmatch(mobile) else {"staff_no": text}


def name_obstacles(*, mobile: str | None, email: str | None) -> list[Obstacle]:
    """What is wrong with the shape of sign-in names (already tidy)."""
    found = []
    if mobile and not MOBILE.fullmatch(mobile):
        found.append(
            Obstacle("mobile", say("A mobile number has 11 digits and begins with 1, one from abroad begins with +"))
        )
    if email and not EMAIL.fullmatch(email):
        found.append(Obstacle("email", say("An e-mail address looks like name@example.cn")))
    return found


def move_obstacles(unit: UnitFacts, to: UnitFacts | None) -> list[Obstacle]:
    """What keeps a unit from hanging below another."""
    if unit.is_root:
        return [Obstacle("parent", say("The whole bureau stands at the top"))] if to else []
    if to is None:
        return [Obstacle("parent", say("Choose the unit above"))]
    if to.path.startswith(unit.path):
        return [Obstacle("parent", say("A unit cannot stand below itself"))]
    if to.is_closed:
        return [Obstacle("parent", say("%(name)s is closed", name=to.name))]
    if to.path.count("/") > DEEPEST:
        return [Obstacle("parent", say("At most %(n)s levels", n=DEEPEST))]
    return []


def close_obstacles(unit: UnitFacts, *, open_below: Iterable[str], people: int) -> list[Obstacle]:
    """What keeps a unit from being closed."""
    if unit.is_root:
        return [Obstacle("", say("The whole bureau cannot be closed"))]
    found = []
    if names := list(open_below):
        found.append(Obstacle("", say("Close or move the units below first: %(names)s", names="、".join(names))))
    if people:
        found.append(Obstacle("", say("%(n)s people work here: move them to another unit first", n=people)))
    return found


def invite_obstacle(
    *, is_administrator: bool, is_active: bool, has_password: bool, roles: set[Role], name: str
) -> Say | None:
    """Why this person may not be given a code by somebody who is in charge of his unit.

    A code opens an account. For one that is open already, and for those who administer or audit, only an administrator
    gives a new one; otherwise a clerk could sign in as his superior.
    """
    if not is_active:
        return say("%(name)s has been deactivated", name=name)
    if is_administrator:
        return None
    if roles & {Role.ADMINISTRATOR, Role.AUDITOR} or (has_password and roles - {Role.HANDLER}):
        return say("A new code for %(name)s is given by the administrator", name=name)
    return None
