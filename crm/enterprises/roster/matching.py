"""Which enterprise a row speaks of: by credit code, else by normalised name; never by a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, case, literal, select

from crm.accounts.models import Unit
from crm.core.among import among
from crm.core.db import db
from crm.core.journal import parts
from crm.core.staging import Errand, Line
from crm.core.words import Say, say
from crm.enterprises import names
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.queries import within
from crm.permissions import Permission


class Found(NamedTuple):
    id: int
    credit_code: str | None
    name: str
    name_key: str
    version: int
    standing: Standing
    into: int | None
    unit: str
    is_mine: bool


OWN = ("id", "credit_code", "name", "name_key", "version", "standing", "merged_into_id")


@dataclass
class Register:
    """The enterprises that the file's codes and names may mean; an entry merged into another means the other."""

    by_code: dict[str, Found] = field(default_factory=dict)
    by_name: dict[str, list[Found]] = field(default_factory=dict)


def register(lines: Iterable[Line], errand: Errand, permission: Permission = Permission.IMPORT) -> Register:
    """`permission`: what the reader must have on an enterprise for it to be his."""
    codes = sorted({line.said["credit_code"] for line in lines if line.said.get("credit_code")})
    keys = sorted({names.normal(line.said["name"]) for line in lines if line.said.get("name")})
    found: dict[int, Found] = {}
    for column, values in ((Enterprise.credit_code, codes), (Enterprise.name_key, keys)):
        found |= _asked(errand, permission, column, values)
    while missing := {one.into for one in found.values() if one.into} - found.keys():
        found |= _asked(errand, permission, Enterprise.id, sorted(missing))
    by_code: dict[str, Found] = {}
    living: dict[str, dict[int, Found]] = defaultdict(dict)
    former: dict[str, dict[int, Found]] = defaultdict(dict)
    for one in found.values():
        heir = _heir(one, found)
        if one.credit_code:
            by_code[one.credit_code] = heir
        (living if one is heir else former)[one.name_key][heir.id] = heir
    by_name = {key: list(meant.values()) for key, meant in {**former, **living}.items()}
    return Register(by_code, by_name)


def _asked(errand: Errand, permission: Permission, column: Any, values: list[Any]) -> dict[int, Found]:
    mine = literal(1) if errand.user is None else case((within(errand.user, permission), 1), else_=0)
    columns = [getattr(Enterprise, name) for name in OWN]
    query: Select[Any] = select(*columns, Unit.name, mine).join(Unit, Unit.id == Enterprise.unit_id)
    found: dict[int, Found] = {}
    for some in parts(values, 1000):
        for row in db.session.execute(query.where(among(column, some))):
            found[row[0]] = Found(*row)
    return found


def asked(errand: Errand, column: Any, values: list[Any]) -> list[Found]:
    """Enterprises by any of their columns, merged ones too."""
    return list(_asked(errand, Permission.IMPORT, column, values).values())


def meant(line: Line, known: Register) -> Found | None:
    """The enterprise of a row, or None when the register has none; the row is refused where the name is not enough."""
    code, name = line.said.get("credit_code"), line.said.get("name")
    return _meant(line, known, code, names.normal(name) if name else "")[0]


def _heir(one: Found, found: dict[int, Found]) -> Found:
    """The entry that stands for it now."""
    while one.into:
        one = found[one.into]
    return one


def match(line: Line, known: Register) -> None:
    """Set the line's target, or refuse it; without a match the line is a new enterprise."""
    code, name = line.said.get("credit_code"), line.said.get("name")
    if not code and not name:
        line.refuse("name", say("The name is missing"))
        return
    found, key = _meant(line, known, code, names.normal(name) if name else "")
    if found is None:
        if not name and not line.faults:
            line.refuse("name", say("The name is missing, and no enterprise with this code is known"))
        return
    if reason := _refusal(found) or _slipped(found, known.by_name.get(names.normal(name), []) if name else []):
        line.refuse(key, reason)
        return
    line.target, line.version = found.id, found.version


def _slipped(found: Found, named: list[Found]) -> Say | None:
    """Code and name of a row are those of two enterprises: written, their names would change places."""
    if not named or any(one.id == found.id for one in named):
        return None
    return say(
        "This code is that of %(name)s, the name that of another enterprise: compare the columns", name=found.name
    )


def firm_of(line: Line, known: Register) -> Found | None:
    """The enterprise of a row that may not make one, in the zone or gone; else the row is refused and it is None."""
    code, name = line.said.get("credit_code"), line.said.get("name")
    if not code and not name:
        line.refuse("name", say("The name is missing"))
        return None
    found, key = _meant(line, known, code, names.normal(name) if name else "")
    if found is None:
        line.refuse("name", say("The register has no enterprise of this name or code: enter it or mend the name first"))
    elif not found.is_mine:
        line.refuse(key, say("This enterprise belongs to %(unit)s: ask there", unit=found.unit))
    return found


def _meant(line: Line, known: Register, code: str | None, name_key: str) -> tuple[Found | None, str]:
    """The enterprise and the cell that identified it. A code that is not known yet may complete a provisional firm."""
    if code and code in known.by_code:
        return known.by_code[code], "credit_code"
    same = known.by_name.get(name_key, [])
    if code:
        return next((one for one in same if one.credit_code is None), None), "name"
    if len(same) > 1:
        line.refuse("name", say("%(n)s enterprises have this name: give the credit code", n=len(same)))
    return (same[0] if len(same) == 1 else None), "name"


def _refusal(found: Found) -> Say | None:
    if not found.is_mine:
        return say("This enterprise belongs to %(unit)s: ask there", unit=found.unit)
    if found.standing != Standing.ACTIVE:
        return say("This enterprise has left the zone: bring it back on its page first")
    return None
