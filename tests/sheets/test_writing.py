"""What is exported opens in WPS and Excel, runs nothing, and comes back through the import unchanged."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from crm.sheets.grid import Kind
from crm.sheets.layout import Column, Show
from crm.sheets.names import file_name, sheet_name
from crm.sheets.read import read
from crm.sheets.tab_guard import bare, guarded
from crm.sheets.write import write_csv, write_table

COLUMNS = [
    Column("企业名称"),
    Column("统一社会信用代码"),
    Column("联系电话"),
    Column("注册资本", Show.MONEY),
    Column("占比", Show.RATIO),
    Column("成立日期", Show.DATE),
]
ROWS = [
    [
        "杭州𠮷䶮😀科技有限公司",
        "91330101MA1TJ3Y7LL",
        "18628194821",
        Decimal("5000.0001"),
        Decimal("0.25"),
        date(2014, 5, 3),
    ],
    ["全角１２３Ａ", "330101000012345", "057188886666", Decimal(-3), None, "2014-05"],
    ["一行\n两行", None, "+86 571 8888", 12000, Decimal(0), date(1895, 2, 3)],
]
RUNS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1+1",
    "\u3000=1",
    "=cmd|' /C calc'!A0",
]
KEPT = ["\t甲", "\t\t=x", "-", "—", "0571", "91440101123456789012", "9.144E+17", "甲；=1", 'a"b,c;d', "_x0041_"]


def texts(path, name):
    (sheet,) = read(path, name=name).sheets
    return [[row.text(column) for column in range(sheet.width)] for row in sheet.rows]


@pytest.mark.parametrize("write", [write_table, write_csv])
def test_a_list_comes_back_as_it_went(tmp_path, write):
    path = tmp_path / "list"

    assert write(path, columns=COLUMNS, rows=iter(ROWS)) == 3

    assert texts(path, "list.csv") == [
        ["企业名称", "统一社会信用代码", "联系电话", "注册资本", "占比", "成立日期"],
        ["杭州𠮷䶮😀科技有限公司", "91330101MA1TJ3Y7LL", "18628194821", "5000.0001", "0.25", "2014-05-03"],
        ["全角１２３Ａ", "330101000012345", "057188886666", "-3", "", "2014-05"],
        ["一行\n两行", "", "+86 571 8888", "12000", "0", "1895-02-03"],
    ]


@pytest.mark.parametrize("write", [write_table, write_csv])
@pytest.mark.parametrize("value", RUNS + KEPT)
def test_no_typed_text_changes_on_its_way_out_and_back(tmp_path, write, value):
    path = tmp_path / "list"

    write(path, columns=[Column(value or "x"), Column("b")], rows=[[value, "1"]])

    assert texts(path, "list.csv") == [[value, "b"], [value, "1"]]


@pytest.mark.parametrize("value", RUNS)
def test_no_text_runs_in_a_spreadsheet(tmp_path, value):
    table, comma = tmp_path / "a.xlsx", io.BytesIO()

    write_table(table, columns=[Column("x")], rows=[[value]])
    write_csv(comma, columns=[Column("x")], rows=[[value]])

    cell = load_workbook(table).active["A2"]
    assert (cell.data_type, cell.hyperlink, cell.number_format) == ("s", None, "@")
    (_, row) = csv.reader(io.StringIO(comma.getvalue().decode("utf-8-sig"), newline=""))
    assert row == ["\t" + value]


@given(st.text())
def test_the_guard_is_undone_exactly(text):
    assert bare(guarded(text)) == text


@given(st.text(max_size=3).map(lambda end: "=" + end))
def test_the_guard_guards(text):
    assert guarded(text)[0] == "\t"


def test_codes_are_text_and_figures_are_figures(tmp_path):
    path = tmp_path / "a.xlsx"
    columns = [Column("代码"), Column("家数", Show.NUMBER), Column("登记于", Show.MOMENT), Column("日", Show.TEXT)]
    instant = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)

    write_table(path, columns=columns, rows=[[330101, 7, instant, date(2026, 1, 2)], ["x", 10**17, None, None]])

    first, second = read(path, name="a.xlsx").sheets[0].rows[1:]
    assert [cell.kind for cell in first.cells] == [Kind.TEXT, Kind.NUMBER, Kind.DATETIME, Kind.TEXT]
    assert [cell.text for cell in first.cells] == ["330101", "7", "2026-11-23 09:30:00", "2026-01-02"]
    assert (second.text(1), second.at(1).imprecise) == ("100000000000000000", False)


def test_a_csv_opens_in_excel_with_its_characters(tmp_path):
    path = tmp_path / "a.csv"
    write_csv(path, columns=[Column("企业")], rows=[["甲"]])

    assert path.read_bytes() == b"\xef\xbb\xbf" + '"企业"\r\n"甲"\r\n'.encode()


def test_no_character_breaks_a_workbook(tmp_path):
    path = tmp_path / "a.xlsx"
    odd = [f"前{chr(code)}后" for code in [*range(1, 0x20), 0x7F, 0x85, 0xA0, 0x2028, 0x1F600, 0x20BB7]]
    odd += ["<b>&amp;</b>", "]]>", "_x000D_", "_x_x0041_", "  两边  ", "\n"]

    write_table(path, columns=[Column("x")], rows=[[text] for text in [*odd, "半\ud842个\ufffe"]])

    assert [text for (text,) in texts(path, "a.xlsx")[1:]] == [*odd, "半\ufffd个\ufffd"]


def test_a_text_longer_than_a_cell_is_cut_with_a_mark(tmp_path):
    path = tmp_path / "a.xlsx"
    write_table(path, columns=[Column("x")], rows=[["字" * 40_000]])

    value = texts(path, "a.xlsx")[1][0]
    assert (len(value), value[-1]) == (32_767, "…")


def test_a_row_that_does_not_fit_the_columns_is_a_mistake(tmp_path):
    with pytest.raises(ValueError, match="zip"):
        write_table(tmp_path / "a.xlsx", columns=COLUMNS, rows=[["甲"]])


def test_files_are_named_as_bureaus_name_them():
    day = date(2026, 11, 23)

    assert (
        file_name("2026年11月走访台账", unit="经发局", on=day, suffix="xlsx")
        == "2026年11月走访台账(经发局)20261123.xlsx"
    )
    assert file_name("../名册\u202exslx:*?\n甲 ", on=day, suffix="csv") == "_名册xslx___ 甲20261123.csv"
    assert len(file_name("长" * 300, unit="名" * 300, on=day, suffix="xlsx").encode()) <= 255


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("走访台账", "走访台账"),
        ("a[b]:c/d", "a b  c d"),
        ("'x'", "x"),
        ("", "Sheet1"),
        ("History", "Sheet1"),
        ("𠮷" * 31, "𠮷" * 15),
    ],
)
def test_sheet_names_are_ones_excel_takes(tmp_path, title, name):
    assert sheet_name(title) == name

    write_table(tmp_path / "a.xlsx", columns=[Column("x")], rows=[], title=title)
    assert read(tmp_path / "a.xlsx", name="a.xlsx").sheets[0].name == name
