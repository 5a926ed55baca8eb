"""A dirty workbook: each trap is read as it was meant, or named with sheet, row, column and what to do."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.accounts.models import UnitKind
from crm.core.db import db
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.enterprises.roster.firms import load
from crm.enterprises.serving_models import StandIn
from crm.tiers.models import TitleHeld
from tests.imports import dirty
from tests.imports.conftest import complaints, counts, day


@pytest.fixture
def people(make, cast):
    """杜建 and 黎静 are known; two people are called 张伟; one firm of the file is known already."""
    make.unit("下沙街道", kind=UnitKind.TERRITORY)
    known = {name: make.user(name, unit=cast.section) for name in ("杜建", "黎静")}
    make.user("张伟", unit=cast.section)
    make.user("张伟", unit=cast.elsewhere)
    make.enterprise("杭州泽林生物有限公司", code=dirty.code(13), contact="冯涛", phone="18600001402")
    return known


@pytest.fixture
def path(tmp_path):
    return dirty.write(tmp_path)


def firm(number) -> Enterprise:
    return db.session.scalars(select(Enterprise).filter_by(credit_code=dirty.code(number))).one()


def test_each_error_is_named_with_its_cell(people, path, check):
    outcome = check(path, expect=1)

    assert complaints(outcome) == dirty.ERRORS
    reasons = {(error["row"], error["column"]): error["reason"] for error in outcome["errors"]}
    assert "企业服务科" in reasons[8, "服务专员"] and "市场监管分局" in reasons[8, "服务专员"]
    assert "16" in reasons[15, "企业基本信息/统一社会信用代码"] and "15" in reasons[16, "企业基本信息/统一社会信用代码"]


def test_rows_are_counted_and_the_rest_is_neither_row_nor_error(people, path, check):
    outcome = check(path, expect=1)

    assert counts(outcome) == (15, 7, 1, 0)
    assert outcome["skipped_sheets"] == ["填表说明"] and outcome["officials_new"] == 1
    notices = "\n".join(outcome["notices"])
    assert "徐建国" not in notices, "the leader is known"
    assert all(word in notices for word in ("新来的人", "高教东区", "隐藏行", "15", "只计一次"))


def test_nothing_is_written_while_errors_exist(people, path, apply):
    apply(path, expect=1)

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 1


def test_the_good_rows_arrive_as_they_were_meant(people, path, apply):
    apply(path, "--skip-errors")

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 8
    first, second, third = firm(1), firm(2), firm(3)
    assert first.name == "杭州和达生物医药有限公司" and first.tier == "T1" and first.note == "重点"
    assert (first.founded_on, first.registered_capital) == (day("2017-03-05"), 50_000_000)
    assert [(c.name, c.position, c.phone) for c in first.contacts] == [("王经理", "总经理", "13812345678")]
    assert (second.founded_on, str(second.founded_precision)) == (day("2017-03-01"), "month")
    assert (second.registered_capital, second.capital_is_approximate) == (5_000_000, True)
    assert [(c.position, c.phone) for c in second.contacts] == [("", "13812345679")]
    assert (third.founded_on, third.capital_currency, third.registered_capital) == (day("2017-03-05"), "USD", 5_000_000)
    assert third.contacts[0].phone == "0571-86912345"
    assert {first.territory.name, second.territory.name} == {"下沙街道"}, "the sheet is called like a territory"


def test_two_names_are_commissioner_and_deputy(people, path, apply):
    apply(path, "--skip-errors")

    assert commissioner_of(firm(2).id).commissioner.name == "杜建"
    row = db.session.scalars(select(StandIn)).one()
    assert (row.official.name, row.deputy.name, row.enterprise_id) == ("杜建", "黎静", firm(2).id)


def test_leader_and_titles_become_dated_rows(people, path, apply, cast):
    apply(path, "--skip-errors")

    known = load([firm(1).id], day("2026-11-23"))[firm(1).id]
    assert known.liaison is not None and known.liaison.whom == cast.leader.id
    assert [row.title for row in db.session.scalars(select(TitleHeld))] == ["ABOVE_SIZE"]


def test_a_firm_without_code_is_provisional_and_gets_it_later(people, path, apply, book):
    apply(path, "--skip-errors")
    provisional = db.session.scalars(select(Enterprise).filter_by(name="杭州晶润物流有限公司")).one()
    assert provisional.credit_code is None and commissioner_of(provisional.id).commissioner.name == "新来的人"

    apply(book([("企业名称", "信用代码"), ("杭州晶润物流有限公司", dirty.code(12))]))

    assert firm(12).id == provisional.id


def test_a_masked_number_is_never_taken_over(people, path, apply):
    apply(path, "--skip-errors")

    assert firm(13).contacts[0].phone == "18600001402"
    assert firm(13).registered_capital == 1_000_000, "the rest of the row is"


def test_the_other_sheet_speaks_other_words(people, path, apply):
    apply(path, "--skip-errors")

    one, two = firm(20), firm(21)
    assert {one.territory.name, two.territory.name} == {"高教东区"}, "the merged cell fills down"
    assert (one.registered_capital, two.registered_capital) == (3_000_000, 12_345_678)
    assert (one.founded_on, two.founded_on, str(two.founded_precision)) == (
        day("2018-06-01"),
        day("2019-01-01"),
        "year",
    )
    assert two.contacts[0].phone == "13812345681 / 0571-86912346"
    assert (one.legal_representative, one.contacts[0].name) == ("何平", "")


def test_again_nothing_changes(people, path, apply):
    apply(path, "--skip-errors")

    outcome = apply(path, "--skip-errors")

    assert counts(outcome) == (15, 0, 0, 8) and outcome["officials_new"] == 0
