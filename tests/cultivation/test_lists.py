"""Yearly lists: what a year's document sets up, who is on it on which day, and what goes over into the next year."""

from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.core.pages import speaking
from crm.cultivation import figures, list_queries, lists
from crm.cultivation.rules import yearly
from crm.cultivation.yearly_models import ListMember
from crm.enterprises import merging, presence
from crm.enterprises.models import Standing


def on(text):
    return date.fromisoformat(text)


class Lists:
    """Short forms of the services, each an act of its own; `by` is the manager."""

    def __init__(self, cast):
        self.by = cast.manager

    def make(self, kind="NEEQ_KEY", year=2017, from_on="2017-02-15", firms=(), name=""):
        with writing():
            made = lists.make(
                kind, year, on(from_on), name=name or f"{year} {kind}", by=self.by, document_no="办〔1〕号"
            )
        if firms:
            self.enter(made, *firms, from_on=from_on)
        return made

    def enter(self, made, *firms, from_on, reason="首批"):
        with writing():
            return lists.enter(made, firms, from_on=on(from_on), reason=reason, by=self.by)

    def strike(self, made, *firms, until_on, reason="撤回申请"):
        ids = [firm.id for firm in firms]
        rows = db.session.scalars(select(ListMember.id).where(ListMember.enterprise_id.in_(ids))).all()
        with writing():
            return lists.strike(made, rows, until_on=on(until_on), reason=reason, by=self.by)

    def forward(self, made, drops, seen, year=2018, from_on="2018-03-01"):
        with writing():
            return lists.carry_forward(made, drops, seen, year=year, from_on=on(from_on), name=str(year),
                                       document_no="", by=self.by)  # fmt: skip


@pytest.fixture
def book(cast):
    return Lists(cast)


@pytest.fixture
def firms(make, cast):
    return [make.enterprise(unit=cast.section) for _ in range(4)]


def counted(day, kind="NEEQ_KEY"):
    return figures.as_json(on(day))["lists"].get(kind, {}).get("total")


def test_a_list_holds_from_its_day_until_the_next_one_of_its_kind(book, firms):
    book.make(firms=firms[:3])
    book.make("IPO_KEY", firms=firms[2:])
    days = ("2017-02-14", "2017-02-15", "2018-02-28", "2018-03-01")
    book.make(year=2018, from_on="2018-03-01", firms=firms[:1])
    assert [counted(day) for day in days] == [None, 3, 3, 1]
    assert [counted(day, "IPO_KEY") for day in days] == [None, 2, 2, 2]
    assert figures.as_json(on("2017-02-14"))["lists"] == {}


def test_the_day_of_entry_counts_and_the_day_of_leaving_does_not(book, firms):
    made = book.make(firms=firms[:1])
    assert book.enter(made, *firms[:2], from_on="2017-06-01", reason="增补") == 1
    assert book.strike(made, firms[0], until_on="2017-09-01") == 1
    assert [counted(day) for day in ("2017-05-31", "2017-06-01", "2017-08-31", "2017-09-01")] == [1, 2, 2, 1]
    assert book.strike(made, firms[0], until_on="2017-10-01") == 0, "it has left already"
    assert book.enter(made, firms[0], from_on="2017-11-01", reason="恢复") == 1
    assert len(db.session.scalars(list_queries.members_of(made.id)).all()) == 3


def test_a_firm_counts_while_it_is_in_the_zone(book, firms, cast):
    book.make(firms=firms, year=2026, from_on="2026-01-05")
    with writing():
        presence.leave(firms[0], Standing.MOVED_OUT, on=on("2026-11-23"), reason="搬迁", by=cast.manager)
    assert (counted("2026-11-22"), counted("2026-11-23")) == (4, 3)


def test_a_year_has_one_list_of_a_kind_and_years_follow_each_other(book):
    book.make()
    book.make("REFORM")
    for year, day in ((2017, "2017-03-01"), (2018, "2017-01-01"), (2016, "2018-01-01"), (2027, "2026-11-24")):
        with pytest.raises(RuleBroken):
            book.make(year=year, from_on=day)
    with pytest.raises(RuleBroken):
        book.make("UNKNOWN", year=2019, from_on="2019-01-01")


def test_nobody_leaves_without_a_reason_nor_before_he_came(book, firms):
    made = book.make(firms=firms[:1])
    for refused in ({"until_on": "2017-03-01", "reason": " "}, {"until_on": "2017-02-14"}, {"until_on": "2026-11-24"}):
        with pytest.raises(RuleBroken):
            book.strike(made, firms[0], **refused)
    for day in ("2017-02-14", "2026-11-24"):
        with pytest.raises(RuleBroken):
            book.enter(made, firms[1], from_on=day)
    assert counted("2026-11-23") == 1


