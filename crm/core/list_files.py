"""The links under which a list can be had as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import url_for

from crm.core.words import Say

if TYPE_CHECKING:
    from crm.core.lists import Listing

KINDS = (("Excel", "xlsx"), ("CSV", "csv"))


def files(listing: Listing, endpoint: str) -> list[tuple[Say | str, str]]:
    """Excel and CSV of everything that the list's filters leave, in its order; `endpoint` writes them."""
    asked = listing.url(size=None).partition("?")[2]
    return [(label, url_for(endpoint, format=kind) + (f"&{asked}" if asked else "")) for label, kind in KINDS]
