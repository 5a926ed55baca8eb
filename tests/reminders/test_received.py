"""Enterprises received: one line per person and day, news again when more come, and never lost in a downtime."""

from datetime import date

import pytest

from crm.core import clock
from crm.core.db import writing
from crm.enterprises.queries import commissioner_of
from crm.handover import services as handover
from crm.reminders import queries
from crm.reminders import services as reading
from tests.reminders.morning import at, of


def test_more_on_the_same_day_is_the_same_line_and_unread_again(app, make, cast, now, page):
    at(now, app, "2026-11-24T09:00:00")
    make.enterprise("甲厂", commissioner=cast.lin, since=date(2026, 11, 24))
    at(now, app, "2026-11-24T09:05:00")
    with writing():
        reading.mark_read(by=cast.lin)
    at(now, app, "2026-11-24T09:10:00")
    assert queries.unread(cast.lin) == 0

    now.set("2026-11-24T15:00:00+08:00")
    for n in range(15):
        make.enterprise(f"厂{n}", commissioner=cast.lin, since=date(2026, 11, 24))
    at(now, app, "2026-11-24T15:05:00")
    assert queries.unread(cast.lin) == 1
    assert page.as_(cast.lin).open("reminders.centre").text.count("新增服务企业 16 家") == 1
    with writing():
        reading.mark_read(by=cast.lin)
    at(now, app, "2026-11-24T15:10:00"), at(now, app, "2026-11-25T08:31:00")
    assert queries.unread(cast.lin) == 0 and len(of("enterprises_received")) == 1


@pytest.mark.parametrize("back", ["2026-12-04T11:00:00", "2026-12-18T08:31:00"])
def test_what_was_handed_over_before_a_long_downtime_is_told_when_it_ends(app, server, make, cast, now, back):
    firm = make.enterprise(commissioner=cast.lin, unit=cast.section)
    at(now, app, "2026-11-23T10:00:00")
    now.set("2026-11-23T17:00:00+08:00")
    with writing():
        handover.hand_over(firm, cast.zhou, replaces=commissioner_of(firm.id).id, by=cast.manager, note="交接")
    now.set("2026-11-27T17:00:00+08:00")
    make.enterprise("乙厂", commissioner=cast.zhou)

    assert at(now, app, back)["accepted"] == 1
    at(now, app, f"{back[:11]}23:00:00")
    assert [mail.recipient for mail in server.received] == [cast.zhou.email]
    assert [r.basis for r in of("enterprises_handed")] == ["2026-11-23"]
    assert [(r.basis, r.state) for r in of("enterprises_received") if r.recipient_id == cast.zhou.id] == [
        ("2026-11-27", "in_app")
    ]
    assert clock.today() > date(2026, 12, 3)
