"""What the register writes, it reads back unchanged: in every format, with columns in any order."""

from __future__ import annotations

import csv
import json
import random

import openpyxl
import pytest
import xlwt

from crm.accounts.models import UnitKind
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.enterprises.services import add_contact
from crm.timeline import CLI
from tests.imports.conftest import SAMPLE, counts, dump

HEAD = (
    "企业名称|信用代码|所属行业|园区|法定代表人|联系人|职务|联系电话|注册资本（万元）|成立日期|服务专员|B角|联系领导|责任科室"
    "|企业层级|资质|地址|员工人数|证券代码|简称|曾用名|最近走访日期|备注|用电户号"
)
FULL = (
    "杭州𠮷利䶮电子有限公司|{}|计算机、通信|东部新城|林𬭎|王芳|总监|13812345678、0571-86912345|约500|2014年5月|林晓|周敏|徐建国|企业服务科"
    "|T1|高新技术企业（2023）、专精特新|文海路 1 号😀|320|300123|𠮷利|杭州老名字有限公司|2026-10-01|说明（一）|A-1"
)
FOREIGN = "杭州＝和达有限公司|{}|医药||张三||||300万美元|2001|周敏||||||||||||-|B-2"
PROVISIONAL = "杭州暂无代码有限公司||||||||12.3456|||||||||||||||"


@pytest.fixture
def rich(make, cast, book, apply):
    """A register with something in every column, rare characters among them, and a column of the bureau's own."""
    make.unit("东部新城", kind=UnitKind.TERRITORY)
    lines = (HEAD, FULL.format(make.code(1)), FOREIGN.format(make.code(2)), PROVISIONAL)
    apply(book([line.split("|") for line in lines]), "--map", "用电户号=extra")
    firm = db.session.query(Enterprise).filter_by(name="杭州＝和达有限公司").one()
    with writing():
        add_contact(firm, name="李 四", phone="0571 8691 2346", by=CLI)
        firm = db.session.get(Enterprise, firm.id)
        firm.note, firm.address = "第一行\n第二行", "=1+1"


def export(command, tmp_path, kind):
    target = tmp_path / f"out.{kind}"
    command("export", "enterprises", "--format", kind, "--out", target)
    return target


def table(path) -> list[list[object]]:
    return [list(row) for row in openpyxl.load_workbook(path).active.iter_rows(values_only=True)]


def permuted(rows):
    order = list(range(len(rows[0])))
    random.Random(7).shuffle(order)
    return [[row[place] for place in order] for row in rows]


def as_csv(path, rows, encoding):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([["" if value is None else str(value) for value in row] for row in rows])
    return path


def as_xls(path, rows):
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名单")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, str(value) if hasattr(value, "isoformat") else value)
    book.save(str(path))
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_an_unchanged_export_changes_nothing(rich, command, apply, tmp_path, kind):
    path = export(command, tmp_path, kind)
    before = dump()

    outcome = apply(path)

    assert counts(outcome) == (3, 0, 0, 3) and outcome["errors"] == []
    assert dump() == before


@pytest.mark.parametrize("form", ["permuted", "utf-8", "utf-8-sig", "gb18030", "xls"])
def test_the_same_rows_in_another_form_change_nothing(rich, command, apply, tmp_path, book, form):
    rows = permuted(table(export(command, tmp_path, "xlsx")))
    path = {"permuted": lambda: book(rows), "xls": lambda: as_xls(tmp_path / "a.xls", rows)}.get(
        form, lambda: as_csv(tmp_path / "a.csv", rows, form)
    )()
    before = dump()

    outcome = apply(path)

    assert counts(outcome) == (3, 0, 0, 3) and outcome["errors"] == []
    assert dump() == before


def test_the_sample_in_other_forms_changes_nothing(apply, book, tmp_path):
    apply(SAMPLE)
    rows = permuted(table(SAMPLE)[2:63])
    before = dump()

    for path in (book(rows), as_csv(tmp_path / "a.csv", rows, "gb18030"), as_xls(tmp_path / "a.xls", rows)):
        assert counts(apply(path)) == (60, 0, 0, 60)
        assert dump() == before


def test_json_is_for_programs(rich, command, tmp_path):
    objects = {each["name"]: each for each in json.loads(export(command, tmp_path, "json").read_text(encoding="utf-8"))}

    first = objects["杭州𠮷利䶮电子有限公司"]
    assert (first["commissioner"], first["territory"], first["phone"]) == (
        "林晓",
        "东部新城",
        "13812345678 / 0571-86912345",
    )
    assert (first["founded_on"], first["registered_capital"]) == ("2014-05", 500)
    assert first["extra"] == {"用电户号": "A-1"}
    second, third = objects["杭州＝和达有限公司"], objects["杭州暂无代码有限公司"]
    assert (second["registered_capital"], second["registered_capital_currency"]) == (300, "USD")
    assert (third["credit_code"], third["registered_capital"], third["founded_on"]) == (None, 12.3456, None)


def test_no_exported_cell_runs(rich, command, tmp_path):
    path = export(command, tmp_path, "xlsx")

    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells) and "=1+1" in [cell.value for cell in cells]
    text = export(command, tmp_path, "csv").read_text(encoding="utf-8-sig")
    assert '"=1+1"' not in text and "\t=1+1" in text


@pytest.mark.parametrize("what", ["enterprises", "visits"])
def test_a_file_that_cannot_be_written_is_told(command, tmp_path, what):
    assert "写不进去" in command("export", what, "--out", tmp_path / "no such folder" / "x.xlsx", expect=1)
    assert list(tmp_path.glob("**/*.part")) == []
