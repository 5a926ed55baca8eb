"""An act in the table is taken back as a whole, or not at all and with the reasons."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.enterprises import contacts, extras
from crm.enterprises.models import Enterprise
from crm.tiers import services as tiers
from crm.tiers.models import TierPeriod
from tests.desk.table import grid, save, undo_form


def test_undo_puts_every_cell_back_for_a_day(page, cast, firms, now):
    one, *_ = firms
    save(page, cast.clerk, one, tier="T1", phone="13900000000")
    page.follow()
    now.move(hours=20)
    page.submit(form=undo_form(page))

    assert one.tier is None and contacts.primary_of(one.id).phone == "13800000000"


def test_undo_is_refused_when_somebody_changed_a_cell_since(page, cast, firms):
    one, *_ = firms
    save(page, cast.clerk, one, phone="13900000000")
    page.follow()
    target = undo_form(page)
    with writing():
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13700000000")

    page.submit(form=target, expect=409)
    assert one.name in page.text and contacts.primary_of(one.id).phone == "13700000000"


def test_undo_refused_tells_a_masked_number_masked(page, cast, firms):
    one, *_ = firms
    save(page, cast.clerk, one, phone="13900000000")
    page.follow()
    target = undo_form(page)
    with writing():
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13712345678")

    page.submit(form=target, expect=409)
    assert "137****5678" in page.text and "13712345678" not in page.response.text


def test_undo_is_refused_for_a_firm_one_may_not_change_any_more(page, cast, firms):
    one, two, _ = firms
    grid(page, cast.clerk)
    page.submit(expect=200, **{f"{one.id}-tier": "T1", f"{two.id}-tier": "T2"})
    page.submit(form="save-table")
    page.follow()
    target = undo_form(page)
    with writing():
        db.session.get_one(Enterprise, one.id).unit = cast.elsewhere

    page.submit(form=target, expect=409)
    assert "该企业现已不归本人修改" in page.text and one.name in page.text and two.name not in page.text
    assert (one.tier, two.tier) == ("T1", "T2")


def test_undo_takes_the_contact_away_that_the_table_had_added(page, make, cast):
    firm = make.enterprise("杭州无人公司", unit=cast.section, contact="")
    assert contacts.of(firm.id) == []
    save(page, cast.clerk, firm, contact="王新任", phone="13900000000")
    page.follow()
    page.submit(form=undo_form(page))

    assert contacts.of(firm.id) == [] and [c.name for c in contacts.of(firm.id, removed=True)] == ["王新任"]


def test_undo_leaves_a_contact_of_whom_more_is_known_by_now(page, make, cast):
    firm = make.enterprise("杭州无人公司", unit=cast.section, contact="")
    save(page, cast.clerk, firm, contact="王新任", phone="13900000000")
    page.follow()
    target = undo_form(page)
    with writing():
        contacts.change(contacts.primary_of(firm.id), firm, by=cast.manager, email="wang@163.com")

    page.submit(form=target, expect=409)
    assert "之后又补充了王新任的其他资料" in page.text and contacts.primary_of(firm.id).name == "王新任"


def test_undo_that_a_rule_forbids_by_now_says_why(page, cast, firms):
    one, two, _ = firms
    with writing():
        field = extras.add_field(label="厂房", kind="choice", choices=["自有", "租赁"], by=cast.admin)
        extras.put(one.id, {field.id: "自有"})
    key = f"x{field.id}"
    page.as_(cast.clerk).open(f"/enterprises?grid=1&columns=tier&columns={key}")
    page.submit(expect=200, **{f"{one.id}-{key}": "租赁", f"{two.id}-tier": "T2"})
    page.submit(form="save-table")
    page.follow()
    target = undo_form(page)
    with writing():
        extras.change_field(field, label="厂房", choices=["租赁", "无"], by=cast.admin)

    page.submit(form=target, expect=409)
    assert "厂房" in page.text and one.name in page.text
    assert (extras.values_of([one.id]), two.tier) == ({one.id: {field.id: "租赁"}}, "T2")


@pytest.mark.parametrize(("before", "after"), [(None, "T1"), ("T3", "T1"), ("T3", "")])
@pytest.mark.parametrize("hours", [0, 20])
def test_the_history_of_the_tier_reads_as_if_the_act_had_not_been(page, cast, firms, now, before, after, hours):
    """Also on the day after."""
    one, *_ = firms
    with writing():
        tiers.set_tier(db.session.get_one(Enterprise, one.id), before, by=cast.clerk, on=date(2026, 2, 1))
    was = tier_periods(one)
    save(page, cast.clerk, one, tier=after)
    page.follow()
    assert tier_periods(one) != was
    now.move(hours=hours)
    page.submit(form=undo_form(page))

    assert (tier_periods(one), one.tier) == (was, before)


def tier_periods(firm):
    rows = select(TierPeriod.tier, TierPeriod.from_on, TierPeriod.until_on).where(TierPeriod.enterprise_id == firm.id)
    return db.session.execute(rows.order_by(TierPeriod.from_on)).all()
