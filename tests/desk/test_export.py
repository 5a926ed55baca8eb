"""The list leaves as a file: what is filtered, as far as the person may, recorded, and readable by the import."""

import csv
import io

import openpyxl
import pytest
from sqlalchemy import func, select
from werkzeug.http import parse_options_header

from crm import jobs
from crm.core.db import db
from crm.desk import enterprise_export, enterprise_rows
from crm.files import store
from crm.files.models import StoredFile
from crm.jobs import jobs as work
from crm.jobs.models import Job
from crm.timeline import Entry


@pytest.fixture
def firms(make, cast):
    own = make.enterprise(
        "杭州自家公司", unit=cast.section, commissioner=cast.lin, contact="王", phone="13812346789", tier="T1"
    )
    other = make.enterprise(
        "杭州同科公司", unit=cast.section, commissioner=cast.zhou, contact="李", phone="13912346789"
    )
    foreign = make.enterprise("杭州别处公司", unit=cast.elsewhere, contact="张", phone="13712346789")
    return own, other, foreign


def rows(page):
    """The exported CSV as rows by heading."""
    text = page.response.data.decode("utf-8-sig").replace("\t", "")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_what_is_filtered_and_no_more_than_the_person_may_see(page, cast, firms):
    _own, other, foreign = firms
    page.as_(cast.manager).open("/enterprises/export?format=csv")
    assert [row["企业名称"] for row in rows(page)] == ["杭州同科公司", "杭州自家公司"]
    page.open("/enterprises/export?format=csv&tier=T1")
    assert [row["企业名称"] for row in rows(page)] == ["杭州自家公司"]
    page.open(f"/enterprises/export?format=csv&id={foreign.id}&id={other.id}")
    assert [row["企业名称"] for row in rows(page)] == ["杭州同科公司"]
    page.open("/enterprises/export?format=csv&q=zijia")
    assert [row["企业名称"] for row in rows(page)] == ["杭州自家公司"]


def test_phone_numbers_are_whole_only_for_own_firms(page, cast, firms):
    page.as_(cast.lin).open("/enterprises/export?format=csv")
    assert [row["联系电话"] for row in rows(page)] == ["13812346789"]
    page.as_(cast.manager).open("/enterprises/export?format=csv")
    assert [row["联系电话"] for row in rows(page)] == ["139****6789", "138****6789"]


def test_an_excel_file_opens_and_carries_the_bureaus_name(page, cast, firms):
    page.as_(cast.clerk).open("/enterprises/export?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(page.response.data)).active
    assert sheet["A2"].value == "杭州同科公司" and sheet.max_row == 3
    named = parse_options_header(page.response.headers["Content-Disposition"])[1]["filename"]
    assert named.startswith("企业") and named.endswith("20261123.xlsx")


def test_each_export_is_recorded_with_its_filters(page, cast, firms):
    page.as_(cast.auditor).open("/enterprises/export?format=csv&tier=T1")
    entry = db.session.scalars(select(Entry).where(Entry.kind == "enterprise.exported")).one()
    assert (entry.actor_id, entry.body["rows"], entry.body["filters"]) == (cast.auditor.id, 1, "format=csv&tier=T1")


def test_a_firm_that_left_is_exported_when_asked_for(page, make, cast):
    from crm.core import clock
    from crm.core.db import writing
    from crm.enterprises import presence
    from crm.enterprises.models import Standing

    firm = make.enterprise("杭州迁出公司", unit=cast.section)
    with writing():
        presence.leave(firm, Standing.MOVED_OUT, on=clock.today(), reason="迁往外区", by=cast.clerk)
    assert rows(page.as_(cast.clerk).open("/enterprises/export?format=csv")) == []
    page.open("/enterprises/export?format=csv&standing=moved_out")
    assert [row["企业名称"] for row in rows(page)] == ["杭州迁出公司"]


def test_many_rows_are_written_in_the_background_and_wait_a_day_for_their_owner(page, cast, firms, now, monkeypatch):
    monkeypatch.setattr(enterprise_export, "AT_ONCE", 1)
    page.as_(cast.manager).open("/enterprises/export?format=csv&unit=")
    assert "2 条" in page.text and db.session.scalar(select(func.count()).select_from(Job)) == 0, (
        "looking starts nothing"
    )
    page.submit()
    waiting = page.response.headers["Location"]
    page.follow()
    work.work()
    [button] = page.open(waiting).all("a", **{"class": "btn btn-primary"})
    page.open(button.get("href"))
    assert [row["企业名称"] for row in rows(page)] == ["杭州同科公司", "杭州自家公司"]
    ready = page.url

    page.as_(cast.lin).open(ready, expect=404)
    now.move(hours=25)
    page.as_(cast.manager).open(ready, expect=404)
    [kept] = db.session.scalars(select(StoredFile))
    enterprise_export.forget_old()
    now.move(days=31)
    store.sweep()
    assert not store.path_of(kept.stored_as).exists()
    assert {"old exports", "files nobody needs"} <= set(jobs.registry.DAILY)
    assert enterprise_export.KIND in jobs.registry.KINDS


def test_a_search_that_is_not_counted_to_its_end_says_more_than(page, cast, firms, monkeypatch):
    monkeypatch.setattr(enterprise_export, "AT_ONCE", 1)
    monkeypatch.setattr(enterprise_rows, "MOST_COUNTED", 1)
    page.as_(cast.manager).open("/enterprises/export?format=csv&q=杭州")
    assert "超过 1 条" in page.text and "共" not in page.text.partition("条，数量较多")[0][-8:]
    page.as_(cast.manager).open("/enterprises/export?format=csv&unit=")
    assert "共 2 条" in page.text, "what is counted is told exactly"

    monkeypatch.setattr(enterprise_export, "AT_ONCE", 2)
    page.open("/enterprises/export?format=csv&q=杭州")
    assert len(rows(page)) == 2
