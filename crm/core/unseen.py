"""Signs of what is masked on a page: it carries them along, so that another value behind the same mask is noticed.

A sign tells nothing of its value: without the machine's secret nobody can try values against it.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app

SIGN = "#"
"""A field's sign stands beside the field under its name with this before it."""


def sign(*whose: str | int, value: str) -> str:
    """The sign of a value: another one for each owner, so that equal values of two owners look different."""
    secret = str(current_app.secret_key).encode()
    told = "\0".join(map(str, ("unseen", *whose, value))).encode()
    return hmac.new(secret, told, hashlib.sha256).hexdigest()[:24]
