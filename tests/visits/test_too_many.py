"""A round of more firms than one save takes is told, never cut; and what was typed stays."""

import pytest
from sqlalchemy import func, select

from crm.core.db import db
from crm.visits.models import Visit
from crm.visits.rules import MOST_FIRMS


@pytest.fixture
def firms(make, cast):
    return [make.enterprise(f"杭州{n}号企业", unit=cast.section).id for n in range(MOST_FIRMS + 2)]


def count():
    return db.session.scalar(select(func.count()).select_from(Visit))


def test_too_many_are_told_and_all_stay_chosen(page, cast, firms):
    page.as_(cast.lin).open("desk.group_visit", enterprise=firms)
    assert f"选了 {MOST_FIRMS + 2} 家，一次最多保存 {MOST_FIRMS} 家；先去掉 2 家" in page.text
    ticked = [box for box in page.all("input", type="checkbox") if box.get("checked") is not None]
    assert len(ticked) == len(firms)
    page.open("desk.group_visit", enterprise=firms, more=1, q="杭州")
    assert "先去掉 2 家" in page.text


def test_a_form_sent_for_too_many_keeps_what_was_typed(page, cast, firms):
    page.as_(cast.lin).open("desk.group_visit", enterprise=firms[:MOST_FIRMS])
    page._form(None).set("action", "/visits/group?" + "&".join(f"enterprise={firm}" for firm in firms))
    page.submit(text="调研用工", expect=422)
    assert "先去掉 2 家" in page.text and "调研用工" in page.response.text
    assert count() == 0


def test_as_many_as_are_allowed_are_saved(page, cast, firms):
    page.as_(cast.lin).open("desk.group_visit", enterprise=firms[:MOST_FIRMS]).submit(text="调研用工")
    assert count() == MOST_FIRMS
