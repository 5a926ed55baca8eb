"""意见建议: everybody may say what should be better; the administrator answers."""

from io import BytesIO

import openpyxl

from crm.accounts import suggestions
from crm.accounts.models import Suggestion
from crm.core.db import db, writing
from crm.timeline.models import Entry


def write(page, person, text):
    page.as_(person).open("accounts.suggest")
    page.submit(form="suggestion-form", text=text)


def test_a_suggestion_is_written_behind_the_question_mark_answered_and_read(page, cast):
    page.as_(cast.lin).open("desk.home")
    assert page.all("a", href="/suggestions")
    write(page, cast.lin, "列表能按街道排序就好了")

    page.as_(cast.admin).open("ops.system")
    page.open("ops.suggestions_box")
    assert cast.lin.name in page.text and "列表能按街道排序就好了" in page.text and "等待答复 1" in page.text
    page.open("ops.answer_suggestion", suggestion_id=1)
    page.submit(answer="已可以，点列头“所在园区”")
    page.follow()
    assert "等待答复 0" in page.text

    page.as_(cast.lin).open("accounts.suggest")
    assert "已答复" in page.text and "点列头“所在园区”" in page.text


def test_nobody_reads_what_another_person_wrote_except_those_who_answer(page, cast):
    write(page, cast.lin, "悄悄话")

    for person in (cast.zhou, cast.manager, cast.clerk, cast.leader):
        page.as_(person).open("accounts.suggest")
        assert "悄悄话" not in page.text
        page.open("ops.suggestions_box", expect=403)
    page.as_(cast.auditor).open("ops.suggestions_box")
    assert "悄悄话" in page.text
    page.open("ops.answer_suggestion", suggestion_id=1, expect=403)


def test_nothing_but_text_name_and_time_is_kept(page, cast):
    write(page, cast.lin, "字太小")

    kept = db.session.scalars(db.select(Suggestion)).one()
    assert {c.name for c in Suggestion.__table__.columns} == {
        "id", "user_id", "text", "created_at", "answer", "answered_at",
    }  # fmt: skip
    told = db.session.scalars(db.select(Entry).where(Entry.kind == "suggestion.made")).one()
    assert kept.text not in str(told.body)


def test_an_answer_is_mended_and_keeps_its_first_day(page, cast, now):
    write(page, cast.lin, "字太小")
    page.as_(cast.admin).open("ops.answer_suggestion", suggestion_id=1)
    page.submit(answer="在“我的”里改大字")
    first = db.session.get_one(Suggestion, 1).answered_at
    now.move(days=1)
    page.as_(cast.admin).open("ops.answer_suggestion", suggestion_id=1)
    page.submit(answer="在“我的”里选“大号”")

    kept = db.session.get_one(Suggestion, 1)
    assert (kept.answer, kept.answered_at) == ("在“我的”里选“大号”", first)


def test_all_of_it_as_a_table(page, cast):
    write(page, cast.lin, "=SUM(1) 列表排序")
    write(page, cast.zhou, "第二条")

    page.as_(cast.admin).open("ops.export_suggestions")
    sheet = openpyxl.load_workbook(BytesIO(page.response.data)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][1:4] == ("姓名", "单位", "意见建议内容")
    assert [row[1:4] for row in rows[1:]] == [
        (cast.lin.name, cast.lin.unit.name, "=SUM(1) 列表排序"),
        (cast.zhou.name, cast.zhou.unit.name, "第二条"),
    ]


def test_an_empty_text_and_one_too_many_are_refused(page, cast):
    page.as_(cast.lin).open("accounts.suggest")
    page.submit(form="suggestion-form", text="  ", expect=422)
    with writing():
        for n in range(suggestions.MOST_WAITING):
            suggestions.suggest(f"第{n}条", by=cast.lin)

    page.submit(form="suggestion-form", text="再一条", expect=422)
    assert "再一条" in page.response.text
