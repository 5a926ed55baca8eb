"""What is due is told once: in the app at once, in one mail on the working morning."""

from datetime import date

from crm.core import clock
from crm.core.db import db, writing
from crm.followups import services as followups
from crm.reminders import planning, queries
from crm.reminders.models import Reminder
from crm.reminders.planning import plan
from crm.visits import services as visits
from tests.reminders.morning import of_followups, promise, tick
from tests.services.smtp import links


def test_one_mail_on_the_due_morning_and_nothing_the_next(app, server, firm, cast, now):
    followup = promise(firm, cast.lin, "2026-11-30")
    now.set("2026-11-29T23:50:00+08:00")
    tick(app)
    assert of_followups() == [] and server.received == []

    now.set("2026-11-30T00:05:00+08:00")
    tick(app)
    assert [r.state for r in of_followups()] == ["planned"], "in the app at once, the mail waits for the morning"
    now.set("2026-11-30T08:30:01+08:00")
    assert tick(app) == {"digests": 1, "claimed": 1, "accepted": 1}
    for _ in range(3):
        assert tick(app) == {}

    [mail] = server.to("lin@example.cn")
    assert mail.message["Subject"] == "【提醒】2026-11-30 工作提醒 1 项"
    assert "和达生物: 跟进到期 (2026-11-30)" in mail.text
    assert links(mail)[0] == f"http://127.0.0.1:8000/followups/{followup.id}"
    assert [r.state for r in of_followups()] == ["sent"]
    with writing():
        followups.finish(followup, by=cast.lin)
    now.set("2026-12-01T08:31:00+08:00")
    assert tick(app) == {}


def test_due_on_a_rest_day_is_told_on_the_working_morning_before(app, server, firm, cast, now, make):
    followup = promise(firm, cast.lin, "2026-11-27")
    with writing():
        db.session.get(type(followup), followup.id).due_on = date(2026, 11, 28)
        db.session.flush()
    now.set("2026-11-27T08:31:00+08:00")

    assert tick(app)["accepted"] == 1
    assert of_followups()[0].due_on == date(2026, 11, 27)


