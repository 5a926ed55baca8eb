"""填报表: an official fills his own sheet in Excel, sends it back and accepts what is new."""

import io
from datetime import date

from openpyxl import load_workbook
from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.followups.models import Followup
from crm.imports import queries
from crm.imports.models import ImportRun
from crm.jobs.jobs import work
from crm.visits.models import Visit
from tests.visits.listing import visit

COLUMNS = {"visit": 1, "name": 2, "day": 4, "way": 5, "met": 6, "text": 7, "request": 8, "next": 9}


def taken(page):
    page.open("desk.own_sheet")
    return load_workbook(io.BytesIO(page.response.data))


def fill(sheet, row, **values):
    for key, value in values.items():
        sheet.cell(row, COLUMNS[key]).value = value


def sent_back(page, book):
    """Upload, check in the background, look at the check page; returns the run."""
    out = io.BytesIO()
    book.save(out)
    page.open("desk.visit_sheet")
    page.submit(files={"file": (io.BytesIO(out.getvalue()), "填报表.xlsx")})
    address = page.response.headers["Location"]
    work()
    page.open(address)
    return db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()


def test_what_a_firm_asks_for_becomes_an_open_request_of_its_commissioner(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.zhou)
    mine = make.enterprise("杭州启明医药有限公司", unit=cast.section, commissioner=cast.lin)
    page.as_(cast.lin)
    book = taken(page)
    fill(book.active, 2, day="2026-11-20", met="王总", text="谈用工", request="希望减租", next="2026-12-04")
    fill(book.active, 4, name=firm.name, day="2026-11-20", met="李总", text="陪同调研", request="用电增容")
    sent_back(page, book)
    page.submit()

    asked = db.session.scalars(select(Followup).order_by(Followup.kind.desc(), Followup.text.desc())).all()
    assert [(f.kind, f.text, f.owner_id, f.due_on) for f in asked] == [
        ("request", "用电增容", cast.zhou.id, date(2026, 11, 30)),
        ("request", "希望减租", cast.lin.id, date(2026, 12, 4)),
        ("followup", "跟进 2026-11-20 走访事项", cast.lin.id, date(2026, 12, 4)),
    ]
    assert db.session.get_one(Enterprise, mine.id).open_followups == 2


def test_what_is_written_beside_a_visit_that_is_there_is_promised_too_and_once(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)
    known = visit(firm, cast.lin, days_ago=1, text="原来写的")
    page.as_(cast.lin)
    book = taken(page)
    fill(book.active, 2, request="希望减租", next="2026-12-22")
    run = sent_back(page, book)
    assert (run.counts["update"], run.counts["error"]) == (1, 0)
    page.submit()
    again = sent_back(page, book)
    assert again.counts["update"] == 0

    held = db.session.scalars(select(Followup).order_by(Followup.kind)).all()
    assert [(f.kind, f.due_on, f.owner_id, f.origin_id) for f in held] == [
        ("followup", date(2026, 12, 22), cast.lin.id, known.id), ("request", date(2026, 12, 22), cast.lin.id, known.id),
    ]  # fmt: skip
    db.session.expire_all()
    assert firm.open_followups == 2


def test_what_is_filled_becomes_my_visits_and_what_is_left_blank_nothing(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("杭州启明医药有限公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("别人的企业有限公司", unit=cast.elsewhere)
    known = visit(firm, cast.lin, days_ago=1, text="原来写的")
    visit(firm, cast.zhou, days_ago=1, text="同事的")
    page.as_(cast.lin)
    book = taken(page)
    rows = list(book.active.iter_rows(values_only=True))
    assert [(row[0], row[1], row[6]) for row in rows[1:]] == [
        (known.id, firm.name, "原来写的"), (None, firm.name, None), (None, "杭州启明医药有限公司", None),
    ]  # fmt: skip

    fill(book.active, 2, text="补充：订单增长")
    fill(book.active, 3, day="2026-11-20", way="座谈", met="王总", text="谈用工", next="2026-12-04")
    fill(book.active, 5, name="别人的企业有限公司", day="2026-11-19", met="李总", text="陪同调研")
    run = sent_back(page, book)
    assert (run.counts["new"], run.counts["update"], run.counts["same"], run.counts["error"]) == (2, 1, 1, 0)
    page.submit()

    made = db.session.scalars(select(Visit).where(Visit.source == "sheet").order_by(Visit.visited_on)).all()
    assert [(v.author_id, v.entered_by_id, v.visited_on, v.kind, v.met) for v in made] == [
        (cast.lin.id, None, date(2026, 11, 19), "onsite", "李总"),
        (cast.lin.id, None, date(2026, 11, 20), "meeting", "王总"),
    ]  # fmt: skip
    assert known.text == "补充：订单增长"
    assert firm.open_followups == 1
    again = sent_back(page, book)
    assert (again.counts["new"], again.counts["update"], again.counts["error"]) == (0, 0, 0)


def test_a_sheet_speaks_of_its_sender_only_and_nobody_else_works_on_it(page, make, cast, now):
    firm = make.enterprise(unit=cast.section, commissioner=cast.zhou)
    foreign = visit(firm, cast.zhou, text="同事的")
    old = visit(firm, cast.lin, text="上月写的")
    now.move(days=14)
    page.as_(cast.lin)
    book = taken(page)
    fill(book.active, 2, text="事后改动")
    fill(book.active, 3, visit=foreign.id, name=firm.name, day="2026-11-23", met="王总", text="改同事的")
    run = sent_back(page, book)

    assert (run.counts["new"], run.counts["update"], run.counts["error"]) == (0, 0, 2)
    assert "超过 5 个工作日" in page.text and "不能改" in page.text
    assert (old.text, foreign.text) == ("上月写的", "同事的")
    page.as_(cast.zhou).open("imports.run", run_id=run.id, expect=404)
    assert not queries.may_work_on(run, cast.manager)


def test_a_file_that_is_none_is_told(page, cast):
    page.as_(cast.lin).open("desk.visit_sheet")
    page.submit(files={"file": (io.BytesIO(b"nonsense"), "x.xlsx")}, expect=422)
    page.as_(cast.auditor).open("desk.visit_sheet", expect=403)
