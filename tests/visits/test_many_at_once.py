"""Several firms in one save, a table of visits entered afterwards, and a clerk who types for a colleague."""

from datetime import date
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.followups.models import Followup
from crm.visits import attaching
from crm.visits.models import Visit


def visits() -> list[Visit]:
    return list(db.session.scalars(select(Visit).order_by(Visit.id)))


@pytest.fixture
def firms(make, cast):
    own = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")
    other = make.enterprise("杭州远山仪器有限公司", unit=cast.elsewhere, commissioner=cast.stranger, contact="赵总")
    return own, other


def test_a_meeting_with_several_firms_is_one_text_and_a_row_for_each(page, cast, firms):
    own, other = firms
    page.as_(cast.lin).open("desk.group_visit", q="远山", more=1, enterprise=own.id)
    assert {f.get("value") for f in page.all("input", type="checkbox")} == {str(own.id), str(other.id)}
    page.open("desk.group_visit", enterprise=[own.id, other.id])
    assert "赵总" not in page.response.text, "people of other firms are not told"
    tree, url = page.tree, page.url
    sent = {"text": "用工座谈", "leaders": cast.leader.name, "followup_on": "2026-12-07"}
    page.submit(**sent)
    page.tree, page.url = tree, url
    page.submit(**sent)

    first, second = visits()
    assert (first.enterprise, first.met, second.enterprise, second.is_not_met) == (own, "王经理", other, True)
    assert first.group_key and first.group_key == second.group_key
    assert {v.kind for v in visits()} == {"meeting"}
    assert "远山" in page.follow().text, "the others of the round"
    page.as_(cast.manager).open("desk.visit", visit_id=first.id)
    assert "远山" not in page.text, "out of his reach"


def test_searching_for_one_more_keeps_the_ticks(page, cast, firms):
    own, other = firms
    page.as_(cast.lin).open("desk.group_visit", q="远山", more=1)
    names = [{field.get("name") for field in each.iter("input")} for each in page.all("form")]
    assert any(each >= {"q", "enterprise"} for each in names), "a tick goes along with the search"
    page.open("desk.group_visit", q="和达", more=1, enterprise=other.id)
    ticked = {f.get("value") for f in page.all("input", type="checkbox") if f.get("checked") is not None}
    assert ticked == {str(other.id)} and str(own.id) in {f.get("value") for f in page.all("input", type="checkbox")}


def table(*lines):
    names = ("firm", "on", "kind", "met", "text", "next")
    blank = ("", "2026-11-23", "onsite", "", "", "")
    rows = [*lines, *[blank] * (8 - len(lines))]
    return {name: [row[n] for row in rows] for n, name in enumerate(names)}


def keys(page):
    return {"key": [f.get("value") for f in page.all("input", name="key")]}


GOOD = ("和达生物", "2026-11-20", "onsite", "王经理", "用电", "2026-12-07")


def test_a_table_is_saved_at_once_and_sent_twice_saves_nothing_twice(page, cast, firms):
    own, other = firms
    page.as_(cast.lin).open("desk.late_visits")
    sent = {**keys(page), **table(GOOD, (other.credit_code[-6:], "2026-11-19", "call", "", "没人接", ""))}
    tree = page.tree
    page.submit(**sent)
    page.tree, page.url = tree, "/visits/late"
    page.submit(**sent)

    assert [(v.enterprise, v.visited_on, v.kind, v.met) for v in visits()] == [
        (own, date(2026, 11, 20), "onsite", "王经理"),
        (other, date(2026, 11, 19), "call", ""),
    ]
    assert db.session.scalars(select(Followup)).one().due_on == date(2026, 12, 7)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("没有这家", "2026-11-20", "onsite", "王", "x", ""), "没有找到"),
        (("杭州", "2026-11-20", "onsite", "王", "x", ""), "对应多家企业"),
        (("", "2026-11-20", "onsite", "王", "x", ""), "写明是哪家企业"),
        (("远山", "2026-11-24", "onsite", "王", "x", ""), "不晚于今天"),
        (("远山", "2026-11-20", "fax", "王", "x", ""), "选择联系方式"),
        (("远山", "2026-11-20", "onsite", "王", "", ""), "写下谈了什么"),
        (("远山", "2026-11-20", "onsite", "王", "x", "2026-11-01"), "已经过去"),
        (("远山", "2026-11-20", "onsite", "王", "长" * 4001, ""), "4001 字过长"),
        (("远山", "2026-11-20", "onsite", "王" * 81, "x", ""), "81 字过长"),
    ],
)
def test_a_wrong_line_is_told_and_every_line_stays(page, make, cast, firms, line, words):
    page.as_(cast.zhou).open("desk.late_visits")
    page.submit(**keys(page), **table(GOOD, line), expect=422)

    assert "第 2 行：" in page.text and words in page.text
    assert [f.get("value") for f in page.all("input", name="text")][:2] == ["用电", line[4]]
    assert visits() == []


