"""In the table for late entry whoever may enter for colleagues chooses each line's visitor; nobody else can."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.followups.models import Followup
from crm.visits.models import Visit
from tests.visits.test_many_at_once import keys, table, visits

GOOD = ("远山", "2026-11-20", "onsite", "王经理", "用电", "2026-12-07")


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州远山科技有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")


def sent(page, *authors):
    count = len(page.all("input", name="key"))
    given = [str(person.id) for person in authors]
    return {**keys(page), **table(*[GOOD] * len(authors)), "author": given + [given[-1]] * (count - len(given))}


def test_each_line_has_its_visitor(page, cast, firm):
    page.as_(cast.clerk).open("desk.late_visits")
    assert page.all("select", name="author")[0].find(".//option[@selected]").text == cast.clerk.name
    page.submit(**sent(page, cast.lin, cast.zhou, cast.clerk))

    assert [(v.author, v.entered_by) for v in visits()] == [
        (cast.lin, cast.clerk), (cast.zhou, cast.clerk), (cast.clerk, None),
    ]  # fmt: skip
    owners = [each.owner for each in db.session.scalars(select(Followup).order_by(Followup.id))]
    assert owners == [cast.lin, cast.zhou, cast.clerk]
    assert {each.due_on for each in db.session.scalars(select(Followup))} == {date(2026, 12, 7)}


def test_a_visitor_out_of_reach_is_told_on_his_line_and_nothing_is_saved(page, cast, firm):
    page.as_(cast.clerk).open("desk.late_visits")
    page.submit(**sent(page, cast.lin, cast.stranger), expect=422)

    assert "第 2 行：不能代录这名干部的走访" in page.text
    assert page.all("select", name="author")[0].find(".//option[@selected]").text == cast.lin.name, "it stays chosen"
    assert visits() == []


def test_whoever_may_not_has_no_column_and_cannot_send_one(page, cast, firm):
    page.as_(cast.lin).open("desk.late_visits")
    assert page.all("select", name="author") == []
    page.submit(**sent(page, cast.zhou), expect=422)
    assert db.session.scalars(select(Visit)).all() == []


def test_two_of_one_name_are_told_apart_by_their_units(page, make, cast, firm):
    make.user(cast.lin.name, unit=make.unit("企业服务一组", parent=cast.section))
    page.as_(cast.clerk).open("desk.late_visits")
    offered = [option.text for option in page.all("select", name="author")[0]]
    assert f"{cast.lin.name}（{cast.section.name}）" in offered and f"{cast.lin.name}（企业服务一组）" in offered
    offered = [option.text for option in page.open("desk.new_visit", enterprise=firm.id).all("label")]
    assert f"{cast.lin.name}（企业服务一组）" in "".join(word or "" for word in offered)
