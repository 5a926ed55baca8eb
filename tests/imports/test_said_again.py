"""What a roster says of a known firm: it adds and brings up to date, it never takes away."""

import pytest
from sqlalchemy import select

from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import commissioner_of
from tests.imports.conftest import counts

HEAD = ("企业名称", "信用代码", "服务专员", "联系人", "职务", "联系电话", "地址", "员工人数")


@pytest.fixture
def firm(make, cast):
    made = make.enterprise(
        "杭州和达有限公司", code=make.code(1), commissioner=cast.lin, contact="王芳", phone="13800000001"
    )
    with writing():
        db.session.get(Enterprise, made.id).address = "文海路 1 号"
    return made


@pytest.fixture
def say_again(apply, book, make, firm):
    """The firm's row with these cells, written."""

    def run(official="", contact="", position="", phone="", address="", employees=""):
        row = ("杭州和达有限公司", make.code(1), official, contact, position, phone, address, employees)
        return apply(book([HEAD, row]))

    return run


def contacts():
    rows = db.session.scalars(select(Contact).where(Contact.removed_on.is_(None)).order_by(Contact.id)).all()
    return [(row.name, row.position, row.phone, row.is_primary) for row in rows]


@pytest.mark.parametrize("nothing", ["", "无", "/", "—", " "])
def test_a_cell_that_says_nothing_takes_nothing_away(say_again, firm, cast, nothing):
    outcome = say_again(nothing, nothing, nothing, nothing, nothing, nothing)

    assert counts(outcome) == (1, 0, 0, 1) and outcome["errors"] == []
    assert contacts() == [("王芳", "", "13800000001", True)]
    assert commissioner_of(firm.id).commissioner_id == cast.lin.id
    assert db.session.get(Enterprise, firm.id).address == "文海路 1 号"


def test_the_same_contact_is_brought_up_to_date(say_again):
    say_again(contact="王 芳", position="总监", phone="13800000002")

    assert contacts() == [("王芳", "总监", "13800000002", True)]


def test_another_contact_comes_first_and_the_old_one_stays(say_again):
    say_again(contact="李强", phone="13900000009")

    assert contacts() == [("王芳", "", "13800000001", False), ("李强", "", "13900000009", True)]

    say_again(contact="王芳")
    assert [(name, first) for name, _, _, first in contacts()] == [("王芳", True), ("李强", False)], "not a third one"


def test_a_masked_number_or_name_is_never_taken_over(say_again):
    outcome = say_again(contact="王*", phone="138****0001")

    assert counts(outcome) == (1, 0, 0, 1)
    assert contacts() == [("王芳", "", "13800000001", True)]


def test_too_many_firms_for_one_official_is_a_warning_here(apply, book, make, cast):
    with writing():
        set_bureau("load_warn", 2, by_id=None, by_name="test")
        set_bureau("load_limit", 3, by_id=None, by_name="test")
    rows = [(f"杭州{name}有限公司", make.code(10 + n), "林晓") for n, name in enumerate("甲乙丙丁")]

    outcome = apply(book([HEAD[:3], *rows]))

    assert counts(outcome) == (4, 4, 0, 0)
    [told] = [notice for notice in outcome["notices"] if "林晓" in notice]
    assert "4" in told and "2" in told and "3" in told and "serve" not in told


def test_a_template_for_people_is_understood_too(page, cast, check, tmp_path):
    page.as_(cast.clerk).open("/imports/template/people.xlsx")
    path = tmp_path / "people.xlsx"
    path.write_bytes(page.response.data)

    assert counts(check(path, kind="people")) == (0, 0, 0, 0)


def test_no_sheet_with_a_header_is_wrong_use(command, book):
    told = command("import", "enterprises", book({"说明": [["请按时报送"]], "附件": [["甲", "乙"]]}), expect=2)

    assert "说明" in told and "附件" in told, "each sheet with its reason"


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_a_cell_that_shows_an_error_is_empty_and_told_with_its_place(apply, book, make, firm, shown):
    """A formula's error in a workbook, or what a CSV was saved with."""
    path = book([HEAD, ("杭州和达有限公司", make.code(1), "", "", "", shown, "文海路 9 号", shown)])
    outcome = apply(path)

    assert (outcome["errors"], contacts()) == ([], [("王芳", "", "13800000001", True)])
    for column in ("联系电话", "员工人数"):
        assert f"名单 第 2 行“{column}”：公式出错（{shown}），按空白处理" in outcome["notices"]


def test_a_column_that_slipped_by_a_row_changes_no_names(apply, book, make, cast, firm):
    """Code of one known firm beside the name of another: both rows are refused, nothing changes places."""
    other = make.enterprise("杭州远山仪器有限公司", code=make.code(2), commissioner=cast.zhou)
    head = ("企业名称", "信用代码")
    answer = apply(
        book([head, (other.name, make.code(1)), (firm.name, make.code(2)), ("杭州新来食品有限公司", make.code(3))]),
        "--skip-errors",
    )
    assert counts(answer) == (3, 1, 0, 0) and len(answer["errors"]) == 2
    db.session.expire_all()
    assert {e.credit_code: e.name for e in db.session.scalars(select(Enterprise))} == {
        make.code(1): "杭州和达有限公司", make.code(2): "杭州远山仪器有限公司", make.code(3): "杭州新来食品有限公司",
    }  # fmt: skip
