"""Under the header stand firms, totals, signatures and remarks; only the firms are taken, nothing else is lost."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crm.imports import headers
from crm.imports.synonyms import vocabulary
from tests.imports.made import sheet, table_of

pytestmark = pytest.mark.rules

ROSTER, PEOPLE = vocabulary("roster"), vocabulary("people")
CODE, OTHER_CODE = "91330101MA1TJ3Y7LL", "91330101MAHN2J1K6A"


def test_merged_cells_of_the_data_fill_down():
    table = table_of(
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
        (["合计", "", "", 12], "Total row"),
        (["", "小 计", "", 12], "Total row"),
        (["下沙街道小计", "", "", 12], "Total row"),
        (["总计：60家"], "Total row"),
        (["共60家"], "Total row"),
        (["填表人：王明", "", "审核人：李红"], "Sign-off line"),
        (["填表人", "", "审核人"], "Sign-off line"),
        (["单位负责人（签字）：", "", "填报日期：2026年3月5日"], "Sign-off line"),
        (["联系电话：0571-86912345"], "Sign-off line"),
        (["注：本表一式两份。"], "Footnote"),
        (["备注：1.专员每季度走访；2.名单每年更新。"], "Footnote"),
        (["※ 带星号为新增"], "Footnote"),
        (["一、规上企业"], "Group heading"),
        (["（二）下沙街道"], "Group heading"),
        (["序号", "企业名称", "信用代码", "服务专员"], "Repeated header"),
        (["2026年11月23日"], "Remark outside the table"),
    ],
)
def test_rows_that_are_no_firms_are_left_out_with_the_reason(row, why):
    table = table_of(
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
    table = table_of(["序号", "企业名称", "信用代码", "服务专员"], row)
    assert [r.number for r in table.rows] == [2]
    assert table.skipped == ()


def test_numbered_lines_nobody_filled_are_passed_over_silently():
    table = table_of(["序号", "企业名称", "服务专员"], [1, "和达", "杜建"], [2, "", ""], None, [3, "", ""])
    assert ([r.number for r in table.rows], table.skipped) == ([2], ())


def test_a_caption_merged_over_the_table_is_left_out_even_in_the_name_column():
    table = table_of(["企业名称", "服务专员", "地址"], ["下沙街道"], ["和达", "杜建", "6号"], merged="A2:C2")
    assert [r.number for r in table.rows] == [3]


@example([["企业名称"], ["企业名称"]], "A1:A3 B1:C1")
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