def test_nobody_is_mailed_on_a_rest_day(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-27")
    now.set("2026-11-28T10:00:00+08:00")
    tick(app)
    assert server.received == [] and len(of_followups()) == 1

    now.set("2026-11-30T08:30:00+08:00")
    assert tick(app)["accepted"] == 1


def test_after_ten_days_of_downtime_everything_comes_once_in_one_mail(app, server, firm, cast, now):
    for day in ("2026-11-24", "2026-11-26", "2026-12-02"):
        promise(firm, cast.lin, day)
    now.set("2026-12-04T11:00:00+08:00")
    tick(app), tick(app)

    [mail] = server.received
    assert mail.text.count("/followups/") == 3
    assert len(of_followups()) == 3


def test_planning_twice_or_at_the_same_moment_adds_nothing(app, server, firm, cast, now):
    promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T09:00:00+08:00")

    assert plan(clock.now())["planned"] == 2, "the promise, and the line on the firm received yesterday"
    assert plan(clock.now())["planned"] == 0
    with writing():
        from crm.core.queries import insert_new

        again = {
            c: getattr(of_followups()[0], c)
            for c in ("kind", "subject_kind", "subject_id", "basis", "step", "recipient_id")
        }
        assert insert_new(Reminder, [{**again, "due_on": date(2026, 11, 24), "state": "planned"}]) == 0


def test_a_new_owner_is_told_and_the_old_one_is_not(app, server, make, cast, now):
    firm = make.enterprise(commissioner=cast.lin)
    followup = promise(firm, cast.zhou, "2026-11-24")
    now.set("2026-11-24T08:00:00+08:00")
    plan(clock.now())
    with writing():
        followups.hand_back(followup, reason="不归我", by=cast.zhou)
    now.set("2026-11-24T08:31:00+08:00")
    tick(app), tick(app)

    assert [mail.recipient for mail in server.received] == ["lin@example.cn"]


def test_moved_to_another_day_is_told_on_that_day_again(app, server, firm, cast, now):
    followup = promise(firm, cast.lin, "2026-11-24")
    now.set("2026-11-24T09:00:00+08:00")
    tick(app)
    with writing():
        followups.postpone(followup, to_on=date(2026, 11, 26), reason="x", by=cast.lin)
    now.set("2026-11-26T09:00:00+08:00")
    tick(app)

    assert len(server.received) == 2
    assert [r.basis for r in of_followups()] == ["2026-11-24", "2026-11-26"]


def test_fifteen_enterprises_received_are_one_line_in_the_app_and_no_mail(app, server, make, cast, now, page):
    for _ in range(15):
        make.enterprise(commissioner=cast.zhou)
    now.set("2026-11-23T18:00:00+08:00")
    tick(app), tick(app)

    assert server.received == []
    page.as_(cast.zhou).open("reminders.centre")
    assert page.text.count("新增服务企业 15 家") == 1


def test_one_marks_ones_own_notices_as_read_and_no_others(app, firm, cast, now, page):
    promise(firm, cast.lin, "2026-11-24"), promise(firm, cast.zhou, "2026-11-24")
    now.set("2026-11-24T09:00:00+08:00")
    tick(app)
    page.as_(cast.lin).open("reminders.centre")
    assert page.text.count("问增容进度") == 1
    page.submit()

    assert [(r.recipient_id == cast.lin.id, r.read_at is not None) for r in of_followups()] == [
        (True, True),
        (False, False),
    ]
    page.follow()
    assert "全部标为已读" not in page.text


def test_a_morning_of_tens_of_thousands_is_looked_through_in_parts_and_the_mail_tells_what_holds(
    app, server, firm, cast, now, monkeypatch
):
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    promises = [promise(firm, cast.lin, "2026-11-30", f"第{n}件") for n in range(9)]
    now.set("2026-11-30T00:05:00+08:00")
    tick(app)
    for followup in promises[:7]:
        with writing():
            followups.finish(followup, by=cast.lin)

    cancelled = [tick(app).get("cancelled", 0) for _ in range(3)]
    assert max(cancelled) <= 2, "a part at each beat, wherever chance lets it begin"
    now.set("2026-11-30T08:30:01+08:00")
    tick(app)
    [mail] = server.to("lin@example.cn")
    assert mail.text.count("/followups/") == 2, "whatever the beats had not come to"
    assert sorted(r.state for r in of_followups()) == ["cancelled"] * 7 + ["sent"] * 2


def test_what_is_done_is_unread_no_more(app, page, firm, cast, now):
    followup = promise(firm, cast.lin, "2026-11-30")
    now.set("2026-11-30T08:31:00+08:00")
    tick(app)
    assert "通知：1 条未读" in page.as_(cast.lin).open("desk.home").response.text
    page.open("followups.followup", followup_id=followup.id).submit(form="done-form")
    assert "通知：1 条未读" not in page.open("desk.home").response.text
    page.open("reminders.centre")
    assert "未读" not in "".join(
        "".join(row.itertext()) for row in page.all("li") if "和达生物" in "".join(row.itertext())
    )


def test_what_was_handed_back_or_put_off_rings_no_more(app, page, firm, cast, now):
    """The bell and the badge on the row say the same."""
    back, later = promise(firm, cast.lin, "2026-11-30"), promise(firm, cast.lin, "2026-11-30")
    now.set("2026-11-30T08:31:00+08:00")
    tick(app)
    assert queries.unread(cast.lin) == 2
    with writing():
        followups.hand_back(back, reason="已调离", by=cast.lin)
    assert queries.unread(cast.lin) == 1
    with writing():
        followups.postpone(later, to_on=date(2026, 12, 7), reason="企业出差", by=cast.lin)
    assert queries.unread(cast.lin) == 0
    page.as_(cast.lin).open("reminders.centre")
    assert not page.all("button", **{"class": "btn btn-plain btn-sm"}), "no row asks to be marked"


def test_the_bell_counts_the_rows_that_can_be_marked(app, page, make, cast, now):
    """Also of kinds that the bell does not know to be settled: a firm that was silent and has been visited since."""
    now.set("2026-11-30T08:31:00+08:00")
    firm = make.enterprise("杭州久未食品有限公司", unit=cast.section, commissioner=cast.lin, since=date(2025, 1, 6))
    with writing():
        firm.last_visit_on = date(2026, 1, 5)
    now.set("2026-12-01T08:31:00+08:00")
    tick(app)
    with writing():
        visits.record(
            firm,
            by=cast.lin,
            kind="onsite",
            on=clock.today(),
            met="王总",
            text="谈了用工",
            client_key="of-a-silent-firm",
        )
    page.as_(cast.lin).open("reminders.centre")
    assert "已处理" in page.text
    assert len(page.all("button", **{"class": "btn btn-plain btn-sm"})) == queries.unread(cast.lin) > 0
