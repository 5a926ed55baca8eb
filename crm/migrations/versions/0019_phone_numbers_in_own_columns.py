"""Phone numbers in own columns

The bureau's own columns may hold phone numbers, masked as those of contacts. A text or choice becomes one by its name and
half of its values, or by four fifths of its values alone.
"""

import re
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NUMBER = re.compile(r"(\+?86)?(1[3-9]\d{9}|0\d{9,11}|[48]00\d{7})")
LOCAL = re.compile(rf"{NUMBER.pattern}|[2-9]\d{{6,7}}")
CALLED = re.compile(r"电话|手机|座机|联系方式|phone|mobile|\btel\b", re.IGNORECASE)
BEFORE = "kind IN ('text', 'number', 'date', 'choice')"
AFTER = "kind IN ('text', 'number', 'date', 'choice', 'phone')"
field = sa.table("extra_field", *map(sa.column, ("id", "label", "kind", "choices")))
value = sa.table("extra_value", *map(sa.column, ("field_id", "value")))


def upgrade() -> None:
    _allow(AFTER, instead_of=BEFORE)
    bind, held = op.get_bind(), defaultdict(list)
    for field_id, text in bind.execute(sa.select(value.c.field_id, value.c.value)):
        held[field_id].append(text)
    for row in bind.execute(sa.select(field).where(field.c.kind.in_(("text", "choice")))).all():
        if _holds_phones(held[row.id], row.label):
            bind.execute(sa.update(field).where(field.c.id == row.id).values(kind="phone", choices=""))


def downgrade() -> None:
    op.execute(sa.update(field).where(field.c.kind == "phone").values(kind="text"))
    _allow(BEFORE, instead_of=AFTER)


def _holds_phones(values: list[str], label: str) -> bool:
    is_called = bool(CALLED.search(label))
    sure = sum(_is_phone(text, LOCAL if is_called else NUMBER) for text in values)
    return sure >= (0.5 if is_called else 0.8) * len(values) if values else is_called


def _is_phone(text: str, number: re.Pattern[str]) -> bool:
    pieces = [re.sub(r"[\s()（）-]", "", piece) for piece in re.split(r"[/\\、,，;；|\n]+", text)]
    return bool(pieces) and all(number.match(piece) or "*" in piece for piece in pieces)


def _allow(kinds: str, *, instead_of: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_extra_field_kind_known"), "extra_field", type_="check")
        op.create_check_constraint(op.f("ck_extra_field_kind_known"), "extra_field", kinds)
        return
    with op.batch_alter_table("extra_field", copy_from=_table(instead_of), recreate="always") as batch:
        batch.drop_constraint(op.f("ck_extra_field_kind_known"), type_="check")
        batch.create_check_constraint(op.f("ck_extra_field_kind_known"), kinds)


def _table(kinds: str) -> sa.Table:
    return sa.Table(
        "extra_field", sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extra_field")),
        sa.CheckConstraint(kinds, name=op.f("ck_extra_field_kind_known")),
        sa.UniqueConstraint("label", name=op.f("uq_extra_field_label")),
        sqlite_autoincrement=True,
    )  # fmt: skip
