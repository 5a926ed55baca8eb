"""Targets of a year in the line of the field, each number with its firms."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.accounts.queries import root
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import planning, targets
from crm.cultivation.models import Track
from crm.cultivation.rules import targets as rules
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.plan import Plan
from crm.cultivation.target_progress import ZONE, in_force, shown
from crm.cultivation.yearly_models import Target
from crm.enterprises import presence
from crm.enterprises.models import Standing
from crm.permissions import Role


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        ("2016-12-31", 0), ("2017-01-01", 0), ("2017-01-04", 1), ("2017-10-31", 83), ("2017-12-30", 99),
        ("2017-12-31", 100), ("2018-01-01", 100),
    ],
)  # fmt: skip
def test_the_share_of_the_year_is_whole_on_its_last_day_only(on, percent):
    assert rules.progress(6, 8, 0, year=2017, on=date.fromisoformat(on)).percent == percent


def test_a_leap_year_has_a_day_more():
    assert rules.passed_of(2016, date(2016, 1, 1)) == 10_000 // 366
    assert rules.passed_of(2016, date(2016, 12, 30)) < 10_000


@pytest.mark.parametrize(("done", "sure", "gap"), [(2, 3, 1), (2, 4, 0), (6, 0, 0), (9, 3, 0), (0, 0, 6), (2, None, 4)])
def test_the_gap_is_what_the_low_end_lacks_when_all_sure_ones_come(done, sure, gap):
    assert rules.progress(6, 8, done, year=2017, on=date(2017, 10, 31), sure=sure, trying=0).gap == gap


def test_what_targets_are_for_is_data():
    known = ladder()
    every = set(rules.subjects(known))
    assert {("step", "NQ_BASE"), ("new", "listed"), ("stock", "listed"), ("step", "IP_COACH")} <= every
    assert ("step", "NQ_DELISTED") not in every
    assert rules.kinds_meant(known, "step", "HK_LISTED") == ("HK",)
    assert rules.kinds_meant(known, "new", "listed") == ("IPO", "HK", "US")
    assert (rules.kinds_meant(known, "step", "NQ_BASE"), rules.kinds_meant(known, "step", "IP_COACH")) == (
        ("NEEQ",),
        (),
    )
    wrong = rules.obstacles(known, "step", "NQ_DELISTED", 0, -1, 17)
    assert [each.field for each in wrong] == ["subject", "low", "high", "year"]


class Year:
    """Firms on their way in 2026 and a target for them."""

    def __init__(self, way, make, cast):
        self.way, self.make, self.cast = way, make, cast

    def put(self, measure="step", subject="NQ_BASE", low=6, high=8, unit=None, year=2026, **more):
        with writing():
            return targets.put(measure, subject, year=year, unit=unit or root(), low=low, high=high,
                               by=self.cast.manager, **more)  # fmt: skip

    def quoted(self, on, unit=None, **more):
        firm = self.make.enterprise(unit=unit or self.cast.section)
        self.way.baseline("NEEQ", "NQ_BASE", on, firm=firm, **more)
        return firm

    def planned(self, goal_class, goal_on="2026-12-20", kind="NEEQ", state="NQ_ENGAGED"):
        firm = self.make.enterprise(unit=self.cast.section, commissioner=self.cast.lin)
        self.way.baseline(kind, state, "2026-03-01", firm=firm)
        track = db.session.scalars(select(Track).where(Track.enterprise_id == firm.id)).one()
        wanted = Plan("", goal_on=date.fromisoformat(goal_on), goal_class=goal_class)
        with writing():
            planning.plan(track, wanted, seq=1, by=self.cast.manager)
        return firm

    def told(self, me=None, year=2026, on="2026-11-23"):
        return shown(me or self.cast.manager, in_force(year), year, date.fromisoformat(on))


@pytest.fixture
def year(way, make, cast):
    return Year(way, make, cast)


def test_the_line_of_the_field(year, now, cast):
    now.set("2027-10-31T09:00:00+08:00")
    year.put(year=2027)
    for day in ("2027-01-01", "2027-06-01"):
        year.quoted(day)
    year.quoted("2026-12-31")
    for n in range(3):
        year.planned("sure", f"2027-12-{10 + n}")
    for _ in range(4):
        year.planned("trying", "2027-12-20")
    year.planned("reserve", "2027-12-20")
    year.planned("sure", "2028-01-01")
    (row,) = year.told(year=2027, on="2027-10-31")
    p = row.progress
    assert (p.low, p.high, p.done, p.sure, p.trying, p.percent, p.gap) == (6, 8, 2, 3, 4, 83, 1)
    assert {name: len(firms) for name, firms in row.firms.items()} == {"done": 2, "sure": 3, "trying": 4, "open": 5}


def test_who_came_with_it_moved_between_layers_or_had_left_does_not_count(year, way, cast):
    from crm.cultivation.rules.history import Origin

    year.put()
    old = year.quoted("2020-01-05")
    way.firm = old
    way.done("NEEQ", "NQ_INNO", "2026-02-05", by=cast.clerk)
    way.done("NEEQ", "NQ_BASE", "2026-03-05", by=cast.clerk)
    year.quoted("2026-04-05", origin=Origin.MOVED_IN)
    gone = year.quoted("2026-11-23")
    with writing():
        presence.leave(gone, Standing.MOVED_OUT, on=date(2026, 11, 23), reason="搬迁", by=cast.manager)
    assert year.told()[0].progress.done == 0


def test_a_unit_has_a_target_of_its_own_and_a_figure_can_be_one(year, cast):
    year.put(unit=cast.bureau)
    year.put(unit=cast.elsewhere, low=1, high=1)
    year.put("stock", "neeq", low=3, high=3)
    year.put("new", "neeq", low=2, high=2)
    for unit in (cast.section, cast.elsewhere):
        year.quoted("2026-05-05", unit)
    year.quoted("2025-05-05")
    done = {(row.target.measure, row.unit_name): row.progress.done for row in year.told()}
    assert done == {
        ("step", cast.bureau.name): 1, ("step", cast.elsewhere.name): 1, ("stock", str(ZONE)): 3,
        ("new", str(ZONE)): 2,
    }  # fmt: skip


def test_a_change_asks_a_reason_and_keeps_what_stood(year, now, cast):
    year.put()
    with pytest.raises(RuleBroken):
        year.put(low=7)
    now.move(days=3)
    made = year.put(low=7, reason="市里加压")
    assert [(row.low, row.reason) for row in in_force(2026)] == [(7, "市里加压")]
    assert [row.low for row in in_force(2026, date(2026, 11, 25))] == [6]
    with writing():
        targets.withdraw(made, reason="并入全市目标", by=cast.manager)
    assert in_force(2026) == [] and len(db.session.scalars(select(Target)).all()) == 2
    with writing(), pytest.raises(Stale):
        targets.withdraw(made, reason="再撤", by=cast.manager)


def test_plans_are_told_to_those_who_see_them(year, cast):
    year.put("new", "listed", low=1, high=2)
    year.planned("sure", kind="IPO", state="IP_ENGAGED")
    for who, sure in ((cast.manager, 1), (cast.lin, 1), (cast.auditor, 1), (cast.admin, 0), (cast.zhou, 0)):
        assert year.told(who)[0].progress.sure == sure, who.name


def test_a_manager_sets_it_and_each_number_opens_its_firms(page, year, cast):
    page.as_(cast.manager).open("cultivation.set_target")
    page.submit(subject="step:NQ_BASE", low=8, high=6, expect=422)
    page.submit(subject="step:NQ_BASE", low=6, high=8, document_no="杭开〔2026〕1号").follow()
    quoted, sure = year.quoted("2026-05-05"), year.planned("sure")
    page.open("cultivation.year_targets")
    assert "目标 6–8 家 · 已完成 1 · 确保 1 · 力争 0 · 时序进度 89 % · 保底缺口 4" in page.text
    target = db.session.scalars(select(Target)).one()
    for what, firm in (("done", quoted), ("sure", sure)):
        page.open("cultivation.target_firms", target_id=target.id, what=what)
        assert [other.name in page.text for other in (quoted, sure)] == [firm is quoted, firm is sure]
    page.open("cultivation.target_firms", target_id=target.id, what="moon", expect=404)
    page.open("cultivation.set_target", target=target.id)
    page.submit(low=7, reason="", expect=422)
    page.submit(low=7, reason="市里加压").follow()
    page.open("cultivation.year_targets", on="2026-11-22")
    assert "本年度没有目标" in page.text
    newest = in_force(2026)[0]
    page.open("cultivation.withdraw_target", target_id=newest.id)
    page.submit(reason="并入").follow()
    assert "本年度没有目标" in page.text
    page.as_(cast.admin).open("cultivation.target_firms", target_id=target.id, what="sure")
    assert sure.name in page.text, "the administrator sees all firms, and this plan is no secret"
    page.as_(cast.zhou).open("cultivation.target_firms", target_id=target.id, what="done")
    assert quoted.name not in page.text and "另有 1 家" in page.text


def test_who_manages_a_section_sets_no_target_of_others(page, year, cast, make):
    chief = make.user("科长", unit=cast.section, role=Role.MANAGER)
    zone, own = year.put(), year.put("new", "listed", low=1, high=2, unit=cast.section)
    page.as_(chief).open("cultivation.set_target")
    page.submit(subject="stock:neeq", unit=root().id, low=1, high=2, expect=422)
    page.submit(subject="stock:neeq", unit=cast.elsewhere.id, low=1, high=2, expect=422)
    page.open("cultivation.withdraw_target", target_id=zone.id, expect=403)
    page.open("cultivation.year_targets")
    assert [f"/targets/{row.id}/withdraw" in page.response.text for row in (zone, own)] == [False, True]
    page.open("cultivation.withdraw_target", target_id=own.id)
    page.submit(reason="并入局目标").follow()
    assert [row.unit_id for row in in_force(2026)] == [root().id]


def test_of_two_who_change_a_target_the_second_is_told(page, year, cast):
    target = year.put(low=6, high=8)
    page.as_(cast.manager).open("cultivation.set_target", target=target.id)
    form = {"low": 9, "high": 10, "reason": "省里加压"}
    year.put(low=20, high=25, reason="市里加压")
    page.submit(**form, expect=422)
    assert "20" in page.text and [(row.low, row.high) for row in in_force(2026)] == [(20, 25)]
    page.submit(**form).follow()
    assert [(row.low, row.high) for row in in_force(2026)] == [(9, 10)]


def test_a_firm_that_left_is_no_longer_sure(year, cast):
    year.put()
    firm = year.planned("sure")
    assert year.told()[0].progress.sure == 1
    with writing():
        presence.leave(firm, Standing.MOVED_OUT, on=date(2026, 11, 23), reason="迁往外省", by=cast.manager)
    assert year.told()[0].progress.sure == 0


def test_targets_cost_no_more_when_there_are_many(page, year, cast, make, count_queries):
    page.as_(cast.manager)

    def cost():
        with count_queries() as seen:
            page.open("cultivation.year_targets")
        return len(seen)

    year.put()
    year.put("new", "neeq")
    year.put("stock", "listed", unit=cast.section)
    year.quoted("2026-05-05")
    few = cost()
    for unit in (cast.bureau, cast.section, cast.elsewhere):
        for subject in ("neeq", "listed", "equity_exchange"):
            year.put("new", subject, unit=unit)
            year.quoted("2026-05-05", unit)
    assert cost() == few <= 12


def numbers(row):
    return row.progress.done, row.progress.sure, row.progress.trying, row.progress.gap


def test_a_day_past_tells_the_plans_that_were_in_force_then(year, now, cast, page):
    """Sure on the first day, put off to another year on the third, quoted on the fifth."""
    year.put()
    firm = year.planned("sure")
    other = year.planned("trying", state="NQ_CONSENT")
    now.move(days=2)
    track = db.session.scalars(select(Track).where(Track.enterprise_id == firm.id)).one()
    with writing():
        planning.plan(track, Plan("", goal_on=date(2027, 6, 1), goal_class="trying"), seq=2, by=cast.manager,
                      reason="延期")  # fmt: skip
    assert numbers(year.told(on="2026-11-25")[0]) == (0, 0, 1, 6)
    now.move(days=2)
    year.way.firm = other
    year.way.done("NEEQ", "NQ_BASE", "2026-11-26", by=cast.clerk)
    assert [numbers(year.told(on=f"2026-11-{day}")[0]) for day in (22, 23, 24, 25, 26, 27)] == [
        (0, 0, 0, 6), (0, 1, 1, 5), (0, 1, 1, 5), (0, 0, 1, 6), (1, 0, 0, 5), (1, 0, 0, 5),
    ]  # fmt: skip
    page.as_(cast.manager).open("cultivation.year_targets", on="2026-11-24")
    assert "已完成 0 · 确保 1 · 力争 1 · 时序进度 89 % · 保底缺口 5" in page.text
    target = in_force(2026)[0]
    assert firm.name in page.open("cultivation.target_firms", target_id=target.id, what="sure", on="2026-11-24").text
    assert firm.name not in page.open("cultivation.target_firms", target_id=target.id, what="sure").text


def test_of_a_day_past_plans_are_told_to_those_who_see_them(year, now, cast):
    year.put("new", "listed", low=1, high=2)
    firm = year.planned("sure", kind="IPO", state="IP_ENGAGED")
    now.move(days=3)
    with writing():
        presence.leave(firm, Standing.MOVED_OUT, on=date(2026, 11, 25), reason="迁往外省", by=cast.manager)
    for who, sure in ((cast.manager, 1), (cast.auditor, 1), (cast.admin, 0), (cast.zhou, 0)):
        assert year.told(who, on="2026-11-24")[0].progress.sure == sure, who.name
    assert year.told(on="2026-11-25")[0].progress.sure == 0


def test_today_and_the_same_day_looked_at_tomorrow_say_the_same(year, now, cast):
    year.put()
    for goal_class in ("sure", "sure", "trying", "reserve"):
        year.planned(goal_class)
    today = year.told()[0]
    now.move(days=1)
    then = year.told()[0]
    assert (numbers(then), then.firms) == (numbers(today), today.firms)
