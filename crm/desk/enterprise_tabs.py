"""The tabs of the enterprise file and what each of them needs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from crm.core import clock
from crm.core.db import db
from crm.core.typed import id_from
from crm.core.words import _
from crm.cultivation import list_queries, partners, rising, showing
from crm.cultivation.rules.drawing import draw
from crm.cultivation.rules.ladder import ladder
from crm.desk import stream
from crm.enterprises import contacts, extras, facts, other_names, presence, serving_queries
from crm.handover import queries as handover
from crm.permissions import Permission
from crm.tiers import queries as tiers
from crm.tiers.annual import showing as annual
from crm.tiers.annual.rules import ended

if TYPE_CHECKING:
    from crm.desk.enterprise_file import File


def of(file: File) -> dict[str, tuple[str, int | None]]:
    """Tab → (label, number beside it or None), in order."""
    found: dict[str, tuple[str, int | None]] = {
        "timeline": (_("Timeline"), None),
        "basics": (_("Basics"), None),
        "contacts": (_("Contacts"), len(file.contacts)),
        "serving": (_("Who serves"), None),
        "tiers": (_("Tier and titles"), None),
    }
    found["tracks"] = (_("Cultivation"), None)
    if file.may(Permission.FIGURES_VIEW):
        found["figures"] = (_("Annual figures"), None)
    if file.may(Permission.HISTORY_VIEW):
        found["audit"] = (_("Record"), None)
    return found


def contents(tab: str, file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    return {
        "timeline": _timeline,
        "basics": _basics,
        "contacts": _contacts,
        "serving": _serving,
        "tiers": _tiers,
        "tracks": _tracks,
        "figures": _figures,
        "audit": _audit,
    }[tab](file, args)


def _timeline(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    chip = args.get("show", "")
    entries, older = stream.entries(file.enterprise.id, chip=chip, before=id_from(args.get("before")))
    chips = [
        ("", _("Everything"), not chip),
        *((key, str(label), key == chip) for key, (label, _p) in stream.CHIPS.items()),
    ]
    return {"entries": entries, "older": older, "chips": chips, "chip": chip}


def _basics(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    return {
        "founded": facts.FACTS["founded"].read(file.enterprise),
        "extras": extras.shown(file.enterprise.id, is_direct=file.is_direct),
        "names": other_names.names_of(file.enterprise.id),
        "periods": presence.periods(file.enterprise.id),
    }


def _contacts(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    return {"removed": contacts.of(file.enterprise.id, removed=True)}


def _serving(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    day = _day(args.get("on"))
    orders = db.session.scalars(handover.orders_of(file.enterprise.id)).all()
    return {
        "history": handover.history(file.enterprise.id),
        "orders": orders,
        "ordered_by_then": [order for order in orders if day and order.on <= day],
        **serving_queries.attached_history(file.enterprise.id),
        "asked": args.get("on", ""),
        "on_day": serving_queries.on_day(file.enterprise.id, day) if day else None,
    }


def _tiers(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    firm = file.enterprise.id
    return {
        "periods": db.session.scalars(tiers.tier_history(firm)).all(),
        "titles_held": db.session.scalars(tiers.titles_of(firm)).all(),
        "as_of": clock.today(),
    }


def _tracks(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    sees_all = file.may(Permission.TRACK_RESTRICTED)
    shown = showing.of(file.enterprise.id, restricted=sees_all)
    stays = rising.stays(file.enterprise.id, restricted=sees_all)
    return {
        "stays": stays,
        "drawing": draw(ladder(), stays, clock.today()),
        "tracks": shown,
        "waiting": showing.waiting(file.enterprise.id, shown, restricted=sees_all),
        "beginnings": showing.beginnings(shown, restricted=sees_all),
        "partners": partners.of_tracks([each.track.id for each in shown]),
        "on_lists": list_queries.of_firm(file.enterprise.id, restricted=sees_all),
    }


def _figures(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    return {"figures": annual.of(file.enterprise.id), "periods": ended(clock.today())}


def _audit(file: File, args: MultiDict[str, str]) -> dict[str, Any]:
    sees_all = file.may(Permission.TRACK_RESTRICTED) and file.may(Permission.FIGURES_VIEW)
    entries, older = stream.audit(file.enterprise.id, before=id_from(args.get("before")), restricted=sees_all)
    return {"entries": entries, "told": stream.told(entries), "older": older}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
