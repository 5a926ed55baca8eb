"""All notices stand in the centre, page by page; reading one stays on its page and costs no more with many."""

from datetime import date, timedelta

from sqlalchemy import insert

from crm.core import clock
from crm.core.db import writing
from crm.followups.models import Followup
from crm.reminders.models import Reminder
from crm.reminders.planning import plan

DAY = date(2026, 11, 24)


def promised(firm, owner, count: int) -> None:
    now = clock.now()
    row = {"enterprise_id": firm.id, "owner_id": owner.id, "created_at": now, "updated_at": now}
    with writing() as session:
        session.execute(
            insert(Followup),
            [{**row, "text": f"第{n:03}件", "due_on": DAY - timedelta(days=n)} for n in range(count)],
        )
    plan(now)


def shown(visitor, **asked) -> list[str]:
    visitor.open("reminders.centre", **asked)
    return [a.get("href") for a in visitor.all("a") if (a.get("href") or "").startswith("/followups/")]


def test_every_notice_stands_on_exactly_one_page(page, cast, firm, now):
    now.set("2026-11-24T09:00:00+08:00")
    promised(firm, cast.lin, 145)
    page.as_(cast.lin)
    pages = [shown(page, page=n, kind="followup_due", size=50) for n in (1, 2, 3)]
    assert [len(each) for each in pages] == [50, 50, 45]
    assert len({href for each in pages for href in each}) == 145
    assert len(shown(page, page=99, kind="followup_due")) == 20, "a page there is none of is the first"
    assert "共 145" in page.text


def test_marking_one_as_read_stays_on_its_page(page, cast, firm, now):
    now.set("2026-11-24T09:00:00+08:00")
    promised(firm, cast.lin, 45)
    page.as_(cast.lin).open("reminders.centre", page=2, kind="followup_due")
    token = page.all("input", name="csrf_token")[0].get("value")
    marked = page.all("input", name="id")[0].get("value")
    sent = {"csrf_token": token, "id": marked, "page": "2", "kind": "followup_due", "size": "20"}
    page.post("reminders.read", sent).follow()
    [here] = page.all("span", **{"aria-current": "page"})
    assert here.text == "2" and marked not in {i.get("value") for i in page.all("input", name="id")}
    with writing() as session:
        assert session.get_one(Reminder, int(marked)).read_at is not None


def test_a_forged_way_back_leads_to_the_centre_all_the_same(page, cast, firm, now):
    promised(firm, cast.lin, 1)
    page.as_(cast.lin).open("reminders.centre")
    token = page.all("input", name="csrf_token")[0].get("value")
    for value in ("//evil.example", "-1", "9" * 30, "x"):
        page.post("reminders.read", {"csrf_token": token, "page": value, "kind": value, "size": value}).follow()
        assert "提醒" in page.text


def test_many_notices_cost_no_more_than_a_few(page, cast, firm, now, count_queries):
    now.set("2026-11-24T09:00:00+08:00")
    promised(firm, cast.lin, 2)
    page.as_(cast.lin).open("reminders.centre", kind="followup_due")
    with count_queries() as few:
        page.open("reminders.centre", kind="followup_due")
    promised(firm, cast.lin, 60)
    with count_queries() as many:
        page.open("reminders.centre", kind="followup_due")
    assert len(few) == len(many)
