"""Tier and titles by hand, as dated rows; the tier says when the next visit is due."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.enterprises.models import Enterprise
from crm.tiers import cadence, services
from crm.tiers.models import TierPeriod, TitleHeld
from crm.timeline import Entry


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达有限公司", unit=cast.section, commissioner=cast.lin)


def periods(firm):
    rows = select(TierPeriod).where(TierPeriod.enterprise_id == firm.id).order_by(TierPeriod.id)
    return [(p.tier, p.from_on.isoformat(), p.until_on and p.until_on.isoformat()) for p in db.session.scalars(rows)]


def test_a_tier_begins_where_the_last_one_ends(page, cast, firm, now):
    page.as_(cast.lin).open("tiers.set_tier", enterprise_id=firm.id)
    page.submit(tier="T3", on="2026-03-01")
    page.open("tiers.set_tier", enterprise_id=firm.id)
    page.submit(tier="T1", on="2026-06-01", note="列入重点")
    page.open("tiers.set_tier", enterprise_id=firm.id)
    page.submit(tier="", on="2026-11-23")

    assert periods(firm) == [("T3", "2026-03-01", "2026-06-01"), ("T1", "2026-06-01", "2026-11-23")]
    assert firm.tier is None


@pytest.mark.parametrize(("tier", "on"), [("T1", "2026-12-01"), ("T1", "2026-01-31")])
def test_a_tier_does_not_begin_in_the_future_or_before_the_present_one(page, cast, firm, tier, on):
    with writing():
        services.set_tier(firm, "T3", by=cast.clerk, on=date(2026, 2, 1))
    page.as_(cast.clerk).open("tiers.set_tier", enterprise_id=firm.id)
    page.submit(tier=tier, on=on, expect=422)
    assert periods(firm) == [("T3", "2026-02-01", None)]


def test_an_unknown_tier_is_refused(app, cast, firm):
    with pytest.raises(RuleBroken), writing():
        services.set_tier(firm, "T9", by=cast.clerk)


def test_setting_the_same_tier_again_changes_nothing(app, cast, firm):
    with writing():
        assert services.set_tier(firm, "T3", by=cast.clerk)
        assert not services.set_tier(firm, "T3", by=cast.clerk)


@pytest.mark.parametrize(
    ("months", "last", "since", "live", "due"),
    [
        (3, date(2026, 8, 31), date(2026, 1, 1), None, date(2026, 11, 30)),
        (1, date(2026, 1, 31), date(2026, 1, 1), None, date(2026, 2, 28)),
        (12, date(2024, 2, 29), date(2024, 1, 1), None, date(2025, 2, 28)),
        (6, None, date(2026, 5, 1), None, date(2026, 11, 1)),
        (6, None, date(2020, 5, 1), date(2026, 10, 1), date(2027, 4, 1)),
        (6, date(2026, 9, 1), date(2020, 5, 1), date(2026, 10, 1), date(2027, 3, 1)),
        (None, date(2026, 9, 1), date(2020, 5, 1), None, None),
        (3, date(2026, 9, 1), None, None, None),
    ],
)
def test_the_next_visit_is_due_an_interval_after_the_last(months, last, since, live, due):
    assert cadence.due_on(months, last, since, live) == due


def test_a_new_tier_moves_the_due_day_at_once(app, cast, firm):
    firm_id = firm.id
    with writing():
        db.session.get_one(Enterprise, firm_id).last_visit_on = date(2026, 11, 1)
        services.set_tier(firm, "T1", by=cast.clerk)
    assert db.session.scalar(select(Enterprise.next_visit_due_on)) == date(2026, 12, 1)
    with writing():
        services.set_tier(firm, None, by=cast.clerk)
    assert db.session.scalar(select(Enterprise.next_visit_due_on)) is None


def test_titles_are_added_changed_removed_and_brought_back(page, cast, firm):
    page.as_(cast.clerk).open("tiers.add_title", enterprise_id=firm.id)
    page.submit(form="title-form", title="HIGH_TECH", from_on="2024-12-01", until_on="2023-01-01", expect=422)
    page.submit(form="title-form", title="HIGH_TECH", from_on="2024-12-01", until_on="2027-11-30")
    page.open("tiers.add_title", enterprise_id=firm.id)
    page.submit(form="title-form", title="HIGH_TECH", expect=422)
    held = db.session.scalars(select(TitleHeld)).one()

    page.open("tiers.edit_title", enterprise_id=firm.id, title_id=held.id)
    page.submit(form="title-form", until_on="2026-12-01", certificate_no="GR202633000001")
    page.open("desk.enterprise", enterprise_id=firm.id, tab="tiers")
    assert "高新技术企业" in page.text and "GR202633000001" in page.text and "即将到期" in page.text

    page.open("tiers.edit_title", enterprise_id=firm.id, title_id=held.id)
    page.submit(form=button(page, "remove"))
    assert held.removed_on == clock.today()
    page.follow()
    page.submit(form=button(page, "restore"))
    assert held.removed_on is None


def button(page, address):
    form = next(f for f in page.all("form") if address in (f.get("action") or ""))
    form.set("id", "button")
    return "button"


def test_a_correction_on_the_same_day_takes_the_place_of_what_it_corrects(app, cast, firm):
    with writing():
        services.set_tier(firm, "T3", by=cast.clerk, on=date(2026, 2, 1))
        for tier in ("T2", "T1", "T3", None, "T3", "T2"):
            services.set_tier(firm, tier, by=cast.clerk)

    assert periods(firm) == [("T3", "2026-02-01", "2026-11-23"), ("T2", "2026-11-23", None)]
    told = select(Entry.body).where(Entry.kind == "tier.set").order_by(Entry.id)
    assert [body["tier"] for body in db.session.scalars(told)] == ["T3", "T2", "T1", "T3", None, "T3", "T2"]
