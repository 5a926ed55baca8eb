"""通讯录: officials come in by list, told apart by number, address and unit; access is never given by a file."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from crm.accounts.models import Unit, User
from crm.core.db import db
from crm.imports.models import ImportRun
from crm.imports.undoing import undo
from crm.jobs import jobs
from crm.timeline import CLI
from tests.imports.conftest import SAMPLE, complaints, counts, dump
from tests.imports.wizard import last, upload

HEAD = ("姓名", "单位", "职务", "手机号码", "邮箱", "工号")


def named(name) -> list[User]:
    return list(db.session.scalars(select(User).filter_by(name=name).order_by(User.id)))


@pytest.fixture
def bring(apply, book):
    def run(*rows, expect=0):
        return apply(book([HEAD, *rows]), kind="people", expect=expect)

    return run


def test_a_list_makes_people_without_access_in_their_units(bring, cast):
    outcome = bring(
        ("张 强", "企业服务科", "科员", "138 1111 2222", "Zhang@Example.cn", "0042"),
        ("李娜", "经济发展局/产业科", "科长", "", "", ""),
        ("王敏", "", "", "13811112223", "", ""),
    )

    assert counts(outcome) == (3, 3, 0, 0)
    [first], [second], [third] = named("张强"), named("李娜"), named("王敏")
    assert (first.unit_id, first.title, first.mobile) == (cast.section.id, "科员", "13811112222")
    assert (first.email, first.staff_no, first.password_hash) == ("zhang@example.cn", "0042", None)
    assert second.unit.name == "经济发展局/产业科" and third.unit.name == "开发区管理委员会"


def test_officials_of_a_roster_get_their_numbers_and_units(apply, bring, cast):
    apply(SAMPLE)

    outcome = bring(("杜建", "企业服务科", "科员", "13811112222", "", ""))

    assert counts(outcome) == (1, 0, 1, 0)
    [known] = named("杜建")
    assert (known.unit_id, known.mobile) == (cast.section.id, "13811112222")


def test_the_same_list_again_changes_nothing(bring, cast):
    rows = [("张强", "企业服务科", "科员", "13811112222", "z@example.cn", "7"), ("李娜", "新科室", "", "", "", "")]
    bring(*rows)
    before = dump()

    assert counts(bring(*rows)) == (2, 0, 0, 2)
    assert dump() == before


def test_same_names_are_told_apart_by_unit(bring, cast):
    bring(("张伟", "企业服务科", "", "13811112222", "", ""), ("张伟", "市场监管分局", "", "13811112223", "", ""))

    assert sorted(person.unit.name for person in named("张伟")) == ["企业服务科", "市场监管分局"]
    outcome = bring(("张伟", "", "科长", "", "", ""), expect=1)
    assert complaints(outcome) == [("名单", 2, "姓名", "张伟")]
    assert counts(bring(("张伟", "市场监管分局", "科长", "", "", ""))) == (1, 0, 1, 0)


def test_a_number_of_somebody_else_is_an_error_at_its_cell(bring, cast):
    outcome = bring(
        ("冒名", "企业服务科", "", cast.lin.mobile, "", ""),
        ("另一", "企业服务科", "", "", "zhou@example.cn", ""),
        ("短号", "企业服务科", "", "1381", "", ""),
        expect=1,
    )

    assert [(row, column) for _, row, column, _ in complaints(outcome)] == [
        (2, "手机号码"),
        (3, "邮箱"),
        (4, "手机号码"),
    ]
    assert "林晓" in outcome["errors"][0]["reason"]


def test_one_number_twice_in_the_list_is_refused_one_person_twice_counts_once(bring, cast):
    outcome = bring(
        ("甲一", "企业服务科", "", "13811112222", "", ""),
        ("乙二", "企业服务科", "", "13811112222", "", ""),
        ("丙三", "企业服务科", "", "", "", ""),
        ("丙三", "企业服务科", "", "", "", ""),
        expect=1,
    )

    assert [row for _, row, _, _ in complaints(outcome)] == [2, 3] and counts(outcome) == (4, 1, 0, 0)


def test_undo_takes_people_and_units_back(apply, bring, cast):
    apply(SAMPLE)
    before = dump(without=frozenset({"version", "updated_at"}))
    bring(("杜建", "企业服务科", "科员", "13811112222", "", ""), ("张强", "新科室", "", "", "", ""))

    undo(db.session.scalars(select(ImportRun.id).order_by(ImportRun.id.desc())).first(), by=CLI)

    assert dump(without=frozenset({"version", "updated_at"})) == before


def test_a_clerk_cannot_reach_an_account_through_a_list(page, cast, book):
    """With a changed address he could ask for a new password and sign in as his superior."""
    rows = [
        HEAD,
        ("李军", "经济发展局", "局长", "", "clerk@example.cn", ""),
        ("高峰", "", "", "", "clerk@example.cn", ""),
        ("何平", "市场监管分局", "科长", "", "", ""),
        ("新人", "市场监管分局", "", "", "", ""),
        ("陈新", "企业服务科", "", "13811112222", "", ""),
    ]
    page.as_(cast.clerk)
    upload(page, book(rows), kind="people").follow()
    page.submit(form="columns").follow()
    assert jobs.work() == 1
    page.open("imports.run", run_id=last().id)

    assert (last().counts["error"], last().counts["new"]) == (4, 1)
    page.submit(form="write", skip="1").follow()
    assert named("陈新") and not named("新人") and db.session.get(User, cast.manager.id).email is None


def test_a_new_unit_stands_below_the_one_the_list_is_read_for(page, cast, book):
    page.as_(cast.clerk)
    upload(page, book([HEAD, ("陈新", "项目办", "", "", "", "")]), kind="people", unit=str(cast.bureau.id)).follow()
    page.submit(form="columns").follow()
    assert jobs.work() == 1
    page.open("imports.run", run_id=last().id).submit(form="write").follow()

    made = db.session.scalars(select(Unit).filter_by(name="项目办")).one()
    assert made.parent_id == cast.bureau.id and named("陈新")[0].unit_id == made.id
