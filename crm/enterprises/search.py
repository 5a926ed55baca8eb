"""The WHERE clause of a typed query, as far as its reader may be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from crm.accounts.models import User
from crm.core.among import among
from crm.core.db import db, read
from crm.core.queries import leading
from crm.core.words import Say
from crm.enterprises import guessing, phones
from crm.enterprises.grams import PHONE, SHORTEST_NUMBER, SearchPath, Term, escaped, plan
from crm.enterprises.models import Contact, Enterprise, EnterpriseName, SearchGram, SearchKey
from crm.enterprises.queries import seen_directly, serves_only, within
from crm.permissions import Permission

FEW = 300
"""More firms than this with a pair of characters are simply many."""

grams_of, key = aliased(SearchGram), aliased(SearchKey)
gram = grams_of.gram


def matching(query: str, reader: User) -> ColumnElement[bool]:
    """Enterprises that match every term typed, as far as this reader may be told; all for an empty query, none for one
    of signs only. To be used with what he may see. Asks row by row: see `first_ids`."""
    terms, direct = _terms(query, reader), _direct(reader)
    if query.strip() and not terms:
        return false()
    for term in terms:
        if _is_masked_number(term, reader) and not guessing.is_judged(term.whole_phone):
            guessing.judged([term.whole_phone], reader, is_missed=not _is_there(term, reader))
    return and_(true(), *(_term_clause(term, direct) for term in terms))


def _terms(query: str, reader: User) -> list[Term]:
    """What was typed, but for whole numbers that he may not try any more: see `guessing`."""
    return [
        replace(term, whole_phone="") if _is_masked_number(term, reader) and guessing.is_held(reader) else term
        for term in plan(query).terms
    ]


def _is_masked_number(term: Term, reader: User) -> bool:
    """Seven digits that are no landline are no whole number: nobody tries those."""
    number = term.whole_phone.removeprefix(PHONE)
    is_whole = len(number) > SHORTEST_NUMBER or phones.normal(number) is not None
    return bool(number) and is_whole and not serves_only(reader)


def _is_there(term: Term, reader: User) -> bool:
    """Does some firm have this number or code, or one of his own a part of it?"""
    own = and_(among(SearchKey.enterprise_id, seen_directly(reader)), or_(*_phone_clauses(SearchKey.key, term)))
    known = select(SearchKey.key).where(or_(*_open_clauses(SearchKey.key, term), own))
    return db.session.scalar(known.limit(1)) is not None


def held(query: str, reader: User) -> Say | None:
    """Why a whole number was looked for only where he sees it in full, if it was."""
    is_number = any(_is_masked_number(term, reader) for term in plan(query).terms)
    return guessing.HELD if is_number and guessing.is_held(reader) else None


def _direct(reader: User) -> ColumnElement[bool]:
    """Where he sees contacts directly: of firms that he sees for no other reason, all."""
    direct = within(reader, Permission.CONTACT_DIRECT)
    return true() if direct is within(reader, Permission.ENTERPRISE_VIEW) else direct


def matching_itself(query: str) -> ColumnElement[bool]:
    """Enterprises that match by what the firm itself is called: for searches beyond one's own firms, which must not
    tell whose contact or number was typed."""
    terms = plan(query).terms
    none = false() if query.strip() and not terms else true()
    return and_(none, *(and_(_term_clause(term), _is_its_own(term)) for term in terms))


def _is_its_own(term: Term) -> ColumnElement[bool]:
    """Contacts stand among the grams only."""
    return or_(*_in_names(f"%{escaped(term.text)}%")) if term.path in (SearchPath.BIGRAM, SearchPath.SINGLE) else true()


def first_ids(query: str, reader: User, clauses: Iterable[ColumnElement[bool]], limit: int) -> list[int]:
    """Ids of at most `limit` matching enterprises, in no order, found from the index and not from the register.

    A rare word costs its few hits here; a common one fills the limit at once, and the caller then walks the
    register in its own order with `matching`, where hits lie close together. So neither reads all firms. The few
    firms somebody serves are asked one by one: when he sees no others, and for parts of phones.
    """
    rows = select(Enterprise.id).where(*clauses)
    terms = sorted(_terms(query, reader), key=lambda term: term.path != SearchPath.TAIL)  # a number is the rarest word
    if not terms or serves_only(reader):
        few = [among(Enterprise.id, seen_directly(reader))] if terms else []
        return list(db.session.scalars(rows.where(*few, matching(query, reader)).limit(limit)))
    rest = [_term_clause(term, _direct(reader)) for term in terms[1:]]
    driven = _driven_by(rows, _rarest_first(terms[0])).where(*rest)
    found = list(read(driven.limit(limit)).scalars().all())
    if terms[0].phone_prefixes and len(found) < limit and (seen := seen_directly(reader)):
        keys = select(key.enterprise_id).where(key.enterprise_id == Enterprise.id)
        called = keys.where(or_(*_phone_clauses(key.key, terms[0]))).exists()
        found += db.session.scalars(rows.where(among(Enterprise.id, seen), called, *rest).limit(limit))
    numbers = [term.whole_phone for term in terms if _is_masked_number(term, reader)]
    guessing.judged(numbers, reader, is_missed=not found)
    return list(dict.fromkeys(found))[:limit]


def _rarest_first(term: Term) -> Term:
    """Its pairs by how many firms have them, counted no further than FEW: the first one drives the search."""
    if len(term.grams) < 2:
        return term
    some = [select(literal(1)).where(SearchGram.gram == pair).limit(FEW).subquery() for pair in term.grams]
    counts = read(select(*(select(func.count()).select_from(each).scalar_subquery() for each in some))).one()
    return replace(term, grams=tuple(pair for _n, pair in sorted(zip(counts, term.grams, strict=True))))


def _driven_by(found: Select[int], term: Term) -> Select[int]:
    """The same firms, reached through the index rows of this term that are there for everybody."""
    if term.path == SearchPath.BIGRAM:
        rows = found.join(SearchGram, SearchGram.enterprise_id == Enterprise.id).where(SearchGram.gram == term.grams[0])
        return rows.where(*(_has_gram(gram == other) for other in term.grams[1:]), _contains(term.text))
    if term.path == SearchPath.SINGLE:
        rows = found.join(SearchGram, SearchGram.enterprise_id == Enterprise.id)
        return rows.where(_begins(SearchGram.gram, term.text)).distinct()
    rows = found.join(SearchKey, leading(SearchKey.enterprise_id) == Enterprise.id)
    return rows.where(or_(false(), *_open_clauses(SearchKey.key, term))).distinct()


def _term_clause(term: Term, direct: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
    """Without `direct` phones are not asked at all."""
    if term.path == SearchPath.BIGRAM:
        return and_(*(_has_gram(gram == pair) for pair in term.grams), _contains(term.text))
    if term.path == SearchPath.SINGLE:
        return _has_gram(_begins(gram, term.text))
    keys = select(key.enterprise_id).where(key.enterprise_id == Enterprise.id)
    ways: list[ColumnElement[bool]] = [
        keys.where(each).exists() for each in _open_clauses(key.key, term, phones=direct is not None)
    ]
    if direct is not None:
        ways += [and_(direct, keys.where(each).exists()) for each in _phone_clauses(key.key, term)]
    return or_(false(), *ways)


def _open_clauses(column: Any, term: Term, *, phones: bool = True) -> list[ColumnElement[bool]]:
    """The keys that everybody is answered to who sees the firm: names, codes, and a phone typed as a whole."""
    whole = [column == term.whole_phone] if phones and term.whole_phone else []
    return [*(_begins(column, prefix) for prefix in term.prefixes), *whole]


def _phone_clauses(column: Any, term: Term) -> list[ColumnElement[bool]]:
    """A part of a phone: for those who see the contacts directly."""
    return [_begins(column, prefix) for prefix in term.phone_prefixes]


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
