"""Policies are ticked on visits; who was not told yet is one filter of the enterprise list."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.visits import amending, policies
from crm.visits.models import Visit


@pytest.fixture
def policy(cast):
    with writing():
        return policies.add(
            by=cast.clerk, title="企业上市扶持办法", office="金融办", link="", until_on=date(2026, 12, 31)
        )


def test_told_on_a_visit_a_firm_leaves_the_list_of_those_not_told(page, make, cast, policy):
    told, other = (make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王") for _ in range(2))
    page.as_(cast.lin).open("desk.new_visit", enterprise=told.id)
    page.submit(text="讲了政策", policies=[str(policy.id), "999", "x"], followup_on="none")
    assert "企业上市扶持办法" in page.follow().text

    page.open("desk.enterprises", untold=policy.id)
    assert other.name in page.text and told.name not in page.text
    assert "尚未送达 1 家" in page.open("desk.policies").text
    with writing():
        amending.void(db.session.scalars(select(Visit)).one(), reason="不实", by=cast.manager)
    assert "尚未送达 2 家" in page.open("desk.policies").text, "what is void told nobody"


def test_after_its_last_day_it_is_not_offered_any_more(page, make, cast, policy, now):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王")
    assert page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id).all("input", name="policies")
    now.set("2027-01-04T09:00:00+08:00")
    assert not page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id).all("input", name="policies")


def test_clerks_keep_the_list_and_a_link_cannot_run_anything(page, cast, policy):
    page.as_(cast.clerk).open("desk.add_policy").submit(title="技改补助", link="javascript:alert(1)", expect=422)
    assert "http://" in page.text
    page.submit(link="https://example.gov.cn/p")
    assert "技改补助" in page.follow().text
    page.open("desk.edit_policy", policy_id=policy.id)
    with writing():
        policy.version += 1
    page.submit(title="晚了一步", expect=409)
    page.as_(cast.lin).open("desk.add_policy", expect=403)
