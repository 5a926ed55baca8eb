"""Passwords: Argon2id, hashed and compared outside any write transaction."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crm.accounts.models import User
from crm.accounts.names import pinyin_of
from crm.accounts.profile import profile
from crm.core.words import Say, say

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = HASHER.hash("no account has this password")
LONGEST = 128
COMMON = Path(__file__).with_name("data") / "common_passwords.txt"
RUNS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc")
LEET = str.maketrans("013457@$!", "oleastasi")


def matches(user: User | None, password: str) -> bool:
    """Compare in the same time whether or not the account exists."""
    stored = user.password_hash if user is not None and user.active and user.password_hash else NOBODY
    return fits_hash(stored, password) and stored != NOBODY


def fits_hash(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(user: User) -> bool:
    return bool(user.password_hash) and HASHER.check_needs_rehash(str(user.password_hash))


def hashed(password: str) -> str:
    return HASHER.hash(password)


def problem(password: str, user: User) -> Say | None:
    """Why a new password is refused, or None. Exact: nothing is cut or folded before hashing."""
    strict = profile()
    if len(password) < strict.shortest_password:
        return say("Use at least %(n)s characters", n=strict.shortest_password)
    if len(password) > LONGEST:
        return say("Use at most %(n)s characters", n=LONGEST)
    if classes(password) < strict.password_classes:
        return say("Mix at least %(n)s of: small letters, capitals, digits, other signs", n=strict.password_classes)
    if tells_who(password, user) or is_common(password):
        return say("This password is easy to guess: choose one without your name or number")
    return None


def classes(password: str) -> int:
    """How many of the four classes occur: small letters, capitals, digits, anything else."""
    kinds = {"l" if c.islower() else "u" if c.isupper() else "d" if c.isdigit() else "s" for c in password}
    return len(kinds)


def tells_who(password: str, user: User) -> bool:
    """Is the password little more than the person's own name, number, address or unit?"""
    lowered = password.lower()
    own = [user.name, pinyin_of(user.name), user.mobile, user.staff_no, (user.email or "").split("@")[0]]
    parts = sorted((p.lower() for p in own if p and len(p) > 1), key=len, reverse=True)
    rest = lowered
    for part in parts:
        rest = rest.replace(part, "")
    return rest != lowered and len(rest) < 6


def is_common(password: str) -> bool:
    """Is it a number, a word of the list, a run on the keyboard or a few signs repeated, perhaps with digits around?"""
    lowered = password.lower()
    if lowered.isdigit() or len(set(lowered)) < 4 or lowered in _common():
        return True
    core = lowered.strip("0123456789!@#$%^&*._-~?+")
    if core in _common() or core.translate(LEET) in _common():
        return True
    return len(_without_runs(lowered)) < 4


def _without_runs(lowered: str) -> str:
    """The text without stretches of four and more neighbours of an alphabet or keyboard row."""
    kept, at = "", 0
    while at < len(lowered):
        rest = lowered[at:]
        longest = max((n for n in range(4, len(rest) + 1) if any(rest[:n] in run for run in RUNS)), default=0)
        kept += "" if longest else lowered[at]
        at += longest or 1
    return kept


@cache
def _common() -> frozenset[str]:
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
