"""The check page reads like the roster: the firm first, its columns in their usual order, its own ones last."""

from __future__ import annotations

from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import StandIn
from tests.imports.conftest import HEAD
from tests.imports.wizard import bring_to_check, firm, last, row


def facts(page, name):
    """The labels in the row of this firm, in their order."""
    [line] = [line for line in page.all("tr") if name in "".join(line.itertext())]
    return [each.text for each in line.iter() if each.get("class") == "quiet" and each.text]


def test_a_new_row_is_told_in_the_order_of_a_roster(page, cast, make, book):
    line = (*row(make, 1, "杭州和达有限公司", official="林晓"), "A-7", "西湖大道 1 号")
    bring_to_check(page.as_(cast.clerk), book([(*HEAD, "用电户号", "注册地址"), line]), keep_unknown="y")

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


def asked(page):
    """The questions of the form that writes."""
    [form] = page.all("form", id="write")
    names = (each.get("name") for each in form.iter() if each.get("name") and each.get("type") != "hidden")
    return set(names) - {"csrf_token", "next"}


def test_each_question_stands_in_the_block_that_raises_it(page, cast, make, book):
    make.enterprise("杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    rows = (
        row(make, 1, "杭州和达有限公司", official="周敏"),
        row(make, 2, "杭州博拓有限公司", official="林晓、周敏", park="新园区"),
        row(make, 3, "杭州启明有限公司", official="新来的人"),
    )
    bring_to_check(page.as_(cast.clerk), book([HEAD, *rows]))

    handover = {"changes", "note", "document_no", "on"}
    assert asked(page) == {*handover, "officials_unit", "creates_units", "deputies"}
    change = page.all("section", id="block-change") or page.all("div", id="block-change")
    assert handover <= {each.get("name") for each in change[0].iter()}


def test_nothing_is_asked_that_does_not_come_up(page, cast, make, book):
    bring_to_check(page.as_(cast.clerk), book([HEAD[:3], row(make, 1, "杭州和达有限公司", official="林晓")[:3]]))

    assert asked(page) == set()


def test_the_file_with_its_errors_is_offered_before_anything_is_written(page, cast, make, book):
    path = book([HEAD, row(make, 1, "杭州和达有限公司"), ("杭州博拓有限公司", "9133010", *[""] * 7)])
    bring_to_check(page.as_(cast.clerk), path)

    assert [link for link in page.all("a") if link.get("href") == f"/imports/{last().id}/errors.xlsx"]


def test_a_second_name_becomes_the_deputy_by_the_ticked_box(page, cast, make, book):
    lines = [row(make, 1, "杭州和达有限公司", official="林晓、周敏")]
    bring_to_check(page.as_(cast.clerk), book([HEAD, *lines])).submit(form="write").follow()

    assert commissioner_of(firm("杭州和达有限公司").id).commissioner_id == cast.lin.id
    assert [deputy.deputy_id for deputy in db.session.scalars(select(StandIn))] == [cast.zhou.id]


def test_a_changed_commissioner_stands_in_its_own_block_only(page, cast, make, book):
    for number in (1, 2):
        make.enterprise(f"杭州第{number}有限公司", unit=cast.bureau, code=make.code(number), commissioner=cast.lin)
    alone = ("杭州第1有限公司", make.code(1), "周敏")
    bring_to_check(page.as_(cast.clerk), book([HEAD, alone, row(make, 2, "杭州第2有限公司", official="周敏")]))

    shown = {key: "".join(page.all("section", id=f"block-{key}")[0].itertext()) for key in ("change", "other")}
    assert "杭州第1有限公司" in shown["change"] and "杭州第2有限公司" in shown["change"]
    assert "杭州第1有限公司" not in shown["other"] and "杭州第2有限公司" in shown["other"]
    assert not page.all("section", id="block-update")


def test_whom_the_file_overloads_is_told_in_chinese(page, cast, make, book):
    rows = [row(make, number, f"杭州第{number}有限公司", official="林晓") for number in range(1, 17)]
    bring_to_check(page.as_(cast.clerk), book([HEAD, *rows]))

    assert "林晓将服务 16 家企业（提醒线 15 家，上限 25 家）" in page.text
