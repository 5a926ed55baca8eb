"""Bureau settings: one typed registry; the administrator's page is drawn from it, code reads `bureau(key)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from crm.core import clock
from crm.core.db import db, read
from crm.core.models import Setting
from crm.core.words import Say, say


@dataclass(frozen=True)
class Known:
    """One setting: its default gives the type; `lowest`/`highest` bound numbers."""

    key: str
    label: Say
    default: Any
    hint: Say | None = None
    lowest: int | None = None
    highest: int | None = None


REGISTRY: dict[str, Known] = {}


def register(*known: Known) -> None:
    REGISTRY.update({k.key: k for k in known})


register(
    Known("bureau_name", say("Name of the bureau"), "经济发展局", say("Printed on papers and in mails")),
    Known("load_warn", say("Enterprises per commissioner: warn from"), 15, lowest=1, highest=500),
    Known("load_limit", say("Enterprises per commissioner: refuse above"), 25, lowest=1, highest=500),
    Known("go_live_on", say("First day of real use"), "", say("Set by the first applied roster import")),
    Known("silence_days", say("Silent after so many days without a visit"), 90, lowest=1, highest=3650),
    Known(
        "late_days", say("Follow-ups overdue for so many working days are told to the manager"), 5, lowest=1, highest=60
    ),
    Known(
        "mail_words",
        say("Mails quote the first words of a follow-up"),
        False,
        say("Never those of a request, with figures or phone numbers, or on listing and the like: these have a number"),
    ),
    Known(
        "visit_drafts",
        say("Keep what is typed of a visit on the device until it is saved"),
        True,
        say("For 7 days, for this person only, gone after signing out"),
    ),
    Known("backup_keep", say("Nightly copies to keep"), 14, lowest=1, highest=365),
)


def bureau(key: str, *, unit_id: int = 0, on: date | None = None) -> Any:
    """The value in force for a unit on a day (default today): the unit's own, else the bureau's, else the default."""
    found = read(_in_force(), {"key": key, "unit": unit_id, "day": on or clock.today()}).first()
    return found.value if found else REGISTRY[key].default


@cache
def _in_force() -> Select[*tuple[Any, ...]]:
    """Built once, for every page asks. Parameters: `key`, `unit`, `day`."""
    asked = Setting.unit_id.in_([0, bindparam("unit")]), Setting.since <= bindparam("day")
    newest = (Setting.unit_id.desc(), Setting.since.desc(), Setting.id.desc())
    return select(Setting.value).where(Setting.key == bindparam("key"), *asked).order_by(*newest).limit(1)


def set_bureau(
    key: str, value: Any, *, by_id: int | None, by_name: str, since: date | None = None, unit_id: int = 0
) -> None:
    """Set a value from a day on (default today), keeping what was in force before."""
    if key not in REGISTRY:
        raise KeyError(key)
    keep_setting(key, value, by_id=by_id, by_name=by_name, since=since or clock.today(), unit_id=unit_id)


def keep_setting(key: str, value: Any, *, by_id: int | None, by_name: str, since: date, unit_id: int = 0) -> None:
    """The row of a key that a room names and reads itself; one a day, another value of that day takes its place."""
    row = db.session.scalar(select(Setting).filter_by(key=key, unit_id=unit_id, since=since))
    if row is None:
        row = Setting(key=key, unit_id=unit_id, since=since)
        db.session.add(row)
    row.value, row.set_at, row.set_by_id, row.set_by_name = value, clock.now(), by_id, by_name
    db.session.flush()
