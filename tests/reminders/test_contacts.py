"""Every line of a mail about an enterprise names one contact of it, and no number of his."""

from datetime import date, time

import pytest

from crm.core.db import writing
from crm.enterprises import services as register
from crm.followups import chasing
from crm.visits import amending, services
from tests.reminders.morning import at, change, visited


def contact(firm, by, name="王经理"):
    with writing():
        return register.add_contact(firm, name=name, phone="13900001111", by=by)


def plan(firm, by, on: date, hour: time | None = None) -> None:
    with writing():
        services.plan(firm, by=by, kind="onsite", on=on, at=hour, note="", client_key=f"plan-{on}-{hour}")


def whole(mail) -> list[str]:
    return [mail.message.get_body((kind,)).get_content() for kind in ("plain", "html")]


def test_a_plan_in_the_mail_of_the_morning_and_in_its_own(app, server, firm, cast, now):
    contact(firm, cast.lin)
    plan(firm, cast.lin, date(2026, 11, 25), time(14))
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T12:01:00")
    assert len(server.received) == 2
    for part in [part for mail in server.received for part in whole(mail)]:
        assert part.count("联系人：王经理") == 1 and "13900001111" not in part


def test_silence_a_visit_of_somebody_else_and_a_firm_asked_for(app, server, firm, silent_firm, make, cast, now):
    contact(firm, cast.lin), contact(silent_firm, cast.lin, "赵厂长")
    asked = make.enterprise("杭州催办公司", short_name="催办", commissioner=cast.lin, since=date(2026, 11, 2))
    contact(asked, cast.lin, "孙主任")
    visited(firm, cast.zhou, date(2026, 11, 23))
    with writing():
        chasing.visits([asked], by=cast.manager)
    at(now, app, "2026-11-24T08:31:00")
    [mail] = [mail for mail in server.received if mail.recipient == cast.lin.email]
    for part in whole(mail):
        assert [part.count(f"联系人：{name}") for name in ("王经理", "赵厂长", "孙主任")] == [1, 1, 1], part
        assert "13900001111" not in part


def test_of_a_visit_told_of_it_is_whom_one_met(app, server, firm, cast, now):
    contact(firm, cast.lin)
    visit = visited(firm, cast.lin, date(2026, 11, 23))
    with writing():
        amending.void(visit, reason="核实不属实", by=cast.manager)
    at(now, app, "2026-11-24T08:31:00")
    assert "联系人：王总" in server.received[0].text and "王经理" not in server.received[0].text


@pytest.mark.parametrize("left_out", ["none", "removed", "number"])
def test_who_is_gone_or_written_with_a_number_is_left_out(app, server, firm, cast, now, left_out):
    if left_out != "none":
        made = contact(firm, cast.lin, "王13900001111" if left_out == "number" else "王经理")
    if left_out == "removed":
        change(made, removed_on=date(2026, 11, 20))
    plan(firm, cast.lin, date(2026, 11, 25))
    at(now, app, "2026-11-24T08:31:00")
    [mail] = server.received
    assert "计划走访" in mail.text and "联系人" not in mail.text and "139" not in mail.text
