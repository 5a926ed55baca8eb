"""Phones apart from codes

The keys of phones in the search index are marked, so that only those who see a contact directly are answered to a part
of a number. Letters alone stay as they are: they may be the pinyin of a name.
"""

import re
import unicodedata
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MARK = "#"
LONGEST = 80
key = sa.table("search_key", sa.column("key"), sa.column("enterprise_id"))


def upgrade() -> None:
    phones, codes = _phones(), _codes()
    plain = {(text, firm) for firm, keys in phones.items() for text in keys - codes[firm] if not text.isalpha()}
    _delete(plain)
    _insert({((MARK + text)[:LONGEST], firm) for firm, keys in phones.items() for text in keys})


def downgrade() -> None:
    op.execute(sa.delete(key).where(key.c.key.startswith(MARK)))
    pairs = {(text[:LONGEST], firm) for firm, keys in _phones().items() for text in keys}
    _delete(pairs)
    _insert(pairs)


def _phones() -> defaultdict[int, set[str]]:
    contact, enterprise = (sa.table(name, *map(sa.column, columns)) for name, columns in (
        ("contact", ("enterprise_id", "phone", "removed_on")), ("enterprise", ("id", "standing"))
    ))  # fmt: skip
    query = sa.select(contact.c.enterprise_id, contact.c.phone).join(
        enterprise, enterprise.c.id == contact.c.enterprise_id
    )
    found: defaultdict[int, set[str]] = defaultdict(set)
    for firm, text in op.get_bind().execute(
        query.where(contact.c.removed_on.is_(None), enterprise.c.standing != "merged")
    ):
        found[firm] |= _keys(text)
    return found


def _codes() -> defaultdict[int, set[str]]:
    enterprise = sa.table("enterprise", *map(sa.column, ("id", "credit_code", "stock_code")))
    found: defaultdict[int, set[str]] = defaultdict(set)
    for firm, *texts in op.get_bind().execute(sa.select(enterprise)):
        found[firm] = set().union(*(_keys(text or "") for text in texts))
    return found


def _keys(number: str) -> set[str]:
    """Each of several numbers forwards and backwards, letters and digits only."""
    pieces = (unicodedata.normalize("NFKC", piece).casefold() for piece in number.split("/"))
    flat = {found for piece in pieces if (found := "".join(re.findall(r"[0-9a-z]+", piece)))}
    return flat | {text[::-1] for text in flat}


def _delete(pairs: set[tuple[str, int]]) -> None:
    this = (key.c.key == sa.bindparam("text"), key.c.enterprise_id == sa.bindparam("firm"))
    _each(sa.delete(key).where(*this), [{"text": text, "firm": firm} for text, firm in sorted(pairs)])


def _insert(pairs: set[tuple[str, int]]) -> None:
    _each(sa.insert(key), [{"key": text, "enterprise_id": firm} for text, firm in sorted(pairs)])


def _each(statement: sa.Executable, rows: list[dict[str, object]]) -> None:
    for start in range(0, len(rows), 5000):
        op.get_bind().execute(statement, rows[start : start + 5000])
