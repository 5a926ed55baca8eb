"""Columns are recognised by the words bureaus use, put right by hand, and the unknown ones offered."""

import pytest

from crm.imports.extras import ExtraKind
from crm.imports.synonyms import mapping_problems, recognise, vocabulary
from tests.imports.made import fields, table_of

pytestmark = pytest.mark.rules

ROSTER, PEOPLE = vocabulary("roster"), vocabulary("people")
CODE, OTHER_CODE = "91330101MA1TJ3Y7LL", "91330101MAHN2J1K6A"


def head_means(*labels, words=ROSTER):
    """The fields of a one-row header, a firm below it."""
    return fields(table_of(list(labels), ["和达"] * len(labels), words=words))


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
        ("注册资本/万元", "registered_capital"),
        ("注册资本万美元", "registered_capital"),
        ("园区/街道", "territory"),
        ("企业注册地址", "address"),
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


AT_LEAST = """
name 企业名称 单位名称 公司全称 公司名称
credit_code 统一社会信用代码 社会信用代码 信用代码(统一) 机构代码
commissioner 服务专员 专员 包联干部 挂联干部 联络员 对接人
leader 联系领导 挂钩领导 包联领导
legal_representative 法定代表人 法人 企业负责人
contact 联系人
phone 联系电话 手机 手机号码
territory 所在园区 街道 镇街
address 注册地址
industry 所属行业 国民经济行业 行业门类
founded_on 成立日期 成立时间
registered_capital 注册资本 注册资金
"""


@pytest.mark.parametrize("line", AT_LEAST.strip().splitlines(), ids=lambda line: line.split()[0])
def test_the_least_that_must_be_understood(line):
    field, *labels = line.split()
    assert [recognise(ROSTER, [("", label)], {})[0].field for label in labels] == [field] * len(labels)
    if field == "contact":
        assert recognise(ROSTER, [("联系人", "姓名")], {})[0].field == field


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
    table = table_of(["企业名称", "服务专员", "是否规上", "专精特新"], ["和达", "杜建", "是", "否"])
    assert [(c.field, c.title) for c in table.columns[2:]] == [("titles", "ABOVE_SIZE"), ("titles", "SRDI")]


def test_the_second_column_of_a_field_stays_an_unknown_one():
    assert head_means("企业名称", "联系电话", "手机", "服务专员") == ["name", "phone", None, "commissioner"]


def test_a_mapping_by_hand_wins():
    mapping = {"客户": "name", "干部": "commissioner", "产值": "extra", "说明": "-"}
    table = table_of(["客户", "干部", "产值", "说明"], ["和达", "杜建", 5, "x"], mapping=mapping)

    assert fields(table) == ["name", "commissioner", None, None]
    assert [column.extra for column in table.columns[2:]] == [ExtraKind.NUMBER, None]
    assert all(column.by_hand for column in table.columns)


def test_a_mapping_reaches_a_two_level_head_and_frees_the_guess():
    rows = (
        ["企业名称", "服务专员", "联系人", ""],
        ["", "", "姓名", "住址"],
        ["和达", "杜建", "杨兰", "6号"],
    )
    table = table_of(
        *rows, merged="A1:A2 B1:B2 C1:D1", mapping={"联系人/住址": "address", "联系人/姓名": "legal_representative"}
    )
    assert fields(table)[2:] == ["legal_representative", "address"]


def test_a_mapping_to_nowhere_is_answered():
    assert mapping_problems(ROSTER, {"客户": "name", "产值": "extra", "说明": "-"}) == []
    (problem,) = mapping_problems(ROSTER, {"客户": "nmae"})
    assert problem.params["target"] == "nmae" and "credit_code" in problem.params["known"]

    table = table_of(["企业名称", "服务专员"], ["和达", "杜建"], mapping={"没有的列": "address"})
    assert [notice.params["label"] for notice in table.notices] == ["没有的列"]


def test_unknown_columns_are_offered_with_the_kind_they_seem_to_have():
    table = table_of(
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


def test_values_without_a_head_are_named():
    table = table_of(["企业名称", "服务专员", "", ""], ["和达", "杜建", "", "散落"])
    assert [notice.params["letter"] for notice in table.notices] == ["D"]


@pytest.mark.parametrize("words", [ROSTER, PEOPLE], ids=lambda words: words.kind)
def test_our_own_heads_are_understood_in_both_languages(words):
    for label in ("zh", "en"):
        heads = [getattr(field, label) for field in words.fields.values()]
        assert head_means(*heads, words=words) == list(words.fields)
