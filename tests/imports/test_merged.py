"""A list that still has an entry which was merged into another one speaks of the other."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from crm.core.db import db, writing
from crm.enterprises import merging
from crm.enterprises.models import Enterprise, Standing
from tests.imports.conftest import HEAD, complaints, counts

NAME, OLD, OLDEST = "杭州和达生物医药有限公司", "杭州和达生物有限公司", "杭州和达医药经营部"


def merge(kept, gone, cast):
    with writing():
        proposed = merging.propose(kept, gone, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(proposed, by=cast.manager)


@pytest.fixture
def firms(make, cast):
    """The oldest entry was merged into the old one, that into the one which is left."""
    made = [
        make.enterprise(name, unit=cast.section, code=make.code(n), contact="王经理", phone="13812345678")
        for n, name in enumerate((NAME, OLD, OLDEST), start=1)
    ]
    kept, old, oldest = made
    merge(old, oldest, cast)
    merge(kept, old, cast)
    return made


def line(name, code, address, **more):
    values = {"企业名称": name, "统一社会信用代码": code, "联系人": "王经理", "联系电话": "13812345678", **more}
    return (*(values.get(head, "") for head in HEAD), address)


@pytest.fixture
def bring(apply, book):
    def run(*rows, expect=0):
        return apply(book([(*HEAD, "地址"), *rows]), expect=expect)

    return run


def facts(firm):
    db.session.expire_all()
    row = db.session.get(Enterprise, firm.id)
    return row.name, row.credit_code, row.address, str(row.standing), row.version


@pytest.mark.parametrize(("name", "number"), [(OLD, 2), (OLDEST, 3), ("", 2), (OLDEST, None), (NAME, 2)])
def test_its_code_or_name_finds_the_entry_that_is_left(bring, make, firms, name, number):
    kept, *merged = firms
    before = [facts(firm) for firm in merged]

    outcome = bring(line(name, make.code(number) if number else "", "新址 1 号"))

    assert counts(outcome) == (1, 0, 1, 0)
    if number or name != NAME:
        assert any(NAME in notice for notice in outcome["notices"])
    assert facts(kept)[:4] == (NAME, make.code(1), "新址 1 号", "active")
    assert [facts(firm) for firm in merged] == before
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 3


def test_the_same_list_again_changes_nothing(bring, make, firms):
    bring(line(OLD, make.code(2), "新址 1 号"))

    assert counts(bring(line(OLD, make.code(2), "新址 1 号"))) == (1, 0, 0, 1)


def test_both_entries_in_one_list_count_once_or_are_refused(bring, make, firms):
    outcome = bring(line(NAME, make.code(1), "新址 1 号"), line(OLD, make.code(2), "旧址 2 号"), expect=1)

    assert complaints(outcome) == [
        ("名单", 2, "统一社会信用代码", make.code(1)),
        ("名单", 3, "统一社会信用代码", make.code(2)),
    ]
    assert all("合并" in error["reason"] for error in outcome["errors"])
    outcome = bring(line(NAME, make.code(1), "新址 1 号"), line(NAME, make.code(2), "新址 1 号"))
    assert counts(outcome)[:3] == (2, 0, 1)


def test_a_living_firm_of_the_old_name_comes_first(bring, make, firms, cast):
    another = make.enterprise(OLDEST, unit=cast.section, code=make.code(9))

    outcome = bring(line(OLDEST, "", "三号路"))

    assert counts(outcome) == (1, 0, 1, 0) and facts(another)[2] == "三号路"


def test_an_entry_that_left_the_zone_is_told_by_its_state(bring, make, firms):
    with writing():
        db.session.get(Enterprise, firms[0].id).standing = Standing.MOVED_OUT

    outcome = bring(line(OLD, make.code(2), "新址 1 号"), expect=1)

    assert complaints(outcome) == [("名单", 2, "统一社会信用代码", make.code(2))]
    assert "迁出" in outcome["errors"][0]["reason"]
