"""Every list can be had as a file: as it is filtered, as far as the person may see, recorded."""

import csv
import io

import openpyxl
import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.timeline import Entry
from tests.imports.conftest import SAMPLE, command, dump  # noqa: F401


def sheet(page):
    return [
        list(row) for row in openpyxl.load_workbook(io.BytesIO(page.response.data)).active.iter_rows(values_only=True)
    ]


def test_people_as_filtered_and_no_further_than_one_sees(page, cast, make):
    far = make.user("外人", unit=cast.elsewhere, mobile="13700000001")

    page.as_(cast.manager).open("accounts.people", q=cast.lin.name)
    [link] = [a.get("href") for a in page.all("a") if "format=xlsx" in a.get("href", "")]
    page.open(link)

    heads, *rows = sheet(page)
    assert heads[:6] == ["姓名", "单位", "职务", "手机号码", "工号", "电子邮箱"]
    assert [row[:4] for row in rows] == [[cast.lin.name, cast.section.name, cast.lin.title or None, cast.lin.mobile]]
    page.open("desk.export_people", format="csv", show="all")
    assert far.name not in page.response.data.decode("utf-8-sig")
    kept = db.session.scalars(select(Entry).where(Entry.kind == "people.exported").order_by(Entry.id)).all()
    assert [(entry.actor_name, entry.body["rows"] > 0) for entry in kept] == [(cast.manager.name, True)] * 2


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_unchanged_list_of_people_changes_nothing_when_it_is_imported(page, cast, command, tmp_path, kind):  # noqa: F811
    page.as_(cast.admin).open("desk.export_people", format=kind)
    path = tmp_path / f"people.{kind}"
    path.write_bytes(page.response.data)
    before = dump()

    outcome = command("import", "people", path, "--apply", "--json")

    assert (outcome["new"], outcome["update"], outcome["errors"]) == (0, 0, []) and outcome["same"] > 5
    assert dump() == before


def test_who_serves_how_many(page, cast, make):
    for _ in range(3):
        make.enterprise(unit=cast.section, commissioner=cast.lin)

    page.as_(cast.manager).open("handover.load_per_official")
    page.open(next(a.get("href") for a in page.all("a") if a.get("href", "").endswith("/load/export")))

    heads, *rows = sheet(page)
    assert heads == ["干部", "单位", "企业", "负荷"] and [cast.lin.name, cast.section.name, 3] in [r[:3] for r in rows]


def test_imports_with_what_became_of_them(page, cast, command):  # noqa: F811
    command("import", "enterprises", SAMPLE, "--apply", "--json")

    page.as_(cast.admin).open("desk.export_imports", format="csv")

    _heads, row = list(csv.reader(io.StringIO(page.response.data.decode("utf-8-sig"))))
    assert (row[0], row[1], row[3], row[4]) == ("roster_sample.xlsx", "已写入", "60", "cli")
    page.as_(cast.lin).open("desk.export_imports", format="csv")
    assert "roster_sample.xlsx" not in page.response.data.decode("utf-8-sig"), "an official has his own runs only"
    page.as_(cast.handler).open("desk.export_imports", format="csv")
    assert "roster_sample.xlsx" not in page.response.data.decode("utf-8-sig")


def test_no_other_format(page, cast):
    page.as_(cast.admin).open("desk.export_people", format="exe", expect=404)
