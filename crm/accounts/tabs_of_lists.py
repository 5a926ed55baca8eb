"""The tabs above a list: built-in ones, then the person's own and the shared views."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask import request, url_for

from crm.accounts import saved_views
from crm.accounts.models import User
from crm.core.db import read
from crm.core.lists import Listing, View


def views(
    listing: Listing, me: User, built_in: Sequence[tuple[str, str]], saved: Iterable[Any] | None = None
) -> list[View]:
    """`built_in` are label and query; of several tabs with the filters of this page one is active. `saved` are the rows
    of `saved_views.of` when the page has read them together with something else."""
    path, here = listing.path, listing.query()
    found = [(View(label, f"{path}?{query}" if query else path), query) for label, query in built_in]
    rows: Iterable[Any] = read(saved_views.of(me, listing.name)) if saved is None else saved
    for view_id, name, kept, is_own, is_shared in rows:
        edit = url_for("desk.edit_view", view_id=view_id) if is_own else None
        named = f"{kept}&view={view_id}".lstrip("&") if kept in [query for _view, query in found] else kept
        found.append((View(name, f"{path}?{named}", shared=bool(is_shared), edit_url=edit), kept))
    return one_active([view for view, query in found if query == here], [view for view, _query in found])


def one_active(same: list[View], every: list[View]) -> list[View]:
    """Of several tabs with the filters of this page, the one the address names, else the first."""
    asked = request.args.get("view", "")
    named = [view for view in same if asked and view.url.endswith(f"view={asked}")]
    return [replace(view, active=view in (named or same)[:1]) for view in every]
