"""The check page reads like the roster: the firm first, its columns in their usual order, its own ones last."""

from __future__ import annotations

from tests.imports.conftest import HEAD
from tests.imports.test_wizard import bring_to_check, last, row


def facts(page, name):
    """The labels in the row of this firm, in their order."""
    [line] = [line for line in page.all("tr") if name in "".join(line.itertext())]
    return [each.text for each in line.iter() if each.get("class") == "quiet" and each.text]


def test_a_new_row_is_told_in_the_order_of_a_roster(page, cast, make, book):
    firm = (*row(make, 1, "杭州和达有限公司", official="林晓"), "A-7", "西湖大道 1 号")
    bring_to_check(page.as_(cast.clerk), book([(*HEAD, "用电户号", "注册地址"), firm]), keep_unknown="y")

    order = [
        *("企业名称", "统一社会信用代码", "服务专员", "联系人", "联系电话", "所在园区", "地址", "所属行业"),
        *("成立日期", "注册资本", "用电户号"),
    ]
    assert facts(page, "杭州和达有限公司") == order
    page.open("imports.rows", run_id=last().id, block="new")
    assert facts(page, "杭州和达有限公司") == order


def test_people_begin_with_their_name_too(page, cast, book):
    path = book([("手机号码", "姓名", "单位", "职务"), ("13811112222", "陈新", "企业服务科", "科员")])
    bring_to_check(page.as_(cast.clerk), path, kind="people")

    assert facts(page, "陈新")[0] == "姓名"
