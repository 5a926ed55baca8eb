"""The search index of an enterprise, and the WHERE clause of a typed query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, false, func, insert, or_, select, true
from sqlalchemy.orm import aliased

from crm.core.db import db, read
from crm.enterprises import names, pinyin
from crm.enterprises.grams import SearchPath, Term, escaped, grams, plan, tail_keys
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, NearKey, SearchGram, SearchKey

KEY_LENGTH = 80
grams_of, key = aliased(SearchGram), aliased(SearchKey)
gram = grams_of.gram


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
        people = select(Contact.enterprise_id, Contact.name, Contact.phone).where(Contact.removed_on.is_(None))
        for row_id, name, phone in db.session.execute(people.where(Contact.enterprise_id.in_(part))):
            found.setdefault(row_id, []).extend([("contact", name), ("phone", phone)])
    return found


def _grams_of(enterprise: Enterprise, others: list[tuple[str, str]]) -> set[str]:
    texts = [enterprise.name, enterprise.short_name, *(text for kind, text in others if kind in ("name", "contact"))]
    return set().union(*(grams(text) for text in texts if text))


def _keys_of(enterprise: Enterprise, others: list[tuple[str, str]]) -> set[str]:
    aliases = [enterprise.short_name, *(text for kind, text in others if kind == "name")]
    spelled = {found.text for found in pinyin.keys(enterprise.name, filter(None, aliases))}
    numbers = [enterprise.credit_code or "", enterprise.stock_code, *(text for kind, text in others if kind == "phone")]
    return {text[:KEY_LENGTH] for text in spelled.union(*(tail_keys(number) for number in numbers)) if text}


def matching(query: str) -> ColumnElement[bool]:
    """Enterprises that match every term typed; true for an empty query. Asks row by row: see `first_ids`."""
    return and_(true(), *(_term_clause(term) for term in plan(query).terms))


def matching_itself(query: str) -> ColumnElement[bool]:
    """`matching` by what the firm itself is called: for searches beyond one's own firms, which must not tell whose
    contact or number was typed."""
    return and_(matching(query), *(_is_its_own(term) for term in plan(query).terms))


def _is_its_own(term: Term) -> ColumnElement[bool]:
    pattern = f"%{escaped(term.text)}%"
    if term.path == SearchPath.PINYIN:
        return true()  # contacts are not spelled
    if term.path == SearchPath.TAIL:
        codes = (func.lower(Enterprise.credit_code), func.lower(Enterprise.stock_code))
        return or_(*(code.like(pattern, escape="\\") for code in codes))
    return or_(*_in_names(pattern))


def first_ids(query: str, clauses: Iterable[ColumnElement[bool]], limit: int) -> list[int]:
    """Ids of at most `limit` matching enterprises, in no order, found from the index and not from the register.

    A rare word costs its few hits here; a common one fills the limit at once, and the caller then walks the
    register in its own order with `matching`, where hits lie close together. So neither reads all firms.
    """
    terms = plan(query).terms
    found = select(Enterprise.id).where(*clauses)
    if terms:
        found = _driven_by(found, terms[0]).where(*(_term_clause(term) for term in terms[1:]))
    return list(read(found.limit(limit)).scalars().all())


def _driven_by(found: Select[int], term: Term) -> Select[int]:
    """The same firms, reached through the index rows of this term."""
    if term.path == SearchPath.BIGRAM:
        rows = found.join(SearchGram, SearchGram.enterprise_id == Enterprise.id).where(SearchGram.gram == term.grams[0])
        return rows.where(*(_has_gram(gram == other) for other in term.grams[1:]), _contains(term.text))
    if term.path == SearchPath.SINGLE:
        rows = found.join(SearchGram, SearchGram.enterprise_id == Enterprise.id)
        return rows.where(_begins(SearchGram.gram, term.text)).distinct()
    rows = found.join(SearchKey, SearchKey.enterprise_id == Enterprise.id)
    return rows.where(or_(false(), *(_begins(SearchKey.key, prefix) for prefix in term.prefixes))).distinct()


def _term_clause(term: Term) -> ColumnElement[bool]:
    if term.path == SearchPath.BIGRAM:
        return and_(*(_has_gram(gram == pair) for pair in term.grams), _contains(term.text))
    if term.path == SearchPath.SINGLE:
        return _has_gram(_begins(gram, term.text))
    keys = select(key.enterprise_id).where(key.enterprise_id == Enterprise.id)
    return or_(false(), *(keys.where(_begins(key.key, prefix)).exists() for prefix in term.prefixes))


def _has_gram(clause: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(grams_of.enterprise_id).where(grams_of.enterprise_id == Enterprise.id, clause).exists()


def _begins(column: Any, prefix: str) -> ColumnElement[bool]:
    """A prefix as a range, which the index serves on both databases."""
    return and_(column >= prefix, column < prefix[:-1] + chr(ord(prefix[-1]) + 1))


def _contains(text: str) -> ColumnElement[bool]:
    """The check behind the grams: the text itself stands in one of the names."""
    if len(text) <= 2:
        return true()
    pattern = f"%{escaped(text)}%"
    person = select(Contact.id).where(Contact.enterprise_id == Enterprise.id, Contact.removed_on.is_(None))
    return or_(*_in_names(pattern), person.where(func.lower(Contact.name).like(pattern, escape="\\")).exists())


def _in_names(pattern: str) -> list[ColumnElement[bool]]:
    other = select(EnterpriseName.id).where(EnterpriseName.enterprise_id == Enterprise.id)
    return [
        Enterprise.name_key.like(pattern, escape="\\"),
        func.lower(Enterprise.short_name).like(pattern, escape="\\"),
        other.where(EnterpriseName.name_key.like(pattern, escape="\\")).exists(),
    ]
