"""Changing an enterprise's facts: one act, compared with what the page had shown."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, lock
from crm.core.errors import Obstacle, RuleBroken, Stale
from crm.core.unseen import SIGN, sign
from crm.core.words import Say, say
from crm.enterprises import credit_code, extras, facts, names, phones
from crm.enterprises.models import Enterprise, EnterpriseName, Standing
from crm.enterprises.search_index import index
from crm.timeline import Actor, Entry, record

Typed = dict[str, str]
"""Fact or extra field (`x12`) → text as typed."""
Changes = dict[str, list[str]]
"""The same keys → [before, after]."""


def known(enterprise: Enterprise, fields: list[extras.Extra]) -> Typed:
    """All facts and extra values as they stand, as text."""
    held = extras.values_of([enterprise.id]).get(enterprise.id, {})
    return {**facts.read(enterprise), **{field.key: held.get(field.id, "") for field in fields}}


def seen(enterprise: Enterprise, fields: list[extras.Extra], *, is_direct: bool) -> Typed:
    """The same as somebody sees it: where numbers are masked for him, each has its sign beside it."""
    found = known(enterprise, fields)
    for field in fields:
        if field.is_phone and not is_direct:
            found[SIGN + field.key] = sign("extra", field.id, enterprise.id, value=found[field.key])
            found[field.key] = field.shown(found[field.key], is_direct=False)
    return found


def without_masked(typed: Typed, shown: Typed) -> Typed:
    """What was typed, but for what was shown masked and left so."""
    return {key: text for key, text in typed.items() if SIGN + key not in shown or text.strip() != shown.get(key)}


def edit(enterprise: Enterprise, typed: Typed, *, version: int, by: Actor, keeps_former: bool = True) -> Changes:
    """Take over what was typed, if nobody changed the enterprise since `version` was shown.

    Raises Stale when somebody did, RuleBroken with one obstacle per field otherwise. A name given up stays as a
    former one unless it was only mistyped. Returns what changed.
    """
    lock(enterprise)
    if enterprise.version != version:
        raise Stale(enterprise)
    return change(enterprise, typed, by=by, keeps_former=keeps_former)


def change(
    enterprise: Enterprise, typed: Typed, *, by: Actor, keeps_former: bool = True, kind: str = "enterprise.edited"
) -> Changes:
    """The same without the comparison, for acts that compare on their own. The caller holds the row."""
    fields = extras.fields()
    before = known(enterprise, fields)
    wanted = {key: text.strip() for key, text in typed.items() if key in before and text.strip() != before[key]}
    own, other = _split(wanted)
    former = enterprise.name
    broken = [Obstacle(key, why) for key, text in own.items() if (why := facts.FACTS[key].write(enterprise, text))]
    values, unfit = _tidy(other, fields)
    if broken := [*broken, *unfit, *clashes(enterprise)]:
        raise RuleBroken(broken)
    extras.put(enterprise.id, values)
    db.session.flush()
    after = known(enterprise, fields)
    changes = {key: [before[key], after[key]] for key in before if before[key] != after[key]}
    if changes:
        _conclude(enterprise, changes, former if keeps_former else "")
        labels = {field.key: field.label for field in fields}
        numbers = {field.key for field in fields if field.is_phone}
        told = {
            labels.get(key, key): [
                phones.masked_all(text) if key in numbers else facts.shown(key, text) for text in pair
            ]
            for key, pair in changes.items()
        }
        subject = ("enterprise", enterprise.id)
        record(enterprise.id, kind, by=by, subject=subject, changes=told, version=enterprise.version)
    return changes


def _split(wanted: Typed) -> tuple[Typed, Typed]:
    own = {key: wanted[key] for key in facts.FACTS if key in wanted}
    return own, {key: text for key, text in wanted.items() if key not in own}


def _tidy(typed: Typed, fields: list[extras.Extra]) -> tuple[dict[int, str], list[Obstacle]]:
    values, unfit = {}, []
    for field in fields:
        if field.key in typed:
            try:
                values[field.id] = extras.tidy(field, typed[field.key])
            except RuleBroken as broken:
                unfit += broken.obstacles
    return values, unfit


def _conclude(enterprise: Enterprise, changes: Changes, former: str) -> None:
    enterprise.version += 1
    if "name" in changes and former:
        keep_name(enterprise, former, kind="former", until=clock.today())
    db.session.flush()
    if facts.FOUND_BY & changes.keys():
        index(enterprise)


def code_problem(text: str) -> Say | None:
    """What is wrong with a typed credit code; None for a good one or none at all."""
    return credit_code.problem(text) if text.strip() else None


def code_offer(text: str) -> str | None:
    """The code with letters that codes never use read as the likely ones (O as 0): offered, never applied."""
    return credit_code.offer(credit_code.normal(text)) if text.strip() else None


def clashes(enterprise: Enterprise) -> list[Obstacle]:
    """Another firm has this credit code, or, without a code, this very name."""
    with db.session.no_autoflush:
        others = select(Enterprise.name).where(Enterprise.id != (enterprise.id or 0))
        if enterprise.credit_code is not None:
            taken = db.session.scalar(others.where(Enterprise.credit_code == enterprise.credit_code))
            return [Obstacle("credit_code", say("%(name)s has this code already", name=taken))] if taken else []
        same = others.where(Enterprise.credit_code.is_(None), Enterprise.standing != Standing.MERGED)
        if db.session.scalar(same.where(Enterprise.name_key == enterprise.name_key)):
            return [
                Obstacle("name", say("A firm of this name waits for its code already: add the code, or open that firm"))
            ]
    return []


def keep_name(enterprise: Enterprise, name: str, *, kind: str, until: date | None = None) -> EnterpriseName | None:
    """Find the enterprise by this name too; None when it is its name or known already."""
    key = names.normal(name)
    same = select(EnterpriseName.id).where(
        EnterpriseName.enterprise_id == enterprise.id, EnterpriseName.name_key == key
    )
    if key == enterprise.name_key or not key or db.session.scalar(same) is not None:
        return None
    made = EnterpriseName(
        enterprise_id=enterprise.id, name=names.tidy(name)[:160], name_key=key[:160], kind=kind, until=until
    )
    db.session.add(made)
    db.session.flush()
    return made


def last_editor(enterprise_id: int) -> str:
    """Who changed the enterprise last."""
    query = select(Entry.actor_name).where(Entry.enterprise_id == enterprise_id)
    return db.session.scalar(query.order_by(Entry.id.desc()).limit(1)) or ""
