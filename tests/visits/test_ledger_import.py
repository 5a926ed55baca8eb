"""A bureau's 走访台账 comes in with its own authors and days, once however often it is read, and goes out again."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.staging import Choices
from crm.files import store
from crm.followups.models import Followup
from crm.imports import applying, report, services, undoing
from crm.imports.checking import check
from crm.imports.models import ImportRun
from crm.imports.reading import read_tables
from crm.timeline import CLI, Entry
from crm.visits import ledger_rows, records
from crm.visits.models import Visit, VisitPerson
from tests.visits.listing import visit

HEAD = ["序号", "企业名称", "走访日期", "走访方式", "走访人", "接待人", "走访内容", "企业诉求", "下次走访"]
ROWS = [
    [
        1,
        "杭州和达生物技术有限公司",
        "2026.9.3",
        "实地走访",
        "林晓、周敏",
        "王总",
        "厂房二期\n下月封顶",
        "用电增容",
        "2026-12-05",
    ],
    [2, "杭州启明医药有限公司", date(2025, 3, 8), "电话", "周敏", None, "生产正常", None, "年后再访"],
    [3, "杭州启明医药有限公司", "2025年3月8日", "电话", "周敏", None, "生产 正常", None, "年后再访"],
]  # fmt: skip


def book(rows, head=HEAD):
    made = Workbook()
    sheet = made.active
    sheet.append(["2026年走访台账"])
    sheet.append(["填报单位：经济发展局"])
    for row in (head, *rows):
        sheet.append(row)
    sheet.append(["合计", f"{len(rows)}家次"])
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def checked(content, unit, by=CLI, name="走访台账.xlsx"):
    stashed = store.stash(io.BytesIO(content), most=1 << 20)
    reading = read_tables(store.path_of(stashed.stored_as), name=name, kind="visits", mapping={})
    with writing():
        run = services.begin("visits", stashed, reading, name=name, unit=unit, by=by, options={})
        run.by_id = by.id
    check(run.id, lambda done, total: None)
    return db.session.get_one(ImportRun, run.id)


def brought_in(content, unit, by=CLI, **more):
    run = checked(content, unit, by, **more)
    applying.apply(run.id, by=by, choices=Choices(unit.id), skips_errors=False)
    db.session.expire_all()
    return report.as_json(db.session.get_one(ImportRun, run.id))


def everything():
    return [
        (v.enterprise_id, v.visited_on, v.kind, v.author_id, v.met, v.is_not_met, v.text, v.version)
        for v in db.session.scalars(select(Visit).order_by(Visit.id))
    ]


@pytest.fixture
def firms(make, cast):
    return [
        make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin),
        make.enterprise("杭州启明医药有限公司", unit=cast.section),
    ]


def test_authors_and_days_are_those_of_the_ledger_and_who_typed_it_is_told(app, cast, firms):
    outcome = brought_in(book(ROWS), cast.bureau, cast.clerk)

    assert (outcome["rows"], outcome["new"], outcome["errors"]) == (3, 2, []), "the third says the second again"
    first, second = db.session.scalars(select(Visit).order_by(Visit.id)).all()
    assert (first.author_id, first.entered_by_id, first.source) == (cast.lin.id, cast.clerk.id, "import")
    assert (first.visited_on, first.kind, first.counts, first.met) == (date(2026, 9, 3), "onsite", True, "王总")
    assert first.text == "厂房二期\n下月封顶\n诉求：用电增容\n下步：2026-12-05"
    assert [(p.name, p.user_id, p.part) for p in db.session.scalars(select(VisitPerson))] == [
        ("周敏", cast.zhou.id, "companion")
    ]
    assert (second.visited_on, second.kind, second.counts, second.is_not_met) == (date(2025, 3, 8), "call", False, True)
    promise = db.session.scalars(select(Followup)).one()
    assert (promise.owner_id, promise.due_on, promise.origin_id) == (cast.lin.id, date(2026, 12, 7), first.id)
    assert (firms[0].last_visit_on, firms[0].open_followups) == (date(2026, 9, 3), 1)
    assert (firms[1].last_visit_on, firms[1].last_contact_on) == (None, date(2025, 3, 8))
    entry = db.session.scalars(select(Entry).where(Entry.kind == "visit.recorded").order_by(Entry.id)).first()
    assert (entry.actor_name, entry.body["on_behalf_of"], entry.via) == ("陈芳", "林晓", "import")


def test_the_same_ledger_again_changes_nothing_even_where_a_visit_was_voided(app, cast, firms):
    brought_in(book(ROWS), cast.bureau)
    with writing() as session:
        row = session.scalars(select(Visit).order_by(Visit.id)).first()
        row.state, row.voided_at = "voided", clock.now()
    before = everything()
    moved = [[row[i] for i in (4, 1, 2, 6, 3, 7, 5, 0, 8)] for row in ROWS]
    head = [HEAD[i] for i in (4, 1, 2, 6, 3, 7, 5, 0, 8)]
    outcome = brought_in(book(moved, head), cast.bureau)

    assert (outcome["new"], outcome["update"], outcome["same"]) == (0, 0, 3)
    assert everything() == before


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (1, "没有的企业有限公司", "名册中没有"), (2, "2026年9月", "写到日"), (2, "2026-11-24", "不晚于今天"),
        (2, None, "填写走访日期"), (3, "瞬移", "上门、座谈、电话"), (4, None, "填写走访人"),
        (4, "王伟", "王伟（企业服务科）"), (6, None, "写下谈了什么"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_row_and_nothing_is_written(app, make, cast, firms, column, value, words):
    make.user("王伟", unit=cast.section), make.user("王伟", unit=cast.elsewhere)
    row = [1, "杭州启明医药有限公司", "2026-09-03", "上门", "林晓", "王总", "生产正常", None, None]
    row[column] = value
    outcome = report.as_json(checked(book([row]), cast.bureau))

    assert [error["row"] for error in outcome["errors"]] == [4]
    assert words in outcome["errors"][0]["reason"]
    assert (outcome["rows"], outcome["new"]) == (1, 0)


def test_two_of_one_name_are_told_apart_by_their_unit_and_an_unknown_one_is_created(app, make, cast, firms):
    other = make.user("王伟", unit=cast.elsewhere)
    make.user("王伟", unit=cast.section)
    head = [*HEAD[:5], "走访人单位", *HEAD[5:7]]
    rows = [
        [1, "杭州启明医药有限公司", "2026-09-03", "上门", "王伟", "市场监管分局", "王总", "生产正常"],
        [2, "杭州启明医药有限公司", "2019-09-03", "上门", "钱离职", "", "王总", "那时的走访"],
    ]
    outcome = brought_in(book(rows, head), cast.bureau)

    assert outcome["officials_new"] == 1
    first, old = db.session.scalars(select(Visit).order_by(Visit.id)).all()
    assert (first.author_id, old.author.name, old.author.password_hash) == (other.id, "钱离职", None)
    assert brought_in(book(rows, head), cast.bureau)["same"] == 2


def test_firms_of_others_are_refused_with_the_name_of_their_unit(app, make, cast, firms):
    make.enterprise("别人的企业有限公司", unit=cast.elsewhere)
    row = [1, "别人的企业有限公司", "2026-09-03", "上门", "林晓", "王总", "x", None, None]
    outcome = report.as_json(checked(book([row]), cast.bureau, cast.clerk))

    assert "市场监管分局" in outcome["errors"][0]["reason"]


def test_taking_it_back_leaves_everything_as_it_was(app, cast, firms):
    mine = visit(firms[0], cast.lin, days_ago=400)
    with writing():
        firms[0].last_visit_on = firms[0].last_contact_on = mine.visited_on
    before = everything()
    run = checked(book(ROWS), cast.bureau)
    applying.apply(run.id, by=CLI, choices=Choices(cast.bureau.id), skips_errors=False)
    undoing.undo(run.id, by=CLI)
    db.session.expire_all()

    assert everything() == before
    assert db.session.scalar(select(func.count()).select_from(VisitPerson)) == 0
    assert db.session.scalar(select(func.count()).select_from(Followup)) == 0
    assert (firms[0].last_visit_on, firms[0].open_followups) == (clock.today() - timedelta(days=400), 0)


def test_what_goes_out_comes_in_unchanged_and_a_mended_word_is_an_update(app, cast, firms, tmp_path):
    brought_in(book(ROWS), cast.bureau)
    from crm.core.pages import speaking

    with speaking("zh_Hans_CN"):
        for kind in ("xlsx", "csv"):
            records.write(kind, tmp_path / f"a.{kind}", records.of(records.everything()))
    for kind in ("xlsx", "csv"):
        outcome = brought_in((tmp_path / f"a.{kind}").read_bytes(), cast.bureau, name=f"a.{kind}")
        assert (outcome["same"], outcome["new"], outcome["update"], outcome["errors"]) == (2, 0, 0, [])
    mended = (tmp_path / "a.csv").read_text(encoding="utf-8-sig").replace("生产正常", "生产正常，订单略降")
    outcome = brought_in(mended.encode(), cast.bureau, name="a.csv")
    assert (outcome["same"], outcome["update"]) == (1, 1)
    assert any("订单略降" in text for *_more, text, _version in everything())


def test_only_the_days_of_the_file_are_read_and_a_number_finds_its_visit_on_any_day(app, cast, firms, monkeypatch):
    for days_ago in range(0, 900, 30):
        visit(firms[1], cast.zhou, days_ago=days_ago, text=f"第 {days_ago} 天前")
    old = visit(firms[1], cast.lin, days_ago=800, text="很久以前")
    read = []
    monkeypatch.setattr(
        ledger_rows, "stored", lambda rows, real=ledger_rows.stored: read.append(real(rows)) or read[-1]
    )
    name, head = "杭州启明医药有限公司", ["走访编号", *HEAD[1:7]]
    day = clock.today() - timedelta(days=30)
    rows = [
        [None, name, day, "上门", "周敏", "王总", "第 30 天前"], [None, name, day, "上门", "周敏", "王总", "新的一次"],
        [None, name, date(2019, 5, 6), "上门", "周敏", "王总", "那年"],
        [old.id, name, old.visited_on, "上门", "林晓", "王总", "很久以前"],
    ]  # fmt: skip
    outcome = report.as_json(checked(book(rows, head), cast.bureau))

    assert (outcome["same"], outcome["new"], outcome["errors"]) == (2, 2, [])
    assert len({one.id for one in read[0].values()}) <= 3, "thirty others were left where they are"
    for number, why in ((old.id + 999, "没有这个编号"), ("9" * 19, "不是整数"), ("-1", "")):
        rows[3][0] = number
        [error] = report.as_json(checked(book(rows, head), cast.bureau))["errors"]
        assert why in error["reason"]
    rows[3][:3] = [old.id, name, clock.today()]
    assert "在走访页面更正" in report.as_json(checked(book(rows, head), cast.bureau))["errors"][0]["reason"]
