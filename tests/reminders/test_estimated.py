"""A day in a year whose holidays are not published yet says so: on pages, in messages, mails and on paper."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook

from crm.core import clock
from crm.core.db import writing
from crm.followups import services
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.planning import plan
from crm.visits.models import VisitState
from tests.visits.listing import visit

IN_2027 = date(2027, 2, 23)


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")


def test_in_the_message_on_the_pages_and_on_the_slip(page, cast, firm):
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    page.submit(text="谈了用电", followup_other="2027-02-23", followup_text="送材料")
    shown = page.follow().text
    assert shown.count("2027-02-23（暂定）") == 2, "the message, and the promise on the page of the visit"
    for address in (
        f"/visits/new?enterprise={firm.id}",
        f"/visits/slips?id={firm.id}",
        f"/enterprises/{firm.id}/print",
    ):
        assert "2027-02-23（暂定）" in page.open(address).text, address


def test_in_the_mail_but_not_for_a_day_of_a_published_year(app, server, cast, firm, now):
    with writing():
        services.add(firm, owner=cast.lin, text="送材料", due_on=IN_2027, by=cast.lin)
        services.add(firm, owner=cast.lin, text="回访", due_on=date(2026, 12, 1), by=cast.lin)
    bodies = []
    for morning in ("2026-12-01", "2027-02-23"):
        now.set(f"{morning}T08:31:00+08:00")
        plan(clock.now())
        deliver(Mailroom(app.extensions["commissioner"]))
        bodies.append(server.received[-1].text)
    assert "2026-12-01" in bodies[0] and "暂定" not in bodies[0]
    assert "2027-02-23（暂定）" in bodies[1]


def test_in_the_ledger_and_in_the_files(page, make, cast, firm):
    """A planned day, a follow-up, and the day on which the next visit falls due."""
    with writing():
        services.add(firm, owner=cast.lin, text="送材料", due_on=IN_2027, by=cast.lin)
        services.add(firm, owner=cast.lin, text="回访", due_on=date(2026, 12, 1), by=cast.lin)
    yearly = make.enterprise("一年走访一次", unit=cast.section, commissioner=cast.lin, tier="T4")
    visit(yearly, cast.lin, days_ago=60)
    visit(firm, cast.lin, days_ago=-92, state=VisitState.PLANNED)
    page.as_(cast.manager)

    def marked(address):
        content = page.client.get(address).data
        rows = load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        return [cell for row in rows for cell in row if isinstance(cell, str) and cell.startswith("2027-")]

    (due,) = marked("/visits/ledger")
    assert due.endswith("（暂定）")
    assert marked("/followups/export?format=xlsx") == marked("/visits/export?state=planned") == ["2027-02-23（暂定）"]
    content = page.client.get("/followups/export?format=csv").data.decode("utf-8-sig")
    assert "2027-02-23（暂定）" in content and "2026-12-01（" not in content
