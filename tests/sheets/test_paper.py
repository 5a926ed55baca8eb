"""A paper looks the way the bureau hands it in, and can be read back."""

from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from crm.core.words import say
from crm.sheets.layout import Column, Layout, Show
from crm.sheets.paper import write_paper
from crm.sheets.read import read

PAPER = Layout(
    title="开发区企业服务专员“一对一”联系安排表",
    unit_left="填报单位：经济发展局",
    unit_right="单位：万元",
    columns=[
        Column("序号", Show.NUMBER),
        Column("企业名称", width=36),
        Column("注册资本", Show.MONEY, is_totalled=True),
        Column("成立日期", Show.DATE),
        Column("服务专员"),
    ],
    total_label="合计",
    sign_off=["填表人：", "审核人："],
    sheet_name="服务专员对接表",
)
ROWS = [
    [1, "甲公司", Decimal("0.0001"), date(2014, 5, 3), "杜建"],
    [2, "乙公司", Decimal("12000.10"), None, say("none")],
]


@pytest.fixture
def page(tmp_path):
    assert write_paper(tmp_path / "a.xlsx", layout=PAPER, rows=ROWS) == 2
    return load_workbook(tmp_path / "a.xlsx").active


def test_the_paper_holds_the_form_and_the_sums(tmp_path, page):
    (sheet,) = read(tmp_path / "a.xlsx", name="a.xlsx").sheets

    assert sheet.name == "服务专员对接表"
    assert [[row.text(column) for column in range(5)] for row in sheet.rows] == [
        ["开发区企业服务专员“一对一”联系安排表", "", "", "", ""],
        ["填报单位：经济发展局", "", "单位：万元", "", ""],
        ["序号", "企业名称", "注册资本", "成立日期", "服务专员"],
        ["1", "甲公司", "0.0001", "2014-05-03", "杜建"],
        ["2", "乙公司", "12000.1", "", "none"],
        ["合计", "", "12000.1001", "", ""],
        ["填表人：", "", "审核人：", "", ""],
    ]


def test_the_paper_prints_on_a4_landscape_with_repeated_headings(page):
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page.print_title_rows == "$3:$3"
    assert page.print_area == "'服务专员对接表'!$A$1:$E$7"
    assert page.freeze_panes == "A4"
    assert "A1:E1" in {str(area) for area in page.merged_cells.ranges}


def test_the_paper_bears_the_fonts_and_thin_lines_of_the_bureau(page):
    assert (page["A1"].font.name, page["A1"].font.size, page["A1"].alignment.horizontal) == (
        "方正小标宋简体",
        20,
        "center",
    )
    assert (page["B4"].font.name, page["B4"].font.size, page["B4"].border.left.style) == ("仿宋_GB2312", 12, "thin")
    assert (page["C5"].number_format, page["B5"].number_format, page["D4"].number_format) == (
        "#,##0.00",
        "@",
        "yyyy-mm-dd",
    )
    assert page["D5"].border.bottom.style == "thin"
    assert page.column_dimensions["B"].width == pytest.approx(36, abs=1)


def test_two_rows_of_headings_are_merged_as_by_hand(tmp_path):
    layout = Layout(
        title="名册",
        columns=[Column("企业名称"), Column("姓名", above="联系人"), Column("电话", above="联系人"), Column("备注")],
    )

    write_paper(tmp_path / "a.xlsx", layout=layout, rows=[["甲", "张三", "1", None], ["乙", "李四", "2", "好"]])

    (sheet,) = read(tmp_path / "a.xlsx", name="a.xlsx").sheets
    assert [[row.text(column) for column in range(4)] for row in sheet.filled()[1:]] == [
        ["企业名称", "联系人", "联系人", "备注"],
        ["企业名称", "姓名", "电话", "备注"],
        ["甲", "张三", "1", ""],
        ["乙", "李四", "2", "好"],
    ]
    page = load_workbook(tmp_path / "a.xlsx").active
    assert (page.print_title_rows, page.freeze_panes) == ("$2:$3", "A4")


def test_a_paper_without_rows_is_still_a_form(tmp_path):
    layout = Layout(title="空表", columns=[Column("企业名称")], total_label="合计", sign_off=["填表人：", "审核人："])

    assert write_paper(tmp_path / "a.xlsx", layout=layout, rows=[]) == 0

    (sheet,) = read(tmp_path / "a.xlsx", name="a.xlsx").sheets
    assert [row.text(0) for row in sheet.rows] == ["空表", "企业名称", "合计", "填表人：    审核人："]
