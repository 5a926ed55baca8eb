"""Rows with sane defaults, for the demo, the bench and the tests: they all share one cast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from crm.accounts import Unit, UnitKind, User, passwords, services
from crm.accounts.queries import root
from crm.core import clock
from crm.core.db import db
from crm.enterprises import assignment, credit_code
from crm.enterprises import services as register
from crm.enterprises.models import Enterprise
from crm.permissions import Domain, Role
from crm.timeline import CLI

PASSWORD = "xia-sha-2026"


@dataclass(frozen=True)
class Cast:
    """The people of every story: two colleagues of one section, their superiors, a stranger from another bureau."""

    lin: User
    zhou: User
    manager: User
    clerk: User
    leader: User
    handler: User
    admin: User
    auditor: User
    stranger: User
    bureau: Unit
    section: Unit
    elsewhere: Unit
    park: Unit


class Make:
    """Builds rows inside the caller's `writing()`; every row differs from the last."""

    def __init__(self, password_hash: str | None = None) -> None:
        self.numbers = count(1)
        self.password_hash = password_hash

    def unit(self, name: str = "", *, parent: Unit | None = None, kind: UnitKind = UnitKind.SECTION) -> Unit:
        return services.add_unit(name=name or f"第{next(self.numbers)}科", kind=kind, parent=parent or root(), by=CLI)

    def user(
        self,
        name: str = "",
        *,
        unit: Unit | None = None,
        role: Role | None = None,
        over: Unit | None = None,
        domain: Domain | None = None,
        mobile: str | None = None,
        email: str | None = None,
    ) -> User:
        number = next(self.numbers)
        person = services.add_person(
            name=name or f"职员{number}", unit=unit or root(), by=CLI, mobile=mobile or f"139{number:08d}", email=email
        )
        person.password_hash = self.password_hash or passwords.hashed(PASSWORD)
        if role is not None:
            services.give_post(person, role=role, unit=over or person.unit or root(), by=CLI, domain=domain)
        db.session.flush()
        return person

    def enterprise(
        self,
        name: str = "",
        *,
        unit: Unit | None = None,
        commissioner: User | None = None,
        since: date | None = None,
        contact: str = "",
        phone: str = "",
        code: str | None = "",
        **fields: Any,
    ) -> Enterprise:
        number = next(self.numbers)
        made = register.add_enterprise(
            name=name or f"杭州示例{number}科技有限公司",
            unit=unit or root(),
            by=CLI,
            credit_code=self.code(number) if code == "" else code,
            **fields,
        )
        if contact or phone:
            register.add_contact(made, name=contact or "王经理", phone=phone, by=CLI)
        if commissioner is not None:
            assignment.assign(made, commissioner, by=CLI, on=since or clock.today())
        return made

    @staticmethod
    def code(number: int) -> str:
        """A valid credit code of its own: division 330114, body from the number."""
        alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
        body, rest = "", number
        for _ in range(9):
            rest, digit = divmod(rest, 31)
            body = alphabet[digit] + body
        return (start := f"91330114{body}") + credit_code.check_character(start)


def make_cast(make: Make) -> Cast:
    """The cast in its units; call inside `writing()` on a database with a root unit."""
    bureau = make.unit("经济发展局", kind=UnitKind.BUREAU)
    section = make.unit("企业服务科", parent=bureau)
    elsewhere = make.unit("市场监管分局", kind=UnitKind.BUREAU)
    park = make.unit("东部医药港小镇", kind=UnitKind.TERRITORY)
    return Cast(
        bureau=bureau,
        section=section,
        elsewhere=elsewhere,
        park=park,
        lin=make.user("林晓", unit=section, mobile="13800000001", email="lin@example.cn"),
        zhou=make.user("周敏", unit=section, mobile="13800000002", email="zhou@example.cn"),
        manager=make.user("李军", unit=bureau, role=Role.MANAGER, mobile="13800000003"),
        clerk=make.user("陈芳", unit=bureau, role=Role.CLERK, mobile="13800000004"),
        leader=make.user("徐建国", unit=bureau, role=Role.LEADER, mobile="13800000005"),
        handler=make.user("何平", unit=elsewhere, role=Role.HANDLER, mobile="13800000006"),
        admin=make.user("高峰", unit=root(), role=Role.ADMINISTRATOR, mobile="13800000007"),
        auditor=make.user("沈正", unit=root(), role=Role.AUDITOR, mobile="13800000008"),
        stranger=make.user("外来", unit=elsewhere, mobile="13800000009"),
    )
