"""A clerk's file becomes a grid in which every value keeps the place it came from."""

from datetime import date
from decimal import Decimal

import pytest

from crm.sheets.grid import Format, Kind
from crm.sheets.places import Merge, letter, position
from crm.sheets.read import read
from crm.sheets.refusal import Reason
from crm.sheets.unreadable import Unreadable
from tests.sheets.books import ROSTER, sheet_xml, text, xls, xlsx

RARE = "𠮷田䶮😀１２３Ａ"


def only_sheet(path):
    (sheet,) = read(path, name=path.name).sheets
    return sheet


def texts(sheet):
    return {row.number: [cell and cell.text for cell in row.cells] for row in sheet.rows}


def test_the_sample_roster_reads_as_the_bureau_wrote_it():
    sheet = only_sheet(ROSTER)

    assert sheet.name == "服务专员对接表"
    assert sheet.merges == [Merge(1, 0, 1, 10)]
    assert [row.number for row in sheet.rows] == list(range(1, 66))
    heads, first, last = sheet.rows[2], sheet.rows[3], sheet.rows[62]
    assert [heads.text(column) for column in (0, 1, 2, 10)] == ["序号", "企业名称", "统一社会信用代码", "服务专员"]
    assert (first.number, first.text(0), first.text(2)) == (4, "1", "91330101MA1TJ3Y7LL")
    assert (first.text(7), first.at(8).value, first.text(9)) == ("18628194821", 5000, "2010.10.24")
    assert (last.number, last.text(0), last.text(10)) == (63, "60", "谭静明")
    assert (sheet.rows[63].text(0), sheet.rows[64].text(4)) == ("合计", "审核人：")
    assert len({row.text(10) for row in sheet.rows[3:63]}) == 6


def test_rows_keep_the_numbers_excel_shows(tmp_path):
    sheet = only_sheet(xlsx(tmp_path / "a.xlsx", [[], [], [None, None, "甲"], [], ["乙"]]))

    assert texts(sheet) == {3: [None, None, "甲"], 5: ["乙"]}
    assert (letter(2), letter(26), letter(16383), position("XFD7")) == ("C", "AA", "XFD", (7, 16383))


@pytest.mark.parametrize("make", [xlsx, xls])
def test_both_kinds_of_workbook_say_the_same(tmp_path, make):
    rows = [["企业名称", "代码"], [RARE, 18628194821], [" 前后空格 ", 0.25], [date(2014, 5, 3), True]]

    sheet = only_sheet(
        xlsx(tmp_path / "a.xlsx", rows[:3], setup=_day_and_truth) if make is xlsx else xls(tmp_path / "a.xls", rows)
    )

    assert [[cell.value for cell in row.cells] for row in sheet.rows[1:]] == [
        [RARE, 18628194821],
        [" 前后空格 ", Decimal("0.25")],
        [date(2014, 5, 3), True],
    ]
    assert [cell.text for cell in sheet.rows[1].cells] == [RARE, "18628194821"]


