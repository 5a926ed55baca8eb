"""Activation slips (激活单): one person, one code, as words and as a QR picture."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import segno
from flask import current_app, url_for

from crm.accounts import invitations
from crm.accounts.access_models import Invitation
from crm.accounts.models import User
from crm.core.settings import Settings

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Slip:
    """What is printed; `picture` is a data: address of an SVG, `sign_in_names` what the person may sign in with."""

    person: User
    code: str
    link: str
    picture: str
    expires_at: datetime

    @property
    def sign_in_names(self) -> list[str]:
        return [name for name in (self.person.mobile, self.person.staff_no, self.person.email) if name]


def slip(invitation: Invitation) -> Slip | None:
    """The slip of an invitation; None when its code cannot be told any more."""
    code = invitations.code_of(invitation)
    if code is None:
        return None
    link = link_for(code)
    return Slip(invitation.user, code, link, picture(link), invitation.expires_at)


def link_for(code: str) -> str:
    return public_address("accounts.accept", code)


def typing_address() -> str:
    """Where a code is typed by hand."""
    return public_address("accounts.invitation")


def public_address(endpoint: str, code: str | None = None) -> str:
    """The address to open; only ever the configured one, never what a request says."""
    settings: Settings = current_app.extensions["commissioner"]
    with current_app.test_request_context():
        path = url_for(endpoint, code=code) if code else url_for(endpoint)
    return settings.public_url.rstrip("/") + path


def is_reachable() -> bool:
    """Can other machines open the configured address at all?"""
    settings: Settings = current_app.extensions["commissioner"]
    return urlsplit(settings.public_url).hostname not in LOCAL


def picture(link: str) -> str:
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(drawn, kind="svg", scale=3, border=2, xmldecl=False)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"
