"""Brokers, sponsors, auditors and lawyers of a track: since when, until when, and the firms of each."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import partners
from crm.cultivation.models import Track
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.rules.partners import roles_on


def on(text):
    return date.fromisoformat(text)


@pytest.fixture
def track(way, firm):
    way.baseline("NEEQ", "NQ_ENGAGED", "2026-01-05")
    return db.session.scalars(select(Track)).one()


@pytest.fixture
def engage(cast):
    def act(track, name="样本证券股份有限公司", role="broker", since="2026-01-10", by=None):
        with writing():
            return partners.engage(track, name, role=role, since_on=on(since) if since else None, by=by or cast.lin)

    return act


def test_each_kind_of_track_has_its_roles():
    assert {role.code for role in roles_on("REX")} == {"recommender", "auditor", "lawyer", "valuer", "adviser"}
    assert "broker" in {role.code for role in roles_on("NEEQ")} and "broker" not in {r.code for r in roles_on("IPO")}


def test_a_partner_comes_once_in_a_role_and_leaves(track, engage, cast):
    row = engage(track)
    for refused in (
        {},
        {"name": " 样本证券 股份有限公司"},
        {"role": "sponsor"},
        {"since": "2026-11-24"},
        {"name": "  "},
    ):
        with pytest.raises(RuleBroken):
            engage(track, **refused)
    engage(track, role="adviser", since=None)
    for day in ("2026-01-09", "2026-11-24"):
        with writing(), pytest.raises(RuleBroken):
            partners.leave(row, until_on=on(day), by=cast.lin)
    with writing():
        partners.leave(row, until_on=on("2026-06-01"), by=cast.lin)
    with writing(), pytest.raises(Stale):
        partners.leave(row, until_on=on("2026-07-01"), by=cast.lin)
    engage(track, since="2026-08-01")
    assert len(db.session.scalars(select(Partner)).all()) == 1, "found again by its name"
    told = [(row.role, row.since_on, row.until_on) for row in partners.of_tracks([track.id])[track.id]]
    assert told == [
        ("broker", on("2026-08-01"), None), ("adviser", None, None), ("broker", on("2026-01-10"), on("2026-06-01"))
    ]  # fmt: skip


def test_a_commissioner_enters_them_on_a_small_page(page, track, firm, cast):
    page.as_(cast.lin).open("cultivation.track_partners", track_id=track.id)
    page.submit(role="broker", name="", expect=422)
    page.submit(role="broker", name="样本证券股份有限公司", since_on="2026-01-10").follow()
    page.submit(role="lawyer", name="样本律师事务所").follow()
    page.open("desk.enterprise", enterprise_id=firm.id, tab="tracks")
    assert "主办券商 样本证券股份有限公司" in page.text and "样本律师事务所" in page.text
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert "样本证券股份有限公司" in page.text and "担任主办券商" in page.text
    row = db.session.scalars(select(TrackPartner).order_by(TrackPartner.id)).first()
    page.open("cultivation.end_partner", row_id=row.id)
    page.submit(until_on="2026-01-09", expect=422)
    page.submit(until_on="2026-11-23").follow()
    assert "2026-01-10 — 2026-11-23" in page.text
    page.as_(cast.zhou).open("cultivation.track_partners", track_id=track.id, expect=404)


def test_each_partner_opens_its_firms(page, track, firm, engage, cast, make, way):
    engage(track)
    other = make.enterprise("杭州另测机电有限公司", unit=cast.section)
    way.baseline("NEEQ", "NQ_BASE", "2026-02-05", firm=other)
    engage(db.session.scalars(select(Track).where(Track.enterprise_id == other.id)).one(), by=cast.manager)
    page.as_(cast.manager).open("cultivation.all_partners", role="broker", q="样本")
    assert "样本证券股份有限公司" in page.text and "2" in page.text
    page.open("cultivation.all_partners", role="lawyer")
    assert "样本证券" not in page.text
    partner = db.session.scalars(select(Partner)).one()
    page.open("cultivation.one_partner", partner_id=partner.id)
    assert firm.name in page.text and other.name in page.text
    page.as_(cast.lin).open("cultivation.one_partner", partner_id=partner.id)
    assert firm.name in page.text and other.name not in page.text


def test_partners_of_a_plan_are_absent_for_those_without_the_right(page, way, engage, firm, cast):
    way.baseline("IPO", "IP_ENGAGED", "2026-01-05")
    secret = db.session.scalars(select(Track)).one()
    engage(secret, "金丝雀证券有限公司", "sponsor")
    partner = db.session.scalars(select(Partner)).one()
    for who, sees in ((cast.lin, True), (cast.manager, True), (cast.auditor, True), (cast.admin, False),
                      (cast.zhou, False)):  # fmt: skip
        page.as_(who).open("cultivation.all_partners")
        assert ("金丝雀证券" in page.text) is sees, who.name
        page.open("cultivation.one_partner", partner_id=partner.id, expect=200 if sees else 404)
    for tab in ("tracks", "timeline", "audit"):
        page.as_(cast.admin).open("desk.enterprise", enterprise_id=firm.id, tab=tab)
        assert "金丝雀证券" not in page.text, tab


def test_lists_of_partners_cost_no_more_with_more(page, track, engage, cast, make, way, count_queries):
    page.as_(cast.manager)

    def cost(door, **more):
        with count_queries() as seen:
            page.open(f"cultivation.{door}", **more)
        return len(seen)

    found = []
    engage(track)
    partner = db.session.scalars(select(Partner)).one()
    for _ in range(2):
        for _n in range(5):
            one = make.enterprise(unit=cast.section, commissioner=make.user(unit=cast.section))
            way.baseline("NEEQ", "NQ_BASE", "2026-02-05", firm=one)
            its = db.session.scalars(select(Track).where(Track.enterprise_id == one.id)).one()
            engage(its, by=cast.manager)
            engage(its, f"样本{one.id}律师事务所", "lawyer", by=cast.manager)
        found.append((cost("all_partners"), cost("one_partner", partner_id=partner.id)))
    assert found[0] == found[1] and max(found[0]) <= 12, found
