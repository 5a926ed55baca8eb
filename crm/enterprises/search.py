"""The search index of an enterprise, and the WHERE clause of a typed query."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, delete, false, insert, or_, select, true

from crm.core.db import db
from crm.enterprises import names, pinyin
from crm.enterprises.grams import SearchPath, Term, escaped, grams, plan, tail_keys
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, NearKey, SearchGram, SearchKey

KEY_LENGTH = 80


def index(enterprise: Enterprise) -> None:
    """Write the index rows of one enterprise anew, in the transaction that changed its names, codes or contacts."""
    index_many([enterprise])


def index_many(enterprises: Iterable[Enterprise]) -> None:
    """The same for many at once: three DELETEs and three INSERTs per call."""
    rows = list(enterprises)
    ids = [e.id for e in rows]
    others = _other_texts(ids)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        for table in (SearchGram, SearchKey, NearKey):
            db.session.execute(delete(table).where(table.enterprise_id.in_(part)))
    _insert(SearchGram, "gram", {e.id: _grams_of(e, others.get(e.id, [])) for e in rows})
    _insert(SearchKey, "key", {e.id: _keys_of(e, others.get(e.id, [])) for e in rows})
    _insert(NearKey, "key", {e.id: set(names.near_keys(e.name)) for e in rows})


def _insert(table: type, column: str, wanted: dict[int, set[str]]) -> None:
    rows = [{column: text, "enterprise_id": row_id} for row_id, texts in wanted.items() for text in sorted(texts)]
    if rows:
        db.session.execute(insert(table), rows)


def _other_texts(ids: list[int]) -> dict[int, list[tuple[str, str]]]:
    """(kind, text) per enterprise: former names and aliases, contact names and phones."""
    found: dict[int, list[tuple[str, str]]] = {}
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        known = select(EnterpriseName.enterprise_id, EnterpriseName.name).where(EnterpriseName.enterprise_id.in_(part))
        for row_id, name in db.session.execute(known):
            found.setdefault(row_id, []).append(("name", name))
        people = select(Contact.enterprise_id, Contact.name, Contact.phone)
        for row_id, name, phone in db.session.execute(people.where(Contact.enterprise_id.in_(part), Contact.removed_on.is_(None))):
            found.setdefault(row_id, []).extend([("contact", name), ("phone", phone)])
    return found


def _grams_of(enterprise: Enterprise, others: list[tuple[str, str]]) -> set[str]:
    texts = [enterprise.name, enterprise.short_name, *(text for kind, text in others if kind in ("name", "contact"))]
    return set().union(*(grams(text) for text in texts if text))


def _keys_of(enterprise: Enterprise, others: list[tuple[str, str]]) -> set[str]:
    aliases = [text for kind, text in others if kind == "name"] + ([enterprise.short_name] if enterprise.short_name else [])
    spelled = {key.text for key in pinyin.keys(enterprise.name, aliases)}
    numbers = [enterprise.credit_code or "", enterprise.stock_code, *(text for kind, text in others if kind == "phone")]
    return {key[:KEY_LENGTH] for key in spelled.union(*(tail_keys(number) for number in numbers)) if key}


def matching(query: str) -> ColumnElement[bool]:
    """Enterprises that match every term of what was typed; true for an empty query."""
    terms = plan(query).terms
    return and_(true(), *(_term_clause(term) for term in terms))


def _term_clause(term: Term) -> ColumnElement[bool]:
    match term.path:
        case SearchPath.BIGRAM:
            return and_(*(_has_gram(SearchGram.gram == gram) for gram in term.grams), _contains(term.text))
        case SearchPath.SINGLE:
            return _has_gram(_begins(SearchGram.gram, term.text))
    if not term.prefixes:
        return false()
    keys = select(SearchKey.enterprise_id).where(or_(*(_begins(SearchKey.key, prefix) for prefix in term.prefixes)))
    return Enterprise.id.in_(keys)


def _has_gram(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return Enterprise.id.in_(select(SearchGram.enterprise_id).where(clause))


def _begins(column: ColumnElement[str] | object, prefix: str) -> ColumnElement[bool]:
    """A prefix as a range, which the index serves on both databases."""
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))  # type: ignore[operator, no-any-return]


def _contains(text: str) -> ColumnElement[bool]:
    """The check behind the grams: the text itself stands in one of the names."""
    if len(text) <= 2:
        return true()
    pattern = f"%{escaped(text)}%"
    other = select(EnterpriseName.enterprise_id).where(EnterpriseName.name_key.like(pattern, escape="\\"))
    person = select(Contact.enterprise_id).where(Contact.name.like(pattern, escape="\\"), Contact.removed_on.is_(None))
    return or_(
        Enterprise.name_key.like(pattern, escape="\\"),
        Enterprise.short_name.like(pattern, escape="\\"),
        and_(Enterprise.id.in_(other)),
        and_(Enterprise.id.in_(person)),
    )
