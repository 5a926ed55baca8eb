"""A column of phone numbers that the bureau keeps of its own is masked wherever those of contacts are."""

import io

import openpyxl
import pytest
from sqlalchemy import select

from crm.core import schema
from crm.core.db import db, writing
from crm.enterprises import editing, extras
from crm.enterprises.models import Enterprise, ExtraField
from crm.jobs import jobs
from tests.imports.wizard import bring_to_check

WHOLE, MASKED = "13900001234", "139****1234"


def book(path, *rows):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


@pytest.fixture
def field(app, cast):
    with writing():
        return extras.add_field(label="备用电话", kind="phone", choices=[], by=cast.admin)


@pytest.fixture
def served(make, cast, field):
    found = make.enterprise(commissioner=cast.lin, unit=cast.section)
    with writing():
        editing.change(db.session.get_one(Enterprise, found.id), {"x1": "139 0000 1234"}, by=cast.lin)
    return found


PLACES = (
    "/enterprises?columns=x1", "/enterprises/{id}?tab=basics", "/enterprises/{id}?tab=timeline",
    "/enterprises/{id}/print", "/enterprises/{id}/edit", "/enterprises?grid=1&columns=x1",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_who_sees_contacts_masked_sees_these_numbers_masked(page, cast, served, place):
    page.as_(cast.clerk).open(place.format(id=served.id))

    assert MASKED in page.response.text
    assert WHOLE not in page.response.text


def test_the_commissioner_reads_and_calls_them(page, cast, served):
    page.as_(cast.lin).open("/enterprises?columns=x1")
    assert page.all("a", href=f"tel:{WHOLE}")
    page.open("desk.enterprise", enterprise_id=served.id, tab="basics")
    assert WHOLE in page.text


def test_no_part_of_a_masked_number_finds_its_firm(page, cast, served):
    """Also when the field was retired meanwhile: its values are still there."""
    for asked in ("x1=1390", "x1=13900001234", "x1_from=13900001230&x1_to=13900001239"):
        page.as_(cast.clerk).open(f"/enterprises?{asked}")
        assert served.name not in page.text
    page.as_(cast.lin).open("/enterprises?x1=0000")
    assert served.name in page.text


def test_an_export_masks_them_and_coming_back_they_change_nothing(page, cast, served):
    answer = page.as_(cast.clerk).client.get("/enterprises/export?format=xlsx")
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows()]
    assert MASKED in str(rows)
    assert WHOLE not in str(rows)


def test_what_was_shown_masked_and_left_so_stays(page, cast, served):
    page.as_(cast.clerk).open("enterprises.edit", enterprise_id=served.id)
    page.submit(address="一号大街 1 号")
    assert extras.values_of([served.id])[served.id] == {1: WHOLE}

    page.open("enterprises.edit", enterprise_id=served.id)
    page.submit(x1="0571 8691 2345")
    assert extras.values_of([served.id])[served.id] == {1: "0571-86912345"}


def test_another_number_behind_the_mask_is_noticed_in_the_table(page, cast, served):
    page.as_(cast.clerk).open("/enterprises?grid=1&columns=x1")
    with writing():
        editing.change(db.session.get_one(Enterprise, served.id), {"x1": "13911111234"}, by=cast.lin)
    page.submit(expect=409, **{f"{served.id}-x1": "13700000000"})

    assert "13911111234" not in page.response.text


def test_an_import_knows_such_a_column_and_hides_what_stands_there(page, make, cast, served, tmp_path):
    path = book(tmp_path / "备用.xlsx", ["企业名称", "统一社会信用代码", "备用电话"],
                [served.name, served.credit_code, "13911112222"])  # fmt: skip
    bring_to_check(page.as_(cast.clerk), path)

    assert MASKED in page.text
    assert WHOLE not in page.response.text


def test_a_new_column_of_numbers_becomes_a_field_of_phones(page, make, cast, tmp_path):
    made = make.enterprise(commissioner=cast.lin, unit=cast.section)
    path = book(tmp_path / "新列.xlsx", ["企业名称", "统一社会信用代码", "老板手机"],
                [made.name, made.credit_code, "13911112222"])  # fmt: skip
    bring_to_check(page.as_(cast.clerk), path, keep_unknown="y")
    page.submit(form="write")
    jobs.work()
    db.session.rollback()
    assert db.session.execute(select(ExtraField.label, ExtraField.kind)).all() == [("老板手机", "phone")]


def test_columns_kept_before_are_recognised_by_their_values(app, make, cast):
    with writing():
        for label, kind, choices in (("备用电话", "text", []), ("类别", "choice", ["甲", "乙"]), ("号", "text", [])):
            extras.add_field(label=label, kind=kind, choices=choices, by=cast.admin)
    made = make.enterprise()
    with writing():
        extras.put(made.id, {1: "0571-86912345", 2: "甲", 3: "13900001234/13900001235"})
    db.session.remove()
    schema.downgrade("0018")
    schema.upgrade()

    kinds = db.session.execute(select(ExtraField.label, ExtraField.kind).order_by(ExtraField.id)).all()
    assert kinds == [("备用电话", "phone"), ("类别", "choice"), ("号", "phone")]
