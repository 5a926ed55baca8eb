"""通讯录 through the whole machine: every kind of file, the options of the command, the marked file, the way in."""

from __future__ import annotations

import openpyxl
import pytest
from sqlalchemy import func, select

from crm.accounts import services
from crm.accounts.models import User
from crm.accounts.people import deactivate
from crm.core.db import db, writing
from crm.timeline import CLI
from tests.imports.conftest import complaints, counts, dump
from tests.imports.test_people import HEAD, bring, named  # noqa: F401 - `bring` is a fixture
from tests.imports.test_there_and_back import as_csv, as_xls, permuted
from tests.imports.wizard import bring_to_check, last

ROWS = [
    HEAD,
    ("张强", "企业服务科", "科员", "13811112222", "zhang@example.cn", "0042"),
    ("李娜", "市场监管分局", "科长", "", "", ""),
]


def people():
    return db.session.scalar(select(func.count()).select_from(User))


@pytest.mark.parametrize("form", ["permuted", "utf-8", "utf-8-sig", "gb18030", "xls"])
def test_the_same_list_in_another_form_changes_nothing(apply, book, cast, tmp_path, form):
    apply(book(ROWS), kind="people")
    before, rows = dump(), permuted(ROWS)
    path = {"permuted": lambda: book(rows), "xls": lambda: as_xls(tmp_path / "a.xls", rows)}.get(
        form, lambda: as_csv(tmp_path / "a.csv", rows, form)
    )()

    assert counts(apply(path, kind="people")) == (2, 0, 0, 2)
    assert dump() == before


def test_a_check_only_tells(check, book, cast):
    before = dump()

    outcome = check(book([*ROWS, ("", "企业服务科", "", "13811112223", "", "")]), kind="people", expect=1)

    assert counts(outcome) == (3, 2, 0, 0) and complaints(outcome) == [("名单", 4, "姓名", "")]
    assert set(outcome) == {"rows", "new", "update", "same", "errors", "officials_new", "notices", "skipped_sheets"}
    assert dump() == before


def test_nothing_is_written_while_errors_exist_unless_they_are_skipped(apply, book, cast):
    path, before = book([*ROWS, ("短号", "", "", "1381", "", "")]), people()

    apply(path, kind="people", expect=1)
    assert people() == before
    apply(path, "--skip-errors", kind="people")
    assert people() == before + 2 and not named("短号")


def test_the_unit_and_the_columns_may_be_told_by_hand(apply, book, cast):
    path = book([("同志", "内线", "编制所在"), ("张强", "0042", "企业服务科"), ("李娜", "0043", "")])

    apply(
        path,
        *("--unit", "市场监管分局", "--map", "同志=name", "--map", "内线=staff_no", "--map", "编制所在=unit"),
        kind="people",
    )

    assert [(one.unit_id, one.staff_no) for one in named("张强")] == [(cast.section.id, "0042")]
    assert [one.unit_id for one in named("李娜")] == [cast.elsewhere.id], "where no unit stands, the one told"


def test_titles_and_signatures_are_no_people_and_a_sheet_may_be_a_unit(apply, book, cast):
    sheets = {
        "企业服务科": [
            ("经济发展局通讯录（2026年）",),
            ("序号", "姓名", "手机"),
            (1, "张强", 13811112222),
            ("合计", 1),
        ],
        "市场监管分局": [("序号", "姓名", "手机"), (1, "李娜", "13811112223"), ("填表人：陈芳",)],
        "说明": [("请各科室核对。",)],
    }

    outcome = apply(book(sheets, merges=[("企业服务科", "A1:C1")]), kind="people")

    assert counts(outcome) == (2, 2, 0, 0) and outcome["skipped_sheets"] == ["说明"]
    assert [one.unit_id for one in named("张强") + named("李娜")] == [cast.section.id, cast.elsewhere.id]
    assert named("张强")[0].mobile == "13811112222"


@pytest.mark.parametrize("key", ["mobile", "email", "staff_no"])
def test_each_number_finds_its_person_in_another_unit_too(bring, make, cast, key):  # noqa: F811
    numbers = {"mobile": "13811112222", "email": "zhang@example.cn", "staff_no": "0042"}
    with writing():
        known = services.add_person(name="张强", unit=cast.section, by=CLI, **{key: numbers[key]})
    given = {**dict.fromkeys(numbers, ""), key: numbers[key].upper()}

    outcome = bring(("张强", "市场监管分局", "主任", given["mobile"], given["email"], given["staff_no"]))

    assert counts(outcome) == (1, 0, 1, 0)
    [moved] = named("张强")
    assert (moved.id, moved.unit_id, moved.title) == (known.id, cast.elsewhere.id, "主任")


def test_who_was_deactivated_is_told_and_not_made_again(bring, make, cast):  # noqa: F811
    known = make.user("张强", unit=cast.section, mobile="13811112222")
    with writing():
        deactivate(db.session.get(User, known.id), by=cast.admin)

    outcome = bring(("张强", "企业服务科", "", "13811112222", "", ""), expect=1)

    assert complaints(outcome) == [("名单", 2, "姓名", "张强")] and len(named("张强")) == 1


def test_the_marked_list_is_mended_and_brought_again(page, cast, book, tmp_path):
    clerk = page.as_(cast.clerk)
    rows = [HEAD, ("陈新", "企业服务科", "", "13811112222", "", ""), ("短号", "企业服务科", "", "1381", "", "")]
    bring_to_check(clerk, book(rows), kind="people").submit(form="write", skip="1").follow()
    clerk.open("imports.error_book", run_id=last().id)
    marked = tmp_path / "marked.xlsx"
    marked.write_bytes(clerk.response.data)
    mended = openpyxl.load_workbook(marked)
    sheet = mended.active
    assert sheet.cell(3, 4).fill.fill_type == "solid" and "1381" in sheet.cell(3, len(HEAD) + 1).value
    sheet.cell(3, 4).value = "13811112223"
    mended.save(marked)

    bring_to_check(clerk, marked, kind="people").submit(form="write").follow()

    assert (last().counts["new"], last().counts["same"]) == (1, 1)
    assert [one.mobile for one in named("短号")] == ["13811112223"]
    clerk.open("accounts.people", show="no-access")
    assert "陈新" in clerk.text and "短号" in clerk.text, "they are invited next"


def test_officials_who_have_only_an_office_line_come_in_without_a_mobile(page, cast, book):
    rows = [
        HEAD,
        ("陈新", "企业服务科", "", "0571-88886666转8012", "", ""),
        ("周全", "企业服务科", "", 13811112225, "", ""),
    ]
    bring_to_check(page.as_(cast.clerk), book(rows), kind="people")
    assert "名单 第 2 行" in page.text and "办公电话" in page.text
    page.submit(form="write").follow()

    assert [named(name)[0].mobile for name in ("陈新", "周全")] == [None, "13811112225"]
