"""The rows firms are found by follow every change, are brought over from older versions, and mended by the doctor."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import delete, select

from crm.core import schema
from crm.core.db import db, writing
from crm.enterprises import contacts, search_index
from crm.enterprises.models import Enterprise, SearchGram, SearchKey
from crm.ops import checks_data, doctor

PHONES = "18612345678 / 0571-86919902"


def keys(firm_id):
    db.session.rollback()
    return set(db.session.scalars(select(SearchKey.key).where(SearchKey.enterprise_id == firm_id)))


def is_told():
    db.session.rollback()
    return "CRM-W027" in {finding.code for finding in doctor.examine()}


def test_a_number_is_found_only_under_the_mark_of_phones(app, make, cast):
    firm = make.enterprise(contact="王总", phone=PHONES)

    assert {"#18612345678", "#87654321681", "#057186919902", "#209919681750"} <= keys(firm.id)
    assert not [key for key in keys(firm.id) if "612345" in key and not key.startswith("#")]
    with writing():
        contacts.change(firm.contacts[0], firm, by=cast.clerk, phone="13900001111")
    assert {key for key in keys(firm.id) if key.startswith("#")} == {"#13900001111", "#11110000931"}


def test_an_index_of_the_version_before_is_brought_over(app, make):
    """Also numbers that older versions took as they were written."""
    firms = [
        make.enterprise(name, contact="王总", phone=PHONES) for name in ("杭州和达公司", "杭州一二公司", "杭州博拓公司")
    ]
    with writing() as session:
        for firm, odd in zip(firms[1:], ("wangzong", firms[2].credit_code), strict=True):
            firm.contacts[0].phone = odd
        session.flush()
        search_index.index_many(firms)
    ids = [firm.id for firm in firms]
    now = {row_id: keys(row_id) for row_id in ids}
    scripts = ScriptDirectory.from_config(schema.alembic_config()).walk_revisions()
    before = next(script.down_revision for script in scripts if script.doc == "Phones apart from codes")
    db.session.remove()
    schema.downgrade(before)
    assert "18612345678" in keys(ids[0]) and not any(key.startswith("#") for key in keys(ids[0]))
    db.session.remove()
    schema.upgrade()

    assert {row_id: keys(row_id) - {"wangzong", "gnozgnaw"} for row_id in ids} == now


@pytest.mark.parametrize("table", [SearchGram, SearchKey])
def test_the_doctor_finds_and_mends_what_is_missing_or_too_much(app, make, cast, table):
    firm, other = (make.enterprise(contact="王总", phone=PHONES) for _ in range(2))
    whole = keys(firm.id)
    assert not is_told()

    column = "gram" if table is SearchGram else "key"
    with writing() as session:
        session.execute(delete(table).where(table.enterprise_id == firm.id))
        session.add(table(**{column: "假的"}, enterprise_id=other.id))
        session.flush()
    assert is_told() and search_index.wrong([firm.id, other.id]) == [firm.id, other.id]

    checks_data.mend()
    assert not is_told() and keys(firm.id) == whole


def test_of_a_large_register_another_share_is_looked_at_each_day(app, make, monkeypatch, now):
    monkeypatch.setattr(checks_data, "MOST_SEARCHED", 1)
    bad, *_ = (make.enterprise() for _ in range(3))
    with writing() as session:
        session.execute(delete(SearchKey).where(SearchKey.enterprise_id == bad.id))

    told = []
    for _day in range(4):
        told.append(is_told())
        now.move(days=1)
    assert told.count(True) == 1
    assert db.session.scalar(select(Enterprise.id).order_by(Enterprise.id)) == bad.id