def test_the_next_year_takes_over_who_stays_and_says_why_others_do_not(book, firms):
    made = book.make(firms=firms)
    ids = [firm.id for firm in firms]
    with pytest.raises(RuleBroken):
        book.forward(made, {ids[0]: ""}, ids)
    with pytest.raises(Stale):
        book.forward(made, {}, ids[1:])
    with pytest.raises(RuleBroken):
        book.forward(made, {}, ids, year=2016, from_on="2016-03-01")
    book.forward(made, {ids[0]: "已在新三板挂牌", ids[1]: "放弃挂牌"}, ids)
    assert [counted(day) for day in ("2018-02-28", "2018-03-01")] == [4, 2]
    rows = db.session.scalars(list_queries.members_of(made.id).order_by(ListMember.id)).all()
    assert [(row.exit_reason, row.until_on) for row in rows] == [
        ("已在新三板挂牌", on("2018-03-01")), ("放弃挂牌", on("2018-03-01")), ("", None), ("", None)
    ]  # fmt: skip


def test_a_list_is_corrected_with_its_members(book, firms, cast):
    made = book.make(firms=firms[:2])
    book.enter(made, firms[2], from_on="2017-06-01")
    told = {"year": 2017, "name": "更正", "document_no": "", "by": cast.manager}
    with writing():
        lists.change(made, version=1, from_on=on("2017-01-10"), **told)
    assert [counted(day) for day in ("2017-01-09", "2017-01-10", "2017-06-01")] == [None, 2, 3]
    with writing(), pytest.raises(Stale):
        lists.change(made, version=1, from_on=on("2017-01-10"), **told)


def test_rungs_follow_the_lists_of_the_day(book, firms):
    book.make(firms=firms[:2])
    book.make("IPO_KEY", firms=firms[1:2])
    book.make("REFORM", firms=firms[2:3])
    ids = [firm.id for firm in firms]
    told = list_queries.giving_rungs(ids, on("2017-02-15"))
    assert told == {ids[0]: {"NEEQ_KEY"}, ids[1]: {"NEEQ_KEY", "IPO_KEY"}}
    assert list_queries.giving_rungs(ids, on("2017-02-14")) == {}


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"in_zone": True, "figures": ()}, ""),
        ({"in_zone": True, "figures": ("listed",)}, ""),
        ({"in_zone": True, "figures": ("neeq",)}, "@reached:neeq"),
        ({"in_zone": False, "figures": ("neeq",)}, "@left_zone"),
        ({"in_zone": True, "figures": (), "earlier": "放弃"}, "放弃"),
    ],
)
def test_who_is_proposed_to_drop_out(facts, why):
    assert yearly.leaves(yearly.list_kinds()["NEEQ_KEY"], **facts) == why


def test_a_kind_of_list_is_data_that_is_checked():
    from crm.cultivation.rules.ladder import ladder

    raw = {"code": "X", "zh": "名单", "en": "List", "rung": "moon", "figure": "sun"}
    wrong = list(yearly.faults(yearly.kinds_of([raw, {**raw, "en": ""}]), ladder()))
    assert wrong == ["a kind of list stands twice", *(["X: unknown rung moon", "X: unknown figure sun"] * 2),
                     "X: lacks a language"]  # fmt: skip


def test_the_newest_list_that_has_begun_is_in_force():
    made = [SimpleNamespace(id=n, kind="K", year=n, from_on=date(n, 3, 1)) for n in (2016, 2018, 2017)]
    days = (date(2016, 2, 29), date(2016, 3, 1), date(2017, 12, 31), date(2018, 3, 1), date(2030, 1, 1))
    assert [yearly.in_force(made, day).get("K") for day in days] == [None, 2016, 2017, 2018, 2018]
    other = SimpleNamespace(id=1, kind="J", year=2017, from_on=date(2017, 5, 1))
    told = yearly.days_of([*made, other])
    assert (told[1], told[2016], told[2018]) == ((date(2017, 5, 1), None), (date(2016, 3, 1), date(2017, 3, 1)),
                                                 (date(2018, 3, 1), None))  # fmt: skip


def test_a_merged_firm_is_on_the_list_once_and_keeps_its_past(book, firms, cast, make):
    firms[1] = make.enterprise("杭州待补科技有限公司", unit=cast.section, code=None)
    book.make(firms=firms[:2])
    with writing():
        proposed = merging.propose(firms[0], firms[1], reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(proposed, by=cast.manager)
    assert (counted("2017-03-01"), counted("2026-11-23")) == (1, 1)
    ended = db.session.scalars(select(ListMember).where(ListMember.until_on.is_not(None))).one()
    assert (ended.exit_reason, ended.enterprise_id) == ("merged", firms[0].id)
    with writing():
        merging.undo(proposed, by=cast.manager)
    assert counted("2026-11-23") == 2


@pytest.mark.parametrize(
    ("kept", "zh", "en"),
    [
        ("@carried:2025", "2025 年名单续列", "Carried over from 2025"),
        ("@left_zone", "已不在区内", "No longer in the zone"),
        ("@reached:neeq", "已达成：新三板挂牌企业", "Has reached it: Firms quoted on NEEQ"),
        ("@reached:gone", "已达成：gone", "Has reached it: gone"),
        ("merged", "已合并", "Merged"),
        ("停产", "停产", "停产"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_reasons_of_the_product_are_worded_when_shown(app, kept, zh, en):
    said = []
    for language in ("zh_Hans_CN", "en"):
        with speaking(language):
            said.append(str(yearly.reason_words(kept)))
    assert said == [zh, en]
