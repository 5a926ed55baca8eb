"""What the register knows of many firms at once, in the form in which a file says it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased

from crm.accounts.models import Unit, User
from crm.core.db import db
from crm.core.journal import parts
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, ExtraField, ExtraValue
from crm.enterprises.serving_models import Assignment, Liaison, Responsibility, StandIn

FIRMS_AT_ONCE = 1000
KEPT = (
    "id", "credit_code", "name", "name_key", "sort_key", "short_name", "standing", "unit_id", "territory_id",
    "section_id", "tier", "address", "legal_representative", "industry", "founded_on", "founded_precision",
    "registered_capital", "capital_currency", "capital_is_approximate", "employees", "stock_code", "note", "version",
    "updated_at", "last_visit_on",
)  # fmt: skip


class ContactNow(NamedTuple):
    id: int
    name: str
    position: str
    phone: str
    email: str
    is_primary: bool


class Held(NamedTuple):
    """A dated row that is open now: assignment, liaison or responsibility, and whom or what it names."""

    id: int
    whom: int
    name: str
    since: date


@dataclass
class Firm:
    """One enterprise as it stands; `row` has the columns of KEPT, `absorbed` is what entries merged into it said."""

    row: dict[str, Any]
    territory: str = ""
    names: dict[str, str] = field(default_factory=dict)
    absorbed: set[tuple[str | None, str]] = field(default_factory=set)
    contacts: list[ContactNow] = field(default_factory=list)
    assignment: Held | None = None
    deputies: list[Held] = field(default_factory=list)
    liaison: Held | None = None
    section: Held | None = None
    extras: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return int(self.row["id"])

    def was_called(self, code: str | None, name_key: str) -> bool:
        """Whether a row with this code, or this name and no code, means an entry that was merged into this firm."""
        return any(code == theirs if code else name_key == key for theirs, key in self.absorbed)

    @property
    def primary(self) -> ContactNow | None:
        return next((contact for contact in self.contacts if contact.is_primary), None)


def load(ids: Sequence[int], today: date) -> dict[int, Firm]:
    """The firms with everything a roster may say about them: a fixed number of statements per thousand."""
    found: dict[int, Firm] = {}
    for some in parts(ids, FIRMS_AT_ONCE):
        found.update(_load(some, today))
    return found


def _load(ids: Sequence[int], today: date) -> dict[int, Firm]:
    territory = aliased(Unit)
    columns = [getattr(Enterprise, name) for name in KEPT]
    rows = db.session.execute(
        select(*columns, territory.name.label("territory"))
        .outerjoin(territory, territory.id == Enterprise.territory_id)
        .where(Enterprise.id.in_(ids))
    )
    firms = {row[0]: Firm(dict(zip(KEPT, row[:-1], strict=True)), territory=row[-1] or "") for row in rows}
    _add_names_and_contacts(firms, ids)
    merged = select(Enterprise.merged_into_id, Enterprise.credit_code, Enterprise.name_key)
    for firm_id, code, key in db.session.execute(merged.where(Enterprise.merged_into_id.in_(ids))):
        firms[firm_id].absorbed.add((code, key))
    for row in _held(Assignment, Assignment.commissioner_id, User, "started_on", "ended_on", ids):
        firms[row[0]].assignment = Held(*row[1:])
    for row in _held(Liaison, Liaison.leader_id, User, "from_on", "until_on", ids):
        firms[row[0]].liaison = Held(*row[1:])
    for row in _held(Responsibility, Responsibility.section_id, Unit, "from_on", "until_on", ids):
        firms[row[0]].section = Held(*row[1:])
    _add_deputies(firms, ids, today)
    _add_extras(firms, ids)
    return firms


def _held(model: Any, whom: Any, named: Any, since: str, until: str, ids: Sequence[int]) -> Iterator[Any]:
    query: Select[Any] = (
        select(model.enterprise_id, model.id, whom, named.name, getattr(model, since))
        .join(named, named.id == whom)
        .where(model.enterprise_id.in_(ids), getattr(model, until).is_(None))
    )
    yield from db.session.execute(query)


def _add_names_and_contacts(firms: dict[int, Firm], ids: Sequence[int]) -> None:
    other = select(EnterpriseName.enterprise_id, EnterpriseName.name_key, EnterpriseName.name)
    for firm_id, key, name in db.session.execute(
        other.where(EnterpriseName.enterprise_id.in_(ids)).order_by(EnterpriseName.id)
    ):
        firms[firm_id].names[key] = name
    columns: list[Any] = [getattr(Contact, name) for name in ("enterprise_id", *ContactNow._fields)]
    people = select(*columns).where(Contact.enterprise_id.in_(ids), Contact.removed_on.is_(None))
    for row in db.session.execute(people.order_by(Contact.is_primary.desc(), Contact.id)):
        firms[row[0]].contacts.append(ContactNow(*row[1:]))


def _add_deputies(firms: dict[int, Firm], ids: Sequence[int], today: date) -> None:
    """Those named for this enterprise alone, on behalf of its present commissioner."""
    query = (
        select(StandIn.enterprise_id, StandIn.id, StandIn.deputy_id, User.name, StandIn.from_on)
        .join(User, User.id == StandIn.deputy_id)
        .join(Assignment, Assignment.enterprise_id == StandIn.enterprise_id)
        .where(
            StandIn.enterprise_id.in_(ids),
            Assignment.ended_on.is_(None),
            Assignment.commissioner_id == StandIn.official_id,
            or_(StandIn.until_on.is_(None), StandIn.until_on > today),
        )
    )
    found: Iterable[Any] = db.session.execute(query.order_by(StandIn.id))
    for row in found:
        firms[row[0]].deputies.append(Held(*row[1:]))


def _add_extras(firms: dict[int, Firm], ids: Sequence[int]) -> None:
    query = (
        select(ExtraValue.enterprise_id, ExtraField.label, ExtraField.id, ExtraValue.value)
        .join(ExtraField, ExtraField.id == ExtraValue.field_id)
        .where(ExtraValue.enterprise_id.in_(ids))
    )
    for firm_id, label, field_id, value in db.session.execute(query):
        firms[firm_id].extras[label] = (field_id, value)
