"""Business acts on people, gathered from their files."""

from __future__ import annotations

from crm.accounts import passwords
from crm.accounts.invitations import LINK_LIVES, SLIP_LIVES, accept, change_password, invitation, invite
from crm.accounts.people import add_person, deactivate, edit_person, reactivate
from crm.accounts.posts import end_post, give_post
from crm.accounts.units import add_unit, close_unit, edit_unit, reopen_unit

__all__ = [
    "LINK_LIVES",
    "SLIP_LIVES",
    "accept",
    "add_person",
    "add_unit",
    "change_password",
    "close_unit",
    "deactivate",
    "edit_person",
    "edit_unit",
    "end_post",
    "give_post",
    "invitation",
    "invite",
    "passwords",
    "reactivate",
    "reopen_unit",
]
