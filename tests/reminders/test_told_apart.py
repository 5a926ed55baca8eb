"""Two promises at one firm differ in a mail: first words, day, contact, each with its link."""

from datetime import date

import pytest

from crm.core.bureau import set_bureau
from crm.core.db import writing
from crm.enterprises import services as register
from crm.followups import services as followups
from crm.reminders.rules import first_words
from tests.reminders.morning import at, promise, visited

DAY = date(2026, 11, 24)


@pytest.fixture
def quoting(app):
    """The bureau allows first words in mails."""
    with writing():
        set_bureau("mail_words", True, by_id=None, by_name="x")


def test_two_promises_of_one_firm_are_told_apart(quoting, app, server, firm, cast, now):
    with writing():
        register.add_contact(firm, name="王经理", phone="13900001111", by=cast.lin)
    visit = visited(firm, cast.lin, date(2026, 11, 20))
    first = promise(firm, cast.lin, "2026-11-24", "送用工补贴申请表\n二楼人事科")
    with writing():
        second = followups.add(
            firm, owner=cast.lin, text="协调园区班车线路并把下周一的座谈时间地点告诉企业行政", due_on=DAY, by=cast.lin,
            origin=("visit", visit.id),
        )  # fmt: skip
    at(now, app, "2026-11-24T08:31:00")

    [mail] = server.received
    one = f"- 和达生物: 跟进到期 (2026-11-24) · 送用工补贴申请表 二楼人事科 · 联系人：王经理\r\n  http://127.0.0.1:8000/followups/{first.id}"
    two = f"协调园区班车线路并把下周一的座谈时间地点… · 联系人：王总\r\n  http://127.0.0.1:8000/followups/{second.id}"
    assert one in mail.text and two in mail.text
    html = mail.message.get_body(("html",)).get_content()
    assert "送用工补贴申请表" in html and "联系人：王经理" in html and "13900001111" not in html + mail.text


@pytest.mark.parametrize(
    "text",
    ["问上市辅导进度", "回 13700000001 的电话", "税收奖励 300 万元", "持股 20%", "增资三千万", "IPO timetable",
     "0571-8888 8888", "信访件回复", "付款两千", "补三百块钱", "租金五十元", "贰拾元",
     "欠薪一事", "诉讼进展", "裁员方案", "搬迁意向",
     "2026-12-04 13900001111", "2026-12-04-1234", "电话 0571-2026-12-04", "幺三九零零零零幺幺幺幺"],
)  # fmt: skip
def test_what_must_stay_in_the_house_has_a_number_instead(quoting, app, server, firm, cast, now, text):
    made = promise(firm, cast.lin, "2026-11-24", text)
    at(now, app, "2026-11-24T08:31:00")
    [mail] = server.received
    whole = "".join(part.get_content() for part in mail.message.walk() if not part.is_multipart())
    assert text not in whole + str(mail.message["Subject"]) and f"编号 {made.id}" in mail.text


def test_a_request_is_never_quoted(quoting, app, server, firm, cast, now):
    with writing():
        followups.add(firm, owner=cast.lin, text="要求夜班公交", due_on=DAY, by=cast.lin, kind="request")
    at(now, app, "2026-11-24T08:31:00")
    assert "夜班公交" not in server.received[0].text and "编号" in server.received[0].text


def test_nothing_is_quoted_unless_the_bureau_allows_it_and_two_promises_still_differ(app, server, firm, cast, now):
    first = promise(firm, cast.lin, "2026-11-24", "送班车时刻表")
    second = promise(firm, cast.lin, "2026-11-24", "协调园区班车")
    at(now, app, "2026-11-24T08:31:00")
    told = server.received[0].text
    assert "班车" not in told and f"编号 {first.id}" in told and f"编号 {second.id}" in told


def test_a_contact_written_with_a_number_is_left_out(app, server, firm, cast, now):
    with writing():
        register.add_contact(firm, name="王经理13900001111", phone="", by=cast.lin)
    promise(firm, cast.lin, "2026-11-24", "送班车时刻表")
    at(now, app, "2026-11-24T08:31:00")
    assert "联系人" not in server.received[0].text and "13900001111" not in server.received[0].text


@pytest.mark.rules
@pytest.mark.parametrize(
    ("text", "shown"),
    [("12月4日前送材料", "12月4日前送材料"), ("2026-12-04 送材料", "2026-12-04 送材料"),
     ("2026.12.4 14:30 送材料", "2026.12.4 14:30 送材料"), ("2026/12/04前送材料", "2026/12/04前送材料"),
     ("call Mr Wang about the bus line to the new plant", None),
     ("a\x00b\r\nc", "a b c"), ("", ""), ("两三家企业座谈", "两三家企业座谈")],
)  # fmt: skip
def test_first_words(text, shown):
    found = first_words(text, DAY)
    assert found == shown if shown is not None else found.endswith("…") and len(found) <= 41
