"""The rows by which an enterprise is found: written with the change itself, and looked after by the doctor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.queries import insert_new
from crm.enterprises import names, pinyin
from crm.enterprises.grams import grams, phone_keys, tail_keys
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, NearKey, SearchGram, SearchKey, Standing

KEY_LENGTH = 80
AT_ONCE = 500
INDEXED: tuple[tuple[Any, str], ...] = ((SearchGram, "gram"), (SearchKey, "key"), (NearKey, "key"))
Texts = list[tuple[str, str]]


def index(enterprise: Enterprise) -> None:
    """Write the index rows of one enterprise anew, in the transaction that changed its names, codes or contacts."""
    index_many([enterprise])


def index_person(enterprise: Enterprise, contact: Contact) -> None:
    """What one more contact adds to the rows of its enterprise."""
    for (table, column), texts in zip(INDEXED, (grams(contact.name), phone_keys(contact.phone)), strict=False):
        insert_new(table, [{column: text, "enterprise_id": enterprise.id} for text in sorted(texts)])


def index_many(enterprises: Iterable[Enterprise]) -> None:
    """The same for many at once: three DELETEs and three INSERTs per call."""
    rows = list(enterprises)
    forget([e.id for e in rows])
    for (table, column), wanted in zip(INDEXED, _wanted(rows), strict=True):
        _insert(table, column, wanted)


def forget(ids: Sequence[int]) -> None:
    """These enterprises are not found any more."""
    for some in parts(ids, AT_ONCE):
        for table, _column in INDEXED:
            db.session.execute(delete(table).where(among(table.enterprise_id, some)))


def _wanted(rows: Sequence[Any]) -> tuple[dict[int, set[str]], ...]:
    """Per table of INDEXED what must stand there, by enterprise."""
    others = _other_texts([row.id for row in rows])
    known = [(row, others.get(row.id, [])) for row in rows]
    return (
        {row.id: grams_of(row, texts) for row, texts in known},
        {row.id: keys_of(row, texts) for row, texts in known},
        {row.id: set(names.near_keys(row.name)) for row, _texts in known},
    )


def _insert(table: Any, column: str, wanted: dict[int, set[str]]) -> None:
    rows = [{column: text, "enterprise_id": row_id} for row_id, texts in wanted.items() for text in sorted(texts)]
    if rows:
        db.session.execute(insert(table), rows)


def _other_texts(ids: Sequence[int]) -> dict[int, Texts]:
    """(kind, text) per enterprise: other names, contacts, their phones, codes of entries merged into it."""
    found: dict[int, Texts] = {}
    for part in parts(ids, AT_ONCE):
        known = select(EnterpriseName.enterprise_id, EnterpriseName.name).where(EnterpriseName.enterprise_id.in_(part))
        for row_id, name in db.session.execute(known):
            found.setdefault(row_id, []).append(("name", name))
        people = select(Contact.enterprise_id, Contact.name, Contact.phone).where(Contact.removed_on.is_(None))
        for row_id, name, phone in db.session.execute(people.where(Contact.enterprise_id.in_(part))):
            found.setdefault(row_id, []).extend([("contact", name), ("phone", phone)])
        merged = select(Enterprise.merged_into_id, Enterprise.credit_code).where(Enterprise.credit_code.is_not(None))
        for heir_id, code in db.session.execute(merged.where(Enterprise.merged_into_id.in_(part))):
            found.setdefault(heir_id or 0, []).append(("code", code or ""))
    return found


def grams_of(enterprise: Any, others: Texts) -> set[str]:
    texts = [enterprise.name, enterprise.short_name, *(text for kind, text in others if kind in ("name", "contact"))]
    return set().union(*(grams(text) for text in texts if text))


def keys_of(enterprise: Any, others: Texts) -> set[str]:
    aliases = [enterprise.short_name, *(text for kind, text in others if kind == "name")]
    spelled = {found.text for found in pinyin.keys(enterprise.name, filter(None, aliases))}
    own = (enterprise.credit_code or "", enterprise.stock_code)
    codes = (tail_keys(code) for code in (*own, *(text for kind, text in others if kind == "code")))
    phones = (phone_keys(text) for kind, text in others if kind == "phone")
    return {text[:KEY_LENGTH] for text in spelled.union(*codes, *phones) if text}


def wrong(ids: Sequence[int]) -> list[int]:
    """Which of these enterprises are not found by what they are called now; merged ones are not found at all."""
    return [row_id for some in parts(ids, AT_ONCE) for row_id in _wrong_among(some)]


def _wrong_among(ids: Sequence[int]) -> list[int]:
    e = Enterprise
    columns = (e.id, e.name, e.short_name, e.credit_code, e.stock_code)
    rows = db.session.execute(select(*columns).where(e.id.in_(ids), e.standing != Standing.MERGED)).all()
    bad: set[int] = set()
    for (table, column), wanted in zip(INDEXED, _wanted(rows), strict=True):
        found: defaultdict[int, set[str]] = defaultdict(set)
        there = select(getattr(table, column), table.enterprise_id).where(table.enterprise_id.in_(ids))
        for text, row_id in db.session.execute(there):
            found[row_id].add(text)
        bad |= {row_id for row_id in ids if found[row_id] != wanted.get(row_id, set())}
    return sorted(bad)


def mend(ids: Sequence[int]) -> None:
    """Make the rows of these enterprises anew."""
    for some in parts(ids, AT_ONCE):
        there = among(Enterprise.id, some), Enterprise.standing != Standing.MERGED
        forget(some)
        index_many(db.session.scalars(select(Enterprise).where(*there)).all())
