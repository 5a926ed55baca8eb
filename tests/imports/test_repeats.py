"""The same firm in several rows: the first row without a fault counts, wherever it stands."""

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.enterprises.models import Enterprise
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


def test_two_faultless_rows_that_differ_in_the_faulty_cell_contradict_each_other(cast, book, apply):
    other = (*SOUND[:2], "13922220002")
    apply(book([("企业名称", "信用代码", "联系电话"), FAULTY, SOUND, other]), "--skip-errors")
    assert db.session.scalars(select(Enterprise)).all() == []