def _day_and_truth(book, sheet):
    sheet.write_datetime(3, 0, date(2014, 5, 3), book.add_format({"num_format": 'yyyy"年"m"月"d"日"'}))
    sheet.write_boolean(3, 1, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_is_read_whatever_saved_it(tmp_path, encoding, separator):
    lines = [
        "开发区企业名册",
        "",
        separator.join(["企业名称", "备注"]),
        separator.join([RARE, '"一行\n两行, 三"']),
        "末",
    ]

    book = read(text(tmp_path / "x", "\r\n".join(lines), encoding), name="名册.csv")

    assert (book.format, book.sheets[0].name) == (Format.CSV, "名册.csv")
    assert texts(book.sheets[0]) == {
        1: ["开发区企业名册"],
        3: ["企业名称", "备注"],
        4: [RARE, "一行\n两行, 三"],
        5: ["末"],
    }


def test_hidden_rows_columns_and_sheets_are_told(tmp_path):
    def hide(book, sheet):
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(3, 0)
        sheet.set_column(1, 1, None, None, {"hidden": True})
        book.add_worksheet("底表").hide()

    book = read(xlsx(tmp_path / "a.xlsx", [["甲", 1], ["乙", 2], ["丙", 3], ["丁", 4]], setup=hide), name="a.xlsx")

    assert book.tells_hidden
    assert (book.sheets[0].hidden_rows, book.sheets[0].hidden_columns) == ([3, 4], {1})
    assert [sheet.hidden for sheet in book.sheets] == [False, True]


def test_an_xls_says_that_it_cannot_tell_hidden_rows(tmp_path):
    def hide(sheet):
        sheet.row(1).hidden = True

    book = read(xls(tmp_path / "a.xls", [["甲"], ["乙"]], setup=hide), name="a.xls")

    assert (book.format, book.tells_hidden, book.sheets[0].hidden_rows) == (Format.XLS, False, [])


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_merged_cells_fill_what_they_cover(tmp_path, kind):
    rows = [
        ["联系人", None, "园区"],
        ["姓名", "手机", None],
        ["张三", "1", "下沙"],
        ["李四", "2"],
        ["王五", "3", "白杨"],
    ]

    def merge_xlsx(book, sheet):
        sheet.merge_range("A1:B1", "联系人")
        sheet.merge_range("C3:C4", "下沙")

    def merge_xls(sheet):
        sheet.merge(0, 0, 0, 1)
        sheet.merge(2, 3, 2, 2)

    path = tmp_path / f"a.{kind}"
    sheet = only_sheet(xlsx(path, rows, setup=merge_xlsx) if kind == "xlsx" else xls(path, rows, setup=merge_xls))

    assert texts(sheet)[4] == ["李四", "2"]
    filled = {row.number: [cell and cell.text for cell in row.cells] for row in sheet.filled()}
    assert filled[1] == ["联系人", "联系人", "园区"]
    assert filled[4] == ["李四", "2", "下沙"]
    assert filled[5] == ["王五", "3", "白杨"]


def test_codes_that_lost_digits_are_never_passed_off_as_numbers(tmp_path):
    sheet = only_sheet(xlsx(tmp_path / "a.xlsx", [[914401011234567890, 330101123456789, "9.144E+17", 0.1 + 0.2]]))
    lost, registration, as_text, sum_of_tenths = sheet.rows[0].cells

    assert (lost.imprecise, lost.text) == (True, "9.14401011234568E+17")
    assert (registration.imprecise, registration.text) == (False, "330101123456789")
    assert as_text.imprecise
    assert sum_of_tenths.value == Decimal("0.3")


def test_errors_and_formulas_never_calculated_do_not_pass_for_empty_cells(tmp_path):
    cells = (
        '<sheetData><row r="2"><c r="A2" t="e"><f>NA()</f><v>#N/A</v></c><c r="B2"><f>1+1</f></c>'
        '<c r="C2"><f>1+1</f><v></v></c>\n<c r="D2"><f>1+1</f><v>2</v></c><c r="E2" t="str"><f>""</f><v></v></c>'
        '</row><row r="9"><c r="B9"><f>SUM(A1:A3)</f></c></row></sheetData>'
        "<extLst><ext><f>Sheet2!$A$1</f></ext></extLst>"
    )

    rows = only_sheet(sheet_xml(tmp_path / "a.xlsx", cells)).rows

    assert [cell.kind for cell in rows[0].cells[:4]] == [Kind.ERROR, Kind.UNCALCULATED, Kind.UNCALCULATED, Kind.NUMBER]
    assert [cell.text for cell in rows[0].cells[:4]] == ["#N/A", "", "", "2"]
    assert len(rows[0].cells) == 4
    assert (rows[1].number, rows[1].at(1).kind) == (9, Kind.UNCALCULATED)


def test_a_file_is_what_it_contains_not_what_it_is_called(tmp_path):
    really_xlsx = xlsx(tmp_path / "a.xls", [["甲"]])
    really_xls = xls(tmp_path / "b.xlsx", [["乙"]])
    really_text = text(tmp_path / "c.xls", "企业名称\t代码\n甲\t1\n", "gb18030")

    formats = [read(path, name=path.name).format for path in (really_xlsx, really_xls, really_text)]

    assert formats == [Format.XLSX, Format.XLS, Format.CSV]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", Reason.WEB_PAGE),
        ("\ufeff<meta charset='utf-8'><table>".encode(), Reason.WEB_PAGE),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', Reason.OTHER_FORMAT),
        (b"%PDF-1.7\n", Reason.UNKNOWN),
        (b"Rar!\x1a\x07\x00", Reason.ARCHIVE),
        (b"\x00\x01\x02\x03" * 100, Reason.UNKNOWN),
        ("企业名称,代码\n甲,1\n".encode("gb18030") + b"\xff\xff", Reason.ENCODING),
        ('企业名称,代码\n"甲,1\n乙,2\n'.encode(), Reason.QUOTES),
        ('企业名称,代码\n"甲"公司,1\n乙,2\n'.encode(), Reason.QUOTES),
    ],
)
def test_what_is_no_workbook_is_told_apart(tmp_path, content, reason):
    path = tmp_path / "x"
    path.write_bytes(content)

    with pytest.raises(Unreadable) as refused:
        read(path, name="名册.xls")

    assert refused.value.reason == reason
    assert "%(" not in str(refused.value)
