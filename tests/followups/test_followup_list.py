"""The list of follow-ups: whose, when, which; what is done with several at once; nobody sees or settles too much."""

from contextlib import contextmanager
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import event, select

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import assignment
from crm.followups import services
from crm.followups.chase_models import Chase
from crm.followups.models import Followup
from crm.timeline import Entry
from tests.followups.test_followup import promise, told


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)


@contextmanager
def counted():
    """The statements sent to the database meanwhile."""
    found = []

    def note(*told):
        found.append(told[2])

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def texts(page):
    """The words of the rows, in their order."""
    return ["".join(th.itertext()).strip() for th in page.all("th", scope="row")]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["逾期的", "今天的", "三天后的", "周的", "远的"]),
        ("when=overdue", ["逾期的"]),
        ("when=today", ["今天的"]),
        ("when=week", ["三天后的", "周的"]),
        ("when=later", ["远的"]),
        ("person=周", ["周的"]),
        ("person=zhou", ["周的"]),
        ("person=none", []),
        ("from=2026-11-24&to=2026-11-30", ["三天后的", "周的"]),
        ("kind=request", ["远的"]),
        ("q=三天", ["三天后的"]),
        ("q=和达", ["逾期的", "今天的", "三天后的", "周的", "远的"]),
        ("state=done", ["办完的"]),
        ("state=all&when=today", ["今天的", "办完的"]),
        ("of=unit&when=overdue", ["逾期的"]),
        ("enterprise=999", []),
        ("when=sometime", []),
        ("from=yesterday", []),
        ("person=99999999999999999999", []),
    ],
)
def test_the_address_says_what_is_listed(page, cast, firm, asked, found):
    today = clock.today()
    for days, text in ((0, "逾期的"), (0, "今天的"), (3, "三天后的"), (30, "远的"), (0, "办完的")):
        promise(firm, cast.lin, today + timedelta(days=days), text)
    promise(firm, cast.zhou, today + timedelta(days=4), "周的")
    with writing():
        by_words = {f.text: f for f in db.session.scalars(select(Followup))}
        by_words["逾期的"].due_on = today - timedelta(days=3)
        by_words["远的"].kind = "request"
        services.finish(by_words["办完的"], by=cast.lin)

    page.as_(cast.manager).open(f"/followups?{asked}")
    assert texts(page) == found


def test_each_sees_what_is_his_or_at_his_firms_and_a_stranger_nothing(page, make, cast, firm):
    promise(firm, cast.zhou, text="周在别家的")
    former = make.enterprise(commissioner=cast.stranger)
    promise(former, cast.zhou, text="外来企业的")
    seen = {
        who: texts(page.as_(getattr(cast, who)).open("/followups"))
        for who in ("lin", "zhou", "manager", "leader", "auditor", "stranger", "handler")
    }
    both = ["周在别家的", "外来企业的"]
    assert seen == {
        "lin": both[:1], "zhou": both, "manager": both[:1] + both[1:] * 0, "leader": both[:1], "auditor": both,
        "stranger": both[1:], "handler": [],
    }  # fmt: skip
    with writing():
        assignment.end(assignment.commissioner_of(firm.id), on=clock.today(), reason="handed_over", by=cast.admin)
        assignment.assign(firm, cast.stranger, by=cast.admin)
    assert texts(page.as_(cast.lin).open("/followups")) == []


@pytest.mark.parametrize("n", [2, 20])
def test_the_list_asks_the_database_the_same_for_few_rows_and_many(page, make, cast, n):
    for number in range(n):
        owner = make.user(f"专员{number}", unit=cast.section)
        promise(make.enterprise(unit=make.unit(), commissioner=owner), owner, text=f"第{number}件")
    page.as_(cast.auditor).open("/followups")
    with counted() as statements:
        page.open("/followups")
    assert len(texts(page)) == n
    assert len(statements) <= 12


def test_ticked_rows_are_done_or_put_off_in_one_go_and_the_refused_are_named(page, make, cast, firm):
    first, second = promise(firm, cast.lin, text="甲"), promise(firm, cast.lin, text="乙")
    other = promise(make.enterprise(unit=cast.elsewhere), cast.zhou, text="别人的")
    with writing():
        second.postponed = 3
    ids = "&".join(f"id={f.id}" for f in (first, second, other))
    page.as_(cast.lin).open(f"/followups/settle?when=later&{ids}")
    assert "别人的" not in page.text
    page.submit(form="later-form", act="later", **{"later-to_on": "2026-12-05", "later-reason": "等年后"}, expect=200)
    assert "乙" in page.text and "已改期 3 次" in page.text
    assert [f.due_on for f in (first, second)] == [date(2026, 12, 7), date(2026, 11, 30)]

    page.open(f"/followups/settle?when=later&{ids}")
    page.submit(form="done-form", act="done", **{"done-result": "都办了"})
    assert page.response.headers["Location"] == "/followups?when=later"
    assert [f.state for f in (first, second, other)] == ["done", "done", "open"]
    page.as_(cast.stranger).open(f"/followups/settle?{ids}", expect=404)


