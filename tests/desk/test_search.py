"""The one search box of the enterprise list."""

import pytest

from crm.core import lists
from crm.core.db import writing
from crm.desk import enterprise_rows
from crm.enterprises import other_names
from tests.desk.listed import names


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("和达", True),
        ("和", True),
        ("生物医药港", True),
        ("hd", True),
        ("heda", True),
        ("hzhd", True),
        ("HeDa", True),
        ("制药厂", True),
        ("王建国", True),
        ("6789", True),
        ("王建", True),
        ("德和", False),
        ("xyz", False),
        ("和达 王建", True),
        ("%", True),
        ("' OR 1=1 --", False),
    ],
)
def test_one_box_finds_by_name_former_name_pinyin_contact_code_and_phone(page, make, cast, typed, found):
    firm = make.enterprise(
        "杭州和达生物医药港有限公司", unit=cast.section, short_name="和达", contact="王建国", phone="13812346789"
    )
    with writing():
        other_names.add_name(firm, name="钱江制药厂", kind="former", by=cast.clerk)

    page.as_(cast.manager).open("desk.enterprises", q=typed)
    assert (names(page) == [firm.name]) is found


def test_the_tail_of_the_code_finds_it(page, make, cast):
    firm = make.enterprise(unit=cast.section)
    make.enterprise(unit=cast.section)
    page.as_(cast.manager).open("desk.enterprises", q=firm.credit_code[-6:].lower())
    assert names(page) == [firm.name]


def test_a_search_stops_counting_at_a_thousand_and_pages_go_on(page, cast, monkeypatch, make):
    monkeypatch.setattr(enterprise_rows, "MOST_COUNTED", 30)
    for _ in range(33):
        make.enterprise(unit=cast.section)
    assert lists.MOST_COUNTED == 1000

    page.as_(cast.manager).open("/enterprises?q=杭州&page=2")
    second = names(page)
    assert "30+" in page.text and len(second) == 13
    assert len(set(names(page.open("/enterprises?q=杭州"))) - set(second)) == 20
