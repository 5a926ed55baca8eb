"""The columns of the enterprise list: heading, cell, order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Select
from sqlalchemy.orm import aliased

from crm.accounts.models import Unit, User
from crm.core import clock
from crm.core.lists import Badge, Column, Person
from crm.core.shown import day, numbers, yuan_in_wan
from crm.core.words import say
from crm.cultivation.plan_models import EnterpriseRung
from crm.enterprises import phones
from crm.enterprises.extras import Extra
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment
from crm.tiers import words
from crm.workdays.queries import is_estimated
from crm.workdays.words import WHY_ESTIMATED, late_by

STANDING = {
    Standing.ACTIVE: say("In the zone"),
    Standing.MOVED_OUT: say("Moved out"),
    Standing.DEREGISTERED: say("Deregistered"),
    Standing.MERGED: say("Merged into another"),
}


@lru_cache(maxsize=8)
def columns(extras: tuple[Extra, ...]) -> tuple[Column, ...]:
    return (
        *_identity(),
        *_service(),
        _rung(),
        *_contact(),
        *_facts(),
        *_dates(),
        *(_of_extra(extra) for extra in extras),
    )


def _identity() -> list[Column]:
    return [
        Column("name", say("Enterprise"), "link", order=(Enterprise.sort_key,), width="wide"),
        Column("short_name", say("Short name"), optional=True),
        Column("code", say("Credit code"), "code", value=_code, order=(Enterprise.credit_code,), nulls="first"),
        Column("standing", say("Standing"), "badge", value=_standing, optional=True),
    ]


SERVED, SERVER = aliased(Assignment), aliased(User)
UNITS = {"unit": aliased(Unit), "territory": aliased(Unit), "section": aliased(Unit)}


def joined(ids: Select[int], sort: str) -> Select[int]:
    """The ids with the tables that an order by this column looks at."""
    key = sort.lstrip("-")
    if key == "commissioner":
        is_open = (SERVED.enterprise_id == Enterprise.id) & SERVED.ended_on.is_(None)
        return ids.outerjoin(SERVED, is_open).outerjoin(SERVER, SERVER.id == SERVED.commissioner_id)
    if key == "rung":
        return ids.outerjoin(EnterpriseRung, EnterpriseRung.enterprise_id == Enterprise.id)
    if key in UNITS:
        return ids.outerjoin(UNITS[key], UNITS[key].id == getattr(Enterprise, f"{key}_id"))
    return ids


def _service() -> list[Column]:
    unit, territory, section = (UNITS[key].path for key in ("unit", "territory", "section"))
    return [
        Column("commissioner", say("Commissioner"), "person", value=_commissioner, order=(SERVER.name_pinyin,),
               nulls="first", same=lambda r: (r.commissioner, r.commissioner_unit)),
        Column("unit", say("Responsible unit"), order=(unit,), optional=True),
        Column("territory", say("Territory"), order=(territory,), nulls="last", editable=True,
               same=lambda r: r.territory),
        Column("section", say("Responsible section"), order=(section,), nulls="last", optional=True),
        Column("leader", say("Liaison leader"), optional=True),
        Column("tier", say("Tier"), "badge", value=_tier, order=(Enterprise.tier,), nulls="last", editable=True,
               same=lambda r: r.tier),
        Column("titles", say("Titles"), "badge", value=_titles, optional=True, same=lambda r: r.titles),
    ]  # fmt: skip


def _rung() -> Column:
    """Whoever sorts by it does so as far as he may know it: see `enterprises`."""
    return Column("rung", say("Rung"), "badge", value=_rung_cell, order=(EnterpriseRung.public_rung,), optional=True)


def _contact() -> list[Column]:
    return [
        Column("contact", say("Contact"), value=_contact_cell, editable=True, width="narrow"),
        Column("phone", say("Phone"), "phone", value=phone_of, editable=True, optional=True),
    ]


def _facts() -> list[Column]:
    capital = Column("capital", say("Registered capital"), "money", unit=say("10,000 yuan"), value=_capital,
                     order=(Enterprise.registered_capital,), nulls="last", optional=True)  # fmt: skip
    founded = Column(
        "founded", say("Founded"), value=_founded, order=(Enterprise.founded_on,), nulls="last", optional=True
    )
    return [
        Column("industry", say("Industry"), order=(Enterprise.industry,), optional=True),
        Column("legal_representative", say("Legal representative"), optional=True),
        founded,
        capital,
        Column("address", say("Address"), optional=True, width="wide"),
    ]


def _dates() -> list[Column]:
    return [
        Column("last_visit", say("Last visit"), "day", value=lambda r: r.last_visit_on, phone=True,
               order=(Enterprise.last_visit_on,), nulls="first", same=lambda r: r.last_visit_on),
        Column("last_contact", say("Last contact"), "day", value=lambda r: r.last_contact_on, optional=True,
               order=(Enterprise.last_contact_on,), nulls="first"),
        Column("next_due", say("Next visit due"), "day", value=_next_due, phone=True,
               order=(Enterprise.next_visit_due_on,), nulls="last",
               same=lambda r: (r.next_visit_due_on, r.tier, r.last_visit_on)),
        Column("followups", say("Open follow-ups"), "number", value=lambda r: r.open_followups or None,
               order=(Enterprise.open_followups,)),
        Column("added", say("Added on"), "instant", value=lambda r: r.created_at, order=(Enterprise.created_at,),
               optional=True),
    ]  # fmt: skip


def _of_extra(extra: Extra) -> Column:
    choices = [("", ""), *((c, c) for c in extra.choices)]
    return Column(
        extra.key, extra.label, "phone" if extra.is_phone else "text", value=lambda row: _own(extra, row),
        optional=True, editable=True, align="end" if extra.kind == "number" else "",
        choices=choices if extra.kind == "choice" else (),
    )  # fmt: skip


def _own(extra: Extra, row: Any) -> str | None:
    value = row.extras.get(extra.id)
    return extra.shown(value, is_direct=row.is_direct) if value else None


def _standing(row: Any) -> Badge:
    return Badge("neutral" if row.standing == Standing.ACTIVE else "done", STANDING[row.standing])


def _commissioner(row: Any) -> Person | None:
    return Person(row.commissioner, row.commissioner_unit) if row.commissioner else None


def _tier(row: Any) -> Badge | None:
    return Badge("neutral", words.tier_word(row.tier)) if row.tier else None


def _rung_cell(row: Any) -> Badge | None:
    return Badge("accent", str(row.rung)) if row.rung else None


def _titles(row: Any) -> list[Badge]:
    return [Badge("neutral", words.title_word(code)) for code in sorted(filter(None, (row.titles or "").split("\n")))]


def _contact_cell(row: Any) -> Any:
    """Name, and the phone below it: to call for those who serve the firm."""
    if not row.contact:
        return None
    phone = phone_of(row)
    if not phone:
        return row.contact
    name = escape(row.contact)
    if not row.is_direct:
        return Markup(f'{name}<span class="sub code">{escape(phone)}</span>')  # noqa: S704 - both are escaped
    dial = escape(phone.replace("-", ""))
    return Markup(f'{name}<a class="sub code" href="tel:{dial}">{escape(phone)}</a>')  # noqa: S704


def phone_of(row: Any) -> str | None:
    """In full for those who serve the firm, masked for everybody else."""
    if not row.phone:
        return None
    first = numbers(row.phone)[0]
    return first if row.is_direct else phones.masked(first)


def _founded(row: Any) -> str | None:
    return day(row.founded_on, row.founded_precision) if row.founded_on else None


def _capital(row: Any) -> Decimal | None:
    return None if row.registered_capital is None else yuan_in_wan(row.registered_capital)


def _code(row: Any) -> str | Badge:
    return row.credit_code or Badge("soon", say("Code missing"), say("Matched by its name until it has a code"))


def _next_due(row: Any) -> Badge | date | None:
    """Overdue, today, within three days, or just the day; a day of a year without its notice says so."""
    due: date | None = row.next_visit_due_on
    if due is None:
        return None
    left = (due - clock.today()).days
    if left > 0 and is_estimated(due):
        return Badge("estimated", say("%(day)s est.", day=day(due)), WHY_ESTIMATED)
    if left > 3:
        return due
    why = words.due_words(row.tier, row.last_visit_on, due)
    if left < 0:
        return Badge("overdue", late_by(-left), f"{day(due)} · {why}")
    return Badge("soon", day(due), why) if left else Badge("today", say("Today"), why)
