"""A roster arrives in the layout of its bureau; its table is found without being told."""

import pytest

from crm.imports import headers
from crm.imports.synonyms import vocabulary
from tests.imports.made import fields, table_of

pytestmark = pytest.mark.rules

ROSTER, PEOPLE = vocabulary("roster"), vocabulary("people")
CODE, OTHER_CODE = "91330101MA1TJ3Y7LL", "91330101MAHN2J1K6A"


def test_the_usual_roster_is_read_as_it_is():
    table = table_of(
        ["开发区企业服务专员“一对一”联系安排表"],
        ["填报单位：经济发展局", "", "", "单位：万元"],
        ["序号", "企业名称", "统一社会信用代码", "注册资本", "成立日期", "服务专员"],
        [1, "杭州和达生物有限公司", CODE, 5000, "2010.10.24", "杜建"],
        [2, "杭州安诺有限公司", OTHER_CODE, 12000, "2008.1.25", "黎静"],
        ["合计", "", "", 17000],
        ["填表人：", "", "审核人："],
        merged="A1:F1",
    )
    assert fields(table) == ["ordinal", "name", "credit_code", "registered_capital", "founded_on", "commissioner"]
    assert table.header == (3,)
    assert [row.number for row in table.rows] == [4, 5]
    assert table.column("registered_capital").unit == "万元"
    assert [(s.number, str(s.why)) for s in table.skipped] == [(6, "Total row"), (7, "Sign-off line")]
    assert table.notices == ()


@pytest.mark.parametrize("merged", ["A2:A3 B2:B3 C2:C3 D2:F2 G2:G3", ""])
def test_a_header_of_two_rows_spreads_its_merged_heads(merged):
    table = table_of(
        ["服务专员对接表"],
        ["序号", "企业名称", "信用代码", "联系人", "", "", "服务专员"],
        ["", "", "", "姓名", "职务", "电话", ""],
        [1, "杭州和达生物有限公司", CODE, "杨兰", "经理", "13812345678", "杜建"],
        merged=merged,
    )
    assert table.header == (2, 3)
    assert [column.label for column in table.columns[3:6]] == ["联系人/姓名", "联系人/职务", "联系人/电话"]
    assert fields(table)[3:] == ["contact", "contact_position", "phone", "commissioner"]
    assert [row.number for row in table.rows] == [4]


def test_group_heads_above_a_full_header_give_names_their_context():
    table = table_of(
        ["基本信息", "", "联系人", "", "法定代表人", "", "服务专员", ""],
        ["企业名称", "信用代码", "姓名", "手机", "姓名", "手机", "姓名", "手机"],
        ["杭州和达生物有限公司", CODE, "杨兰", "13812345678", "江敏涛", "13812345679", "杜建", "13812345670"],
        merged="A1:B1 C1:D1 E1:F1 G1:H1",
    )
    assert table.header == (1, 2)
    assert fields(table) == [
        "name",
        "credit_code",
        "contact",
        "phone",
        "legal_representative",
        None,
        "commissioner",
        None,
    ]
    assert table.columns[7].label == "服务专员/手机"


def test_name_above_and_code_below_make_a_header_only_together():
    table = table_of(
        ["企业名称", "证照", ""],
        ["", "信用代码", "注册号"],
        ["杭州和达生物有限公司", CODE, "330"],
        merged="A1:A2 B1:C1",
    )
    assert (table.header, fields(table)) == ((1, 2), ["name", "credit_code", None])


def test_a_title_or_a_line_to_fill_in_is_no_upper_head():
    for above in (["企业基本情况", "", ""], ["填报单位", "", "经发局"], ["填报单位：经发局", "", "单位：万元"]):
        table = table_of(above, ["企业名称", "服务专员", "地址"], ["和达", "杜建", "6号"], merged="A1:B1")
        assert table.header == (2,)
        assert [column.label for column in table.columns] == ["企业名称", "服务专员", "地址"]


def test_a_data_row_below_the_header_is_no_second_header():
    table = table_of(["企业名称", "服务专员", "联系人", ""], ["", "", "杨兰", "经理"], ["和达", "杜建", "王", "总"])
    assert table.header == (1,)


@pytest.mark.parametrize(
    ("above", "label", "unit"),
    [
        ("单位：万元", "注册资本", "万元"),
        ("（单位:亿元）", "注册资本", "亿元"),
        ("金额单位：元", "注册资本", "元"),
        ("单位：元", "注册资本（万元）", "万元"),
        ("单位：千元", "注册资本", "千元"),
        ("单位：万美元", "注册资本", "万美元"),
        ("单位：万元", "注册资本（万美元）", "万美元"),
        ("一览表", "注册资本（人民币万元）", "万元"),
        ("一览表", "注册资本/港元", "港元"),
        ("一览表", "注册资本万元", "万元"),
        ("填报单位：元和街道", "注册资本", None),
        ("一览表", "注册资本", None),
    ],
)
def test_the_money_unit_comes_from_the_head_or_the_line_above(above, label, unit):
    table = table_of([above], ["企业名称", "服务专员", label], ["和达", "杜建", 5])
    assert table.column("registered_capital").unit == unit
    assert len(table.notices) == (unit is None)


def test_a_sheet_without_a_header_is_skipped_with_a_notice():
    found = table_of(["填表说明"], ["一、企业名称填全称"], ["二、服务专员填姓名"], name="说明")
    assert isinstance(found, headers.NoTable)
    assert found.why.params["sheet"] == "说明" and "企业名称" in found.why.params["all"]
    assert isinstance(table_of(), headers.NoTable)


def test_a_name_column_alone_is_no_header():
    assert isinstance(table_of(["企业名称", "地址"], ["和达", "6号"]), headers.NoTable)


def test_row_numbers_are_those_of_the_spreadsheet():
    table = table_of(["企业名称", "服务专员"], None, ["和达", "杜建"], start=7)
    assert (table.header, table.rows[0].number) == ((7,), 9)


def test_a_list_of_people_is_read_by_its_own_words():
    table = table_of(
        ["经济发展局通讯录"],
        ["序号", "姓名", "科室", "职务", "手机号码", "邮箱", "工号"],
        [1, "杜建", "企业服务科", "科长", "13812345678", "du@example.com", "0012"],
        words=PEOPLE,
    )
    assert fields(table) == ["ordinal", "name", "unit", "title", "mobile", "email", "staff_no"]