def test_a_clerk_types_the_visit_of_a_colleague_and_both_are_named(page, cast, firms):
    own, _other = firms
    page.as_(cast.clerk).open("desk.new_visit", enterprise=own.id)
    page.submit(text="代记一笔", author=str(cast.lin.id), followup_on="2026-12-07")

    [visit] = visits()
    assert (visit.author, visit.entered_by) == (cast.lin, cast.clerk)
    assert db.session.scalars(select(Followup)).one().owner == cast.lin
    assert f"{cast.lin.name} {cast.clerk.name} 代录" in page.follow().text
    assert "（代录）" in page.open("desk.enterprise", enterprise_id=own.id).text


def test_nobody_types_for_people_beyond_his_reach(page, cast, firms):
    own, _other = firms
    for who, author in ((cast.lin, cast.zhou), (cast.clerk, cast.stranger), (cast.manager, cast.lin)):
        page.as_(who).open("desk.new_visit", enterprise=own.id)
        page.submit(text="冒名", author=str(author.id), person="nobody", followup_on="2026-12-07", expect=422)
        assert "不能代录这名干部的走访" in page.text
        assert page.all("textarea", name="text")[0].text.strip() == "冒名", "what was typed stays"
    assert visits() == [] and db.session.scalars(select(Followup)).all() == []


def test_a_colleague_who_left_while_his_visit_was_typed_leaves_it_to_nobody(page, cast, firms):
    own, _other = firms
    page.as_(cast.clerk).open("desk.new_visit", enterprise=own.id)
    with writing():
        cast.zhou.active, cast.zhou.deactivated_on = False, clock.today()
    page.submit(text="代记一笔", author=str(cast.zhou.id), followup_on="2026-12-07", expect=422)
    assert visits() == [] and "不能代录这名干部的走访" in page.text
    page.submit(author=str(cast.lin.id))
    assert [(v.author, v.entered_by, v.text) for v in visits()] == [(cast.lin, cast.clerk, "代记一笔")]
    assert db.session.scalars(select(Followup)).one().owner == cast.lin


def picture(colour) -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "PNG")
    return out.getvalue()


def test_each_line_takes_its_own_photos_and_a_bad_one_keeps_everything_typed(page, cast, firms):
    _own, other = firms
    page.as_(cast.lin).open("desk.late_visits")
    first, second, *_ = keys(page)["key"]
    lines = {**keys(page), **table(GOOD, (other.credit_code[-6:], "2026-11-19", "call", "", "没人接", ""))}
    files = {f"files-{first}": [(BytesIO(picture("red")), "截图 1.png")], f"files-{second}": (BytesIO(b"MZ"), "a.png")}
    page.submit(**lines, files=files, expect=422)
    assert "第 2 行：“a.png”" in page.text and "重新选择" in page.text and visits() == []

    files = {f"files-{first}": [(BytesIO(picture(c)), f"截图 {c}.png") for c in ("red", "blue")],
             f"files-{second}": (BytesIO(picture("red")), "b.png")}  # fmt: skip
    page.submit(**lines, files=files)
    assert [[file.name for file in attaching.of(visit)] for visit in visits()] == [
        ["截图 red.jpg", "截图 blue.jpg"], ["b.jpg"],
    ]  # fmt: skip


def test_of_several_firms_only_ones_own_are_asked_about_and_once_a_quarter(page, cast, firms):
    own, other = firms
    page.as_(cast.lin).open("desk.group_visit", enterprise=[own.id, other.id])
    page.submit(text="用工座谈", expect=422)
    assert f"{own.called}：是否不需要再跟进" in page.text and f"{other.called}：" not in page.text
    assert visits() == [] and "用工座谈" in page.response.text
    assert page.all("button", name="no_followup")
    page.submit(no_followup="1", followup_on="2026-12-07", expect=422)
    assert "又点了“不再跟进”" in page.text and visits() == []
    page.submit(followup_on="", expect=422)

    page.submit(no_followup="1")
    assert [visit.no_followup for visit in visits()] == [True, False], "who serves the other firm is asked himself"
    page.open("desk.group_visit", enterprise=[own.id, other.id]).submit(text="再次座谈")
    assert len(visits()) == 4, "asked and answered this quarter"
    page.open("desk.group_visit", enterprise=[own.id]).submit(text="第三次", followup_on="31/12/2026", expect=422)
    assert not page.all("button", name="no_followup"), "a day was typed: it is the day that has to be mended"
