"""A register of any size for measuring: every enterprise has its own contact, unit and follow-up, made in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert, select

from crm.accounts import Unit, UnitKind, User, services
from crm.accounts.queries import root
from crm.core import bulk, clock
from crm.core.among import among
from crm.core.db import db, writing
from crm.enterprises import names, pinyin
from crm.enterprises.models import Contact, Enterprise, Presence
from crm.enterprises.search_index import index_many
from crm.enterprises.serving_models import Assignment
from crm.followups.models import Followup
from crm.ops.builders import Make
from crm.timeline import CLI, record_many, row
from crm.visits.models import Visit

WORDS = (
    *("和达", "东升", "安诺", "博拓", "汇能", "纳晶", "德清", "立昂", "格林", "启明"),
    *("天元", "华兴", "瑞博", "新科", "宏泰", "远大", "中控", "永盛", "佳和", "正泰"),
)
TRADES = ["生物医药", "智能装备", "环保科技", "电子科技", "汽车零部件", "医疗器械", "新材料", "软件", "食品", "物流"]
FORMS = ["有限公司", "股份有限公司"]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
CHUNK = 2_000


def fill(enterprises: int, *, commissioners: int = 60, visits: int = 0) -> None:
    """Add so many enterprises below the root, each served by one of the commissioners, with so many visits each."""
    with writing():
        section = services.add_unit(
            name=f"测速科{clock.real_now():%H%M%S}", kind=UnitKind.SECTION, parent=root(), by=CLI
        )
        make = Make(password_hash="-")  # noqa: S106 - nobody signs in with it
        people = [make.user(commissioner(n), unit=section) for n in range(commissioners)]
    for start in range(0, enterprises, CHUNK):
        with writing():
            _add(range(start, min(start + CHUNK, enterprises)), section, people, visits)
            db.session.expunge_all()


def _add(numbers: range, section: Unit, people: list[User], visits: int) -> None:
    ids = _insert(Enterprise, [_enterprise(n, section.id) for n in numbers])
    today, known = clock.today(), list(zip(numbers, ids, strict=True))
    _insert(Contact, [_contact(n, row_id) for n, row_id in known])
    _insert(
        Presence, [{"enterprise_id": row_id, "from_on": today, "until_on": None, "reason": "added"} for row_id in ids]
    )
    _insert(Assignment, [_assignment(n, row_id, people, today) for n, row_id in known])
    record_many([row(row_id, "enterprise.added", by=CLI, name=str(n)) for n, row_id in known])
    bulk.insert_many(_table(Visit), (_visit(n, row_id, people, each) for n, row_id in known for each in range(visits)))
    bulk.insert_many(_table(Followup), [_followup(n, row_id, people, today) for n, row_id in known])
    index_many(db.session.scalars(select(Enterprise).where(among(Enterprise.id, ids))).all())


def told_enterprise() -> int:
    """The last enterprise, with its visits in the record too, as the timeline of its file tells them."""
    firm: int = db.session.scalars(select(Enterprise.id).order_by(Enterprise.id.desc()).limit(1)).one()
    held = db.session.scalars(select(Visit).where(Visit.enterprise_id == firm).order_by(Visit.visited_on)).all()
    with writing():
        record_many([
            row(
                firm, "visit.recorded", by=CLI, subject=("visit", each.id), on=each.visited_on.isoformat(),
                kind=each.kind, text=each.text,
            )
            for each in held
        ])  # fmt: skip
    return firm


def _table(model: Any) -> Table:
    return cast(Table, model.__table__)


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    return list(db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows))


def _enterprise(number: int, unit_id: int) -> dict[str, Any]:
    name = name_of(number)
    return {
        "name": name,
        "name_key": names.normal(name),
        "sort_key": pinyin.sort_key(name),
        "credit_code": Make.code(1_000_000 + number),
        "unit_id": unit_id,
        "tier": f"T{number % 4 + 1}",
        "industry": TRADES[number % len(TRADES)],
        "legal_representative": person(number),
        "registered_capital": (number % 97 + 1) * 1_000_000,
        "last_visit_on": clock.today() - timedelta(days=number % 200),
        "next_visit_due_on": clock.today() + timedelta(days=number % 90 - 30),
        "open_followups": 1,
    }


def name_of(number: int) -> str:
    """A company name of its own: two words of 20 and a number in characters, a trade, a legal form."""
    digits = "".join("零一二三四五六七八九"[int(d)] for d in str(number))
    first, rest = WORDS[number % len(WORDS)], number // len(WORDS)
    return f"杭州{first}{WORDS[rest % len(WORDS)]}{digits}{TRADES[number % len(TRADES)]}{FORMS[number % 2]}"


def commissioner(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + "".join("零一二三四五六七八九"[int(d)] for d in f"{number:02d}")


def person(number: int) -> str:
    return SURNAMES[number % len(SURNAMES)] + "".join(WORDS[(number // d) % len(WORDS)][0] for d in (7, 11))


def _contact(number: int, enterprise_id: int) -> dict[str, Any]:
    phone = f"138{number:08d}"
    return {"enterprise_id": enterprise_id, "name": person(number * 3), "phone": phone, "is_primary": True}


def _assignment(number: int, enterprise_id: int, people: list[User], today: date) -> dict[str, Any]:
    commissioner, since = people[number % len(people)].id, today - timedelta(days=400)
    return {"enterprise_id": enterprise_id, "commissioner_id": commissioner, "started_on": since, "end_reason": ""}


def _followup(number: int, enterprise_id: int, people: list[User], today: date) -> dict[str, Any]:
    """One promise each, due within two months; every twelfth is late."""
    return {
        "enterprise_id": enterprise_id,
        "owner_id": people[number % len(people)].id,
        "text": f"问{TRADES[number % len(TRADES)]}的用电增容",
        "due_on": today + timedelta(days=number % 60 - 5),
    }


def _visit(number: int, enterprise_id: int, people: list[User], each: int) -> dict[str, Any]:
    """`each` 0 is the last one, on the day the enterprise remembers; the others lie 25 days apart."""
    return {
        "enterprise_id": enterprise_id,
        "kind": "onsite",
        "counts": True,
        "visited_on": clock.today() - timedelta(days=number % 200 + 25 * each),
        "author_id": people[number % len(people)].id,
        "met": person(number * 3),
        "text": f"{TRADES[(number + each) % len(TRADES)]}订单平稳，设备更新在谈，用工缺口 {number % 40} 人",
        "client_key": f"bench-{number}-{each}",
    }


def rows_of_a_roster(enterprises: range) -> Iterator[list[Any]]:
    """Rows of an 11-column roster over these numbers, as `bench` imports it."""
    for number in enterprises:
        made = _enterprise(number, 0)
        yield [
            number + 1, made["name"], made["credit_code"], made["industry"], "测速园区", made["legal_representative"],
            person(number * 3), f"139{number:08d}", made["registered_capital"] // 10_000, "2010-10-24",
            commissioner(number % 60),
        ]  # fmt: skip
