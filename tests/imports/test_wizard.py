"""The wizard: a file, its columns, the check, the write, and the way back, as a clerk sees them."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.accounts.models import User
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise, ExtraField, ExtraValue
from crm.imports.models import RunState
from crm.jobs import jobs
from tests.imports.conftest import HEAD, SAMPLE
from tests.imports.wizard import bring_to_check, firm, last, row, token, upload


def test_the_sample_goes_from_upload_to_sixty_enterprises(clerk, cast):
    bring_to_check(clerk, SAMPLE)

    assert "新官员" in clerk.text or "杜建" in clerk.text
    clerk.submit(form="write").follow()
    assert "撤销本次导入" in clerk.text

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 60
    assert last().state == RunState.WRITTEN and last().by_id == cast.clerk.id
    made = db.session.scalars(select(User).filter_by(name="杜建")).one()
    assert made.unit_id == cast.clerk.unit_id and made.password_hash is None


def test_nothing_is_written_before_the_button(clerk):
    bring_to_check(clerk, SAMPLE)

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0
    assert last().state == RunState.CHECKED


def test_an_unknown_column_is_kept_by_one_tick(clerk, make, book):
    path = book([(*HEAD, "用电户号", "厂房面积"), (*row(make, 1, "杭州和达有限公司"), "0571-A9", 1200.5)])

    bring_to_check(clerk, path, keep_unknown="y").submit(form="write").follow()

    values = dict(
        db.session.execute(
            select(ExtraField.label, ExtraValue.value).join(ExtraValue, ExtraValue.field_id == ExtraField.id)
        ).all()
    )
    assert values == {"用电户号": "0571-A9", "厂房面积": "1200.5"}
    assert {field.label: field.kind for field in db.session.scalars(select(ExtraField))} == {
        "用电户号": "text",
        "厂房面积": "number",
    }


def test_a_corrected_column_is_read_as_chosen_and_remembered(clerk, make, book):
    head = [*HEAD]
    head[8] = "厂址说明"
    upload(clerk, book([head, row(make, 1, "杭州和达有限公司")])).follow()
    clerk.submit(form="columns", col_8="address").follow()
    clerk.open("imports.columns", run_id=last().id)

    assert "address" in [o.get("value") for o in clerk.all("option") if o.get("selected") is not None]
    assert jobs.work() == 1
    clerk.open("imports.run", run_id=last().id).submit(form="write").follow()
    assert firm("杭州和达有限公司").address == "医药制造业"


def test_two_columns_for_one_field_are_refused(clerk, make, book):
    upload(clerk, book([HEAD, row(make, 1, "杭州和达有限公司")])).follow()

    clerk.submit(form="columns", col_8="name", expect=422)

    assert last().state == RunState.COLUMNS


def test_a_firm_of_another_bureau_is_named_by_its_unit_only(clerk, cast, make, book):
    make.enterprise(
        name="杭州他局有限公司", unit=cast.elsewhere, code=make.code(1), contact="李秘密", phone="13700000001"
    )

    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州他局有限公司"), row(make, 2, "杭州和达有限公司")]))

    assert "市场监管分局" in clerk.text and "李秘密" not in clerk.text
    clerk.submit(form="write", skip="1").follow()
    assert firm("杭州和达有限公司") and firm("杭州他局有限公司").unit_id == cast.elsewhere.id


def test_the_good_rows_are_written_and_the_others_come_back_mended(clerk, make, book, tmp_path):
    rows = [
        HEAD,
        row(make, 1, "杭州和达有限公司"),
        ("杭州博拓有限公司", "9133010", "", "王经理", "13812345678", 500, "2014-05-03", "", ""),
    ]
    bring_to_check(clerk, book(rows))
    clerk.submit(form="write", expect=422)
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0
    clerk.submit(form="write", skip="1").follow()
    assert firm("杭州和达有限公司")

    clerk.open("imports.error_book", run_id=last().id)
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(clerk.response.data)
    import openpyxl

    mended = openpyxl.load_workbook(marked)
    sheet = mended.active
    assert sheet.cell(1, len(HEAD) + 1).value == "问题说明" and "9133010" in sheet.cell(3, len(HEAD) + 1).value
    assert sheet.cell(3, 2).fill.fill_type == "solid" and sheet.cell(2, 2).fill.fill_type != "solid"
    sheet.cell(3, 2).value = make.code(2)
    mended.save(marked)

    bring_to_check(clerk, marked)
    numbers = last().counts
    assert (numbers["new"], numbers["update"], numbers["same"], numbers["error"]) == (1, 0, 1, 0)
    clerk.submit(form="write").follow()
    assert firm("杭州博拓有限公司").credit_code == make.code(2)


def test_a_row_changed_since_the_check_stops_the_write(clerk, cast, make, book):
    known = make.enterprise(name="杭州和达有限公司", unit=cast.bureau, code=make.code(1))
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司"), row(make, 2, "杭州博拓有限公司")]))
    with writing():
        db.session.get(Enterprise, known.id).address = "新址 1 号"
        db.session.get(Enterprise, known.id).version += 1

    clerk.submit(form="write", expect=409)

    assert "杭州和达有限公司" in clerk.text and db.session.scalar(select(func.count()).select_from(Enterprise)) == 1
    clerk.post("imports.check_again", {"csrf_token": token(clerk)}, run_id=last().id)
    assert jobs.work() == 1
    clerk.open("imports.run", run_id=last().id).submit(form="write").follow()
    assert firm("杭州和达有限公司").address == "新址 1 号" and firm("杭州博拓有限公司")


def test_a_run_is_seen_by_its_owner_the_manager_above_and_the_administrator(clerk, page, cast, make):
    bring_to_check(clerk, SAMPLE)
    other = make.user("别局内勤", unit=cast.elsewhere, role="clerk", over=cast.elsewhere)

    page.as_(cast.manager).open("imports.run", run_id=last().id)
    assert not page.all("form", id="write"), "a manager looks, the clerk writes"
    page.as_(cast.admin).open("imports.run", run_id=last().id)
    page.as_(other).open("imports.run", run_id=last().id, expect=404)
    page.as_(cast.lin).open("imports.run", run_id=last().id, expect=404)


def test_every_block_is_paged(clerk):
    bring_to_check(clerk, SAMPLE)

    clerk.open("imports.rows", run_id=last().id, block="new")
    assert len(clerk.all("tr")) == 21
    clerk.open(f"/imports/{last().id}/rows/new?page=3")
    assert len(clerk.all("tr")) == 21


def test_discarding_takes_the_rows_away(clerk):
    bring_to_check(clerk, SAMPLE)

    clerk.post("imports.discard", {"csrf_token": token(clerk)}, run_id=last().id).follow()

    assert last().state == RunState.DISCARDED and not clerk.all("form", id="write")


@pytest.mark.parametrize("name", ["page.xls", "letter.xlsx", "nothing.csv"])
def test_a_file_that_is_no_table_gets_a_clear_word(clerk, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(
        b"<html><table><tr><td>x"
        if name == "page.xls"
        else b"PK\x03\x04 not a zip"
        if name == "letter.xlsx"
        else b"a,b\n1,2\n"
    )

    upload(clerk, path, expect=422)

    assert clerk.all("div", id="error-summary") and last() is None


def test_an_unusual_head_of_the_name_column_is_typed_in(clerk, book):
    path = book([("公司", "谁跟"), ("杭州和达有限公司", "林晓")])
    upload(clerk, path, expect=422)
    assert "在下方写上该表头" in clerk.text and clerk.all("details", open="")

    upload(clerk, path, name_head="公司").follow()
    assert "谁跟" in clerk.text


def test_the_template_is_understood(clerk, tmp_path, check):
    clerk.open("/imports/template/roster.xlsx")
    path = tmp_path / "template.xlsx"
    path.write_bytes(clerk.response.data)

    assert check(path)["rows"] == 0
