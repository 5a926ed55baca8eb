"""A roster arrives in the bureau's own layout; its table, columns and data rows are found without being told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports import headers
from crm.imports.extras import ExtraKind
from crm.imports.synonyms import vocabulary
from tests.imports.made import sheet

pytestmark = pytest.mark.rules

ROSTER, PEOPLE = vocabulary("roster"), vocabulary("people")
CODE, OTHER_CODE = "91330101MA1TJ3Y7LL", "91330101MAHN2J1K6A"


def read(*rows, words=ROSTER, mapping=None, **more):
    return headers.read(sheet(*rows, **more), words, mapping)


def fields(table):
    return [column.field for column in table.columns]


def head_means(*labels, words=ROSTER):
    """The fields of a one-row header, a firm below it."""
    return fields(read(list(labels), ["和达"] * len(labels), words=words))


def test_the_usual_roster_is_read_as_it_is():
    table = read(
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
    assert [(s.number, str(s.why)) for s in table.skipped] == [(6, "Total"), (7, "Sign-off")]
    assert table.notices == ()


@pytest.mark.parametrize("merged", ["A2:A3 B2:B3 C2:C3 D2:F2 G2:G3", ""])
def test_a_header_of_two_rows_spreads_its_merged_heads(merged):
    table = read(
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
    table = read(
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
    table = read(
        ["企业名称", "证照", ""],
        ["", "信用代码", "注册号"],
        ["杭州和达生物有限公司", CODE, "330"],
        merged="A1:A2 B1:C1",
    )
    assert (table.header, fields(table)) == ((1, 2), ["name", "credit_code", None])


def test_a_title_or_a_line_to_fill_in_is_no_upper_head():
    for above in (["企业基本情况", "", ""], ["填报单位", "", "经发局"], ["填报单位：经发局", "", "单位：万元"]):
        table = read(above, ["企业名称", "服务专员", "地址"], ["和达", "杜建", "6号"], merged="A1:B1")
        assert table.header == (2,)
        assert [column.label for column in table.columns] == ["企业名称", "服务专员", "地址"]


def test_a_data_row_below_the_header_is_no_second_header():
    table = read(["企业名称", "服务专员", "联系人", ""], ["", "", "杨兰", "经理"], ["和达", "杜建", "王", "总"])
    assert table.header == (1,)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("单位名称", "name"),
        ("公司全称", "name"),
        ("* 企 业\n名 称（必填）", "name"),
        ("信用代码（18位）", "credit_code"),
        ("机构代码", "credit_code"),
        ("包联干部", "commissioner"),
        ("挂联干部", "commissioner"),
        ("对接人", "commissioner"),
        ("B角", "deputy"),
        ("挂钩领导", "leader"),
        ("责任科室", "section"),
        ("企业层级", "tier"),
        ("法人", "legal_representative"),
        ("手机号码", "phone"),
        ("镇街", "territory"),
        ("注册地址", "address"),
        ("行业门类", "industry"),
        ("成立时间", "founded_on"),
        ("注册资金（万元）", "registered_capital"),
        ("简称", "short_name"),
        ("曾用名", "former_name"),
        ("职工人数", "employees"),
        ("股票代码", "stock_code"),
        ("最近走访日期", "last_visit_on"),
        ("荣誉资质", "titles"),
        ("是否规上", "titles"),
        ("高新", "titles"),
        ("备注", "note"),
        ("序号", "ordinal"),
        ("问题说明", "problem"),
        ("法定代表人电话", None),
        ("年产值", None),
    ],
)
def test_heads_are_recognised_by_the_words_bureaus_use(label, field):
    anchor = ["企业名称", "服务专员"] if field not in ("name", "commissioner") else ["服务专员", "企业名称"]
    anchor = [word for word in anchor if ROSTER.words[word] != field] + (
        ["信用代码"] if field == "commissioner" else []
    )
    assert head_means(label, *anchor)[0] == field


def test_a_phone_belongs_to_the_person_before_it():
    assert head_means("企业名称", "法人", "电话", "联系人", "电话", "服务专员", "电话") == [
        "name",
        "legal_representative",
        None,
        "contact",
        "phone",
        "commissioner",
        None,
    ]


def test_without_a_contact_the_phone_of_the_legal_representative_is_the_firms():
    assert head_means("企业名称", "法人", "电话", "服务专员", "电话")[2:] == ["phone", "commissioner", None]


def test_a_column_of_one_title_says_which():
    table = read(["企业名称", "服务专员", "是否规上", "专精特新"], ["和达", "杜建", "是", "否"])
    assert [(c.field, c.title) for c in table.columns[2:]] == [("titles", "ABOVE_SIZE"), ("titles", "SRDI")]


def test_the_second_column_of_a_field_stays_an_unknown_one():
    assert head_means("企业名称", "联系电话", "手机", "服务专员") == ["name", "phone", None, "commissioner"]


def test_a_mapping_by_hand_wins():
    mapping = {"客户": "name", "干部": "commissioner", "产值": "extra", "说明": "-"}
    table = read(["客户", "干部", "产值", "说明"], ["和达", "杜建", 5, "x"], mapping=mapping)

    assert fields(table) == ["name", "commissioner", None, None]
    assert [column.extra for column in table.columns[2:]] == [ExtraKind.NUMBER, None]
    assert all(column.by_hand for column in table.columns)


def test_a_mapping_reaches_a_two_level_head_and_frees_the_guess():
    rows = (
        ["企业名称", "服务专员", "联系人", ""],
        ["", "", "姓名", "住址"],
        ["和达", "杜建", "杨兰", "6号"],
    )
    table = read(
        *rows, merged="A1:A2 B1:B2 C1:D1", mapping={"联系人/住址": "address", "联系人/姓名": "legal_representative"}
    )
    assert fields(table)[2:] == ["legal_representative", "address"]


def test_a_mapping_to_nowhere_is_answered():
    assert headers.mapping_problems(ROSTER, {"客户": "name", "产值": "extra", "说明": "-"}) == []
    (problem,) = headers.mapping_problems(ROSTER, {"客户": "nmae"})
    assert problem.params["target"] == "nmae" and "credit_code" in problem.params["known"]

    table = read(["企业名称", "服务专员"], ["和达", "杜建"], mapping={"没有的列": "address"})
    assert [notice.params["label"] for notice in table.notices] == ["没有的列"]


def test_unknown_columns_are_offered_with_the_kind_they_seem_to_have():
    table = read(
        ["企业名称", "服务专员", "年产值", "签约日期", "管理类别", "门牌", "空列"],
        *([f"和达{n}", "杜建", n * 7, f"2024.{n}.3", "甲乙"[n % 2], f"00{n}"] for n in range(1, 7)),
    )
    assert [(column.label, column.extra) for column in table.columns if column.field is None] == [
        ("年产值", ExtraKind.NUMBER),
        ("签约日期", ExtraKind.DATE),
        ("管理类别", ExtraKind.CHOICE),
        ("门牌", ExtraKind.TEXT),
        ("空列", ExtraKind.TEXT),
    ]


@pytest.mark.parametrize(
    ("above", "label", "unit"),
    [
        ("单位：万元", "注册资本", "万元"),
        ("（单位:亿元）", "注册资本", "亿元"),
        ("金额单位：元", "注册资本", "元"),
        ("单位：元", "注册资本（万元）", "万元"),
        ("填报单位：元和街道", "注册资本", None),
        ("一览表", "注册资本", None),
    ],
)
def test_the_money_unit_comes_from_the_head_or_the_line_above(above, label, unit):
    table = read([above], ["企业名称", "服务专员", label], ["和达", "杜建", 5])
    assert table.column("registered_capital").unit == unit
    assert len(table.notices) == (unit is None)


def test_merged_cells_of_the_data_fill_down():
    table = read(
        ["所在园区", "企业名称", "服务专员"],
        ["下沙街道", "和达", "杜建"],
        ["", "安诺", ""],
        ["", "博拓", "黎静"],
        merged="A2:A4 C2:C3",
    )
    assert [[row.text(column) for column in range(3)] for row in table.rows] == [
        ["下沙街道", "和达", "杜建"],
        ["下沙街道", "安诺", "杜建"],
        ["下沙街道", "博拓", "黎静"],
    ]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["合计", "", "", 12], "Total"),
        (["", "小 计", "", 12], "Total"),
        (["下沙街道小计", "", "", 12], "Total"),
        (["总计：60家"], "Total"),
        (["共60家"], "Total"),
        (["填表人：王明", "", "审核人：李红"], "Sign-off"),
        (["填表人", "", "审核人"], "Sign-off"),
        (["单位负责人（签字）：", "", "填报日期：2026年3月5日"], "Sign-off"),
        (["联系电话：0571-86912345"], "Sign-off"),
        (["注：本表一式两份。"], "Footnote"),
        (["备注：1.专员每季度走访；2.名单每年更新。"], "Footnote"),
        (["※ 带星号为新增"], "Footnote"),
        (["一、规上企业"], "Caption"),
        (["（二）下沙街道"], "Caption"),
        (["序号", "企业名称", "信用代码", "服务专员"], "Header repeated"),
        (["2026年11月23日"], "Remark"),
    ],
)
def test_rows_that_are_no_firms_are_left_out_with_the_reason(row, why):
    table = read(
        ["序号", "企业名称", "信用代码", "服务专员"], [1, "和达", CODE, "杜建"], row, [2, "安诺", OTHER_CODE, "黎静"]
    )
    assert [r.number for r in table.rows] == [2, 4]
    assert [(s.number, str(s.why)) for s in table.skipped] == [(3, why)]


@pytest.mark.parametrize(
    "row",
    [
        [3, "杭州合计科技有限公司", "", "杜建"],
        [3, "合计", CODE, "杜建"],
        ["", "共享科技", "", ""],
        [3, "", CODE, ""],
        [3, "备注文化有限公司", "", "杜建"],
    ],
)
def test_odd_firms_are_still_firms(row):
    table = read(["序号", "企业名称", "信用代码", "服务专员"], row)
    assert [r.number for r in table.rows] == [2]
    assert table.skipped == ()


def test_numbered_lines_nobody_filled_are_passed_over_silently():
    table = read(["序号", "企业名称", "服务专员"], [1, "和达", "杜建"], [2, "", ""], None, [3, "", ""])
    assert ([r.number for r in table.rows], table.skipped) == ([2], ())


def test_a_caption_merged_over_the_table_is_left_out_even_in_the_name_column():
    table = read(["企业名称", "服务专员", "地址"], ["下沙街道"], ["和达", "杜建", "6号"], merged="A2:C2")
    assert [r.number for r in table.rows] == [3]


def test_a_sheet_without_a_header_is_skipped_with_a_notice():
    found = read(["填表说明"], ["一、企业名称填全称"], ["二、服务专员填姓名"], name="说明")
    assert isinstance(found, headers.NoTable)
    assert found.why.params["sheet"] == "说明" and "企业名称" in found.why.params["all"]
    assert isinstance(read(), headers.NoTable)


def test_a_name_column_alone_is_no_header():
    assert isinstance(read(["企业名称", "地址"], ["和达", "6号"]), headers.NoTable)


def test_row_numbers_are_those_of_the_spreadsheet():
    table = read(["企业名称", "服务专员"], None, ["和达", "杜建"], start=7)
    assert (table.header, table.rows[0].number) == ((7,), 9)


def test_values_without_a_head_are_named():
    table = read(["企业名称", "服务专员", "", ""], ["和达", "杜建", "", "散落"])
    assert [notice.params["letter"] for notice in table.notices] == ["D"]


def test_a_list_of_people_is_read_by_its_own_words():
    table = read(
        ["经济发展局通讯录"],
        ["序号", "姓名", "科室", "职务", "手机号码", "邮箱", "工号"],
        [1, "杜建", "企业服务科", "科长", "13812345678", "du@example.com", "0012"],
        words=PEOPLE,
    )
    assert fields(table) == ["ordinal", "name", "unit", "title", "mobile", "email", "staff_no"]


@pytest.mark.parametrize("words", [ROSTER, PEOPLE], ids=lambda words: words.kind)
def test_our_own_heads_are_understood_in_both_languages(words):
    for label in ("zh", "en"):
        heads = [getattr(field, label) for field in words.fields.values()]
        assert head_means(*heads, words=words) == list(words.fields)


@given(
    st.lists(
        st.lists(
            st.sampled_from(["企业名称", "服务专员", "联系人", "电话", "合计", "注：", "", "和达", 5]), max_size=5
        ),
        max_size=8,
    ),
    st.sampled_from(["", "A1:C1", "A1:A3 B1:C1", "B2:B6"]),
)
def test_any_grid_is_survived_and_every_row_is_data_or_explained(rows, merged):
    made = sheet(*rows, merged=merged)
    table = headers.read(made, ROSTER)
    if isinstance(table, headers.Table):
        below = {row.number for row in made.rows if row.number > table.header[-1]}
        told = {row.number for row in table.rows} | {skipped.number for skipped in table.skipped}
        assert told <= below
        assert all(
            not any(c and str(c.value) != "5" for c in row.cells) for row in made.rows if row.number in below - told
        )
