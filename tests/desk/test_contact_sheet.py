"""服务专员对接表: the bureau's own layout, under the list's filters, and it comes in again unchanged."""

from pathlib import Path

import pytest

from crm.core.db import db
from crm.sheets.read import read
from crm.timeline import Entry


@pytest.fixture
def sheet(page, tmp_path):
    def fetch(user, **filters):
        page.as_(user).open("desk.contact_sheet", **filters)
        path = Path(tmp_path / "paper.xlsx")
        path.write_bytes(page.response.data)
        return [
            [str(c.value) if c and c.value is not None else "" for c in row.cells]
            for row in read(path, name="paper.xlsx").sheets[0].rows
        ]

    return fetch


def test_title_unit_heads_rows_total_and_sign_off(make, cast, sheet):
    make.enterprise(
        "杭州和达生物有限公司",
        unit=cast.section,
        commissioner=cast.lin,
        territory_id=cast.park.id,
        registered_capital=50_000_000,
        contact="王总",
    )
    make.enterprise("杭州安诺智能装备有限公司", unit=cast.section, registered_capital=5_000)

    rows = sheet(cast.manager)

    flat = ["".join(row) for row in rows]
    assert flat[0] == "企业服务专员对接表"
    assert "单位" in flat[1] and "万元" in flat[1]
    heads = next(row for row in rows if "序号" in row)
    assert heads[:3] == ["序号", "企业名称", "统一社会信用代码"] and heads[-1] == "服务专员"
    body = rows[rows.index(heads) + 1 :]
    assert [row[1] for row in body[:2]] == ["杭州安诺智能装备有限公司", "杭州和达生物有限公司"]
    assert (body[1][4], body[1][8], body[1][10]) == ("东部医药港小镇", "5000", "林晓")
    assert body[2][0] == "合计" and body[2][8] == "5000.5"
    assert "填表人" in "".join(body[-1])


def test_it_obeys_filters_and_scope(make, cast, sheet):
    make.enterprise("杭州和达生物有限公司", unit=cast.section, commissioner=cast.lin)
    make.enterprise("杭州安诺智能装备有限公司", unit=cast.section)
    make.enterprise("别处的企业有限公司", unit=cast.elsewhere)

    everything = str(sheet(cast.manager))
    unserved = str(sheet(cast.manager, commissioner="none"))

    assert "别处的企业" not in everything
    assert "安诺" in unserved and "和达" not in unserved


def test_phones_stand_in_full_only_for_whom_the_official_serves(make, cast, sheet):
    make.enterprise(unit=cast.section, commissioner=cast.lin, phone="13800138000")

    assert "13800138000" in str(sheet(cast.lin))
    assert "13800138000" not in str(sheet(cast.manager))


def test_the_export_is_on_record(make, cast, sheet):
    make.enterprise(unit=cast.section)
    sheet(cast.manager)

    entry = db.session.query(Entry).filter_by(kind="paper.exported").one()
    assert (entry.actor_name, entry.body["rows"]) == ("李军", 1)