def test_what_was_done_together_by_mistake_is_open_again_together(page, make, cast, firm, now):
    first, second = promise(firm, cast.lin, text="甲"), promise(firm, cast.lin, text="乙")
    ids = f"id={first.id}&id={second.id}"
    page.as_(cast.lin).open(f"/followups/settle?{ids}")
    page.submit(form="done-form", act="done", **{"done-result": "都办了"}).follow()
    undo = page.all("form", id="undo")[0].get("action")
    page.submit(form="undo").follow()
    assert "已恢复为未办结 2 项" in page.text and [f.state for f in (first, second)] == ["open", "open"]

    with writing():
        services.finish(first, by=cast.manager)
        services.finish(second, by=cast.lin)
    again(page, undo, 303)
    assert [f.state for f in (first, second)] == ["done", "open"], "what a colleague settled stays settled"
    with writing():
        services.finish(second, by=cast.lin)
    again(page.as_(cast.stranger), undo, 404)
    now.move(hours=25)
    again(page.as_(cast.lin), undo, 409)
    assert "乙" in page.text


def again(page, address, expect):
    token = page.open("/followups").all("input", name="csrf_token")[0].get("value")
    page.post(address, {"csrf_token": token}, expect=expect)


def test_done_by_mistake_is_open_again_within_a_day(page, cast, firm, now):
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="done-form", **{"done-result": "已办"})
    page.follow()
    [undo] = [f for f in page.all("form") if f.get("action") == f"/followups/{followup.id}/reopen"]
    token = next(i.get("value") for i in undo.iter() if i.get("name") == "csrf_token")
    page.post("followups.reopen", {"csrf_token": token}, followup_id=followup.id)
    assert (followup.state, followup.result, followup.closed_at, firm.open_followups) == ("open", "", None, 1)
    page.post("followups.reopen", {"csrf_token": token}, followup_id=followup.id, expect=409)

    with writing():
        services.finish(followup, by=cast.lin)
    now.move(hours=25)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    token = page.all("input", name="csrf_token")[0].get("value")
    page.post("followups.reopen", {"csrf_token": token}, followup_id=followup.id, expect=422)
    assert followup.state == "done"


def test_the_owner_is_asked_once_in_three_working_days(page, cast, firm, now):
    followup = promise(firm, cast.lin)
    asked = f"/followups/chase?id={followup.id}"
    page.as_(cast.lin).open(asked, expect=403)
    page.as_(cast.manager).open(asked)
    page.submit()
    page.open(asked).submit()
    assert [(c.to_id, c.by_id) for c in db.session.scalars(select(Chase))] == [(cast.lin.id, cast.manager.id)]
    now.set("2026-11-26T08:00:00+08:00")
    page.as_(cast.clerk).open(asked)
    assert "已于 2026-11-23 催办" not in page.text
    page.submit()

    assert [c.day for c in db.session.scalars(select(Chase))] == [date(2026, 11, 23), date(2026, 11, 26)]
    assert told() == ["followup.added", "followup.chased", "followup.chased"]
    page.as_(cast.leader).open(asked, expect=403)


def test_names_for_the_group_say_who_and_how_many_never_what(page, cast, firm):
    promise(firm, cast.lin, text="用电增容"), promise(firm, cast.zhou, clock.today(), "贷款"), promise(firm, cast.lin)
    page.as_(cast.manager).open("/followups/names?all=1&of=unit")
    [area] = page.all("textarea")
    assert area.text.strip().splitlines() == [
        "以下跟进事项待办理：",
        "林晓（企业服务科）：待办 2 项，其中逾期 0 项",
        "周敏（企业服务科）：待办 1 项，其中逾期 0 项",
        "共 2 人、3 项",
    ]  # fmt: skip


def test_what_is_listed_goes_out_as_a_workbook_and_is_recorded(page, cast, firm):
    promise(firm, cast.lin, text="=1+1 用电"), promise(firm, cast.zhou, clock.today() + timedelta(days=40), "远的")
    page.as_(cast.manager).open("/followups?when=week")
    answer = page.client.get("/followups/export?format=xlsx&when=week")
    sheet = load_workbook(BytesIO(answer.data)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["=1+1 用电"]
    assert "远的" in page.client.get("/followups/export?format=csv").get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalars(select(Entry.kind).where(Entry.kind == "followup.exported")).all()


def test_a_follow_up_is_made_by_hand_for_a_working_day_and_its_owner(page, cast, firm):
    page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id)
    assert page.all("a", href=f"/followups/new?enterprise={firm.id}")
    page.open(f"/followups/new?enterprise={firm.id}&on=2026-11-28")
    assert page.all("input", name="followup_on")[0].get("value") == "2026-11-30"
    page.submit(followup_text="", expect=422)
    page.submit(followup_text="送批文", followup_on="2026-11-29", owner=str(cast.lin.id), kind="request")

    made = db.session.scalars(select(Followup)).one()
    assert (made.owner_id, made.due_on, made.kind, made.by_id) == (
        cast.lin.id,
        date(2026, 11, 30),
        "request",
        cast.manager.id,
    )
    page.as_(cast.stranger).open(f"/followups/new?enterprise={firm.id}", expect=404)
    page.as_(cast.leader).open(f"/followups/new?enterprise={firm.id}", expect=403)
    assert firm.name in page.as_(cast.manager).open("/followups/new?q=和达").text
    assert firm.name not in page.as_(cast.stranger).open("/followups/new?q=和达").text
