"""The same firm in several rows: the first row without a fault counts, wherever it stands."""

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.ops.builders import Make
from tests.imports.conftest import counts

CODE = Make.code(900)
FAULTY, SOUND = ("杭州甲一科技有限公司", CODE, "没有电话啊"), ("杭州甲一科技有限公司", CODE, "13811110001")


@pytest.mark.parametrize("rows", [[FAULTY, SOUND], [SOUND, FAULTY], [FAULTY, SOUND, SOUND], [FAULTY, FAULTY, SOUND]])
def test_a_faulty_row_does_not_keep_a_faultless_one_out(cast, book, apply, rows):
    outcome = apply(book([("企业名称", "信用代码", "联系电话"), *rows]), "--skip-errors")

    assert counts(outcome) == (len(rows), 1, 0, 0)
    [firm] = db.session.scalars(select(Enterprise)).all()
    assert [contact.phone for contact in firm.contacts] == ["13811110001"]


def test_rows_that_are_all_faulty_bring_nothing_in(cast, book, apply):
    apply(book([("企业名称", "信用代码", "联系电话"), FAULTY, FAULTY]), "--skip-errors")
    assert db.session.scalars(select(Enterprise)).all() == []


@pytest.fixture
def namesakes(make, cast):
    return [make.user("张伟", unit=unit) for unit in (cast.section, cast.elsewhere)]


PLAIN, TOLD = ("杭州甲一科技有限公司", CODE, "张伟"), ("杭州甲一科技有限公司", CODE, "张伟（企业服务科）")


@pytest.mark.parametrize("rows", [[PLAIN, TOLD], [TOLD, PLAIN], [PLAIN, PLAIN, TOLD]])
def test_a_row_refused_for_what_the_register_knows_does_not_keep_another_out(namesakes, book, apply, rows):
    """The name alone is that of two officials; the other row says which of them."""
    outcome = apply(book([("企业名称", "信用代码", "服务专员"), *rows]))

    assert counts(outcome) == (len(rows), 1, 0, 0) and outcome["errors"] == []
    assert sum("只计一次" in notice for notice in outcome["notices"]) == len(rows) - 1
    [firm] = db.session.scalars(select(Enterprise)).all()
    assert commissioner_of(firm.id).commissioner_id == namesakes[0].id


def test_where_no_row_can_count_each_is_named_with_its_reason(namesakes, book, check):
    outcome = check(book([("企业名称", "信用代码", "服务专员"), PLAIN, PLAIN]), expect=1)

    assert [(error["row"], error["value"]) for error in outcome["errors"]] == [(2, "张伟"), (3, "张伟")]
    assert all("企业服务科" in error["reason"] for error in outcome["errors"])


@pytest.mark.parametrize("first", ["2099-05-03", "2014-05-03"])
def test_a_refused_cell_that_could_be_read_still_contradicts_another(cast, book, check, first):
    """Which of the two days is meant is not guessed."""
    other = "2014-05-03" if first > "2026" else "2099-05-03"
    rows = [("杭州甲一科技有限公司", CODE, day) for day in (first, other)]
    outcome = check(book([("企业名称", "信用代码", "成立日期"), *rows]), expect=1)

    reasons = [(error["row"], error["column"]) for error in outcome["errors"]]
    assert sorted(reasons) == sorted([(2, "信用代码"), (3, "信用代码"), (2 if first > "2026" else 3, "成立日期")])


def test_two_faultless_rows_that_differ_in_the_faulty_cell_contradict_each_other(cast, book, apply):
    other = (*SOUND[:2], "13922220002")
    apply(book([("企业名称", "信用代码", "联系电话"), FAULTY, SOUND, other]), "--skip-errors")
    assert db.session.scalars(select(Enterprise)).all() == []
