"""Why a visit is due is said in words; the days of silence are set by unit and date."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.models import Setting
from crm.core.pages import speaking
from crm.tiers import services
from crm.tiers.words import due_words


@pytest.mark.parametrize(
    ("tier", "last", "due", "said"),
    [
        (None, None, None, "未定层级"),
        ("X", None, None, "按其监管规定"),
        ("T1", None, None, "每月走访一次，有服务专员后"),
        ("T1", None, date(2026, 12, 1), "尚未走访过"),
        ("T2", date(2026, 10, 8), date(2026, 12, 8), "每 2 个月走访一次，从上次走访 2026-10-08 算起"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_reason_is_said_in_words(app, tier, last, due, said):
    with speaking("zh_Hans_CN"):
        assert said in due_words(tier, last, due)


def test_the_file_says_why_the_next_visit_is_due(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    with writing():
        services.set_tier(firm, "T2", by=cast.manager)
    assert "每 2 个月走访一次" in page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id).text
    assert "下次应走访" in page.open("desk.enterprises").text


def test_days_of_silence_are_set_for_a_unit_from_a_day(page, cast, now):
    page.as_(cast.admin).open("tiers.cadence")
    page.submit(unit=str(cast.section.id), days="45", since="2026-11-01", expect=422)
    page.submit(unit=str(cast.section.id), days="45", since="2026-12-01")
    assert "企业服务科" in page.follow().text and "45" in page.text
    assert bureau("silence_days", unit_id=cast.section.id) == 90
    now.set("2026-12-01T09:00:00+08:00")
    assert (bureau("silence_days", unit_id=cast.section.id), bureau("silence_days")) == (45, 90)
    assert [(s.unit_id, s.value) for s in db.session.scalars(select(Setting).where(Setting.key == "silence_days"))] == [
        (cast.section.id, 45)
    ]


def test_commissioners_of_ticked_firms_are_asked_to_visit_once(page, make, cast):
    firm, nobodys = (
        make.enterprise("杭州和达有限公司", unit=cast.section, commissioner=cast.lin),
        make.enterprise(unit=cast.section),
    )
    asked = f"/enterprises/chase?silent=90&id={firm.id}&id={nobodys.id}"
    page.as_(cast.manager).open(asked)
    assert "催走访：2 家企业" in page.text
    page.submit()
    assert page.response.headers["Location"] == "/enterprises?silent=90"
    assert "已催办 1 项" in page.follow().text
    assert "已于 2026-11-23 催办" in page.open(asked).text
    page.submit()
    assert "3 个工作日内已催过" in page.follow().text
    [area] = page.open(f"/enterprises/names?id={firm.id}").all("textarea")
    assert area.text.strip().splitlines() == ["以下企业待走访：", "林晓 1 家：杭州和达有限公司", "共 1 家"]
    page.as_(cast.leader).open(asked, expect=403)
    page.as_(cast.manager).open(f"/enterprises/chase?id={make.enterprise(unit=cast.elsewhere).id}", expect=404)
