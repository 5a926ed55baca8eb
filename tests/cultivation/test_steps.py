"""A step is proposed by one and confirmed by another; what breaks a rule leaves no trace."""

import pytest
from sqlalchemy import func, select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.cultivation import services
from crm.cultivation.models import TrackEvent, TrackProposal
from crm.timeline import Entry, Level


def counted(model):
    return db.session.scalar(select(func.count()).select_from(model))


def refused(call, *fields):
    with pytest.raises(RuleBroken) as broken:
        call()
    assert {obstacle.field for obstacle in broken.value.obstacles} == set(fields)
    db.session.rollback()


def test_a_step_that_counts_waits_for_another_person(way, cast):
    way.step("NEEQ", "NQ_POOL", "2026-01-05")
    way.step("NEEQ", "NQ_ENGAGED", "2026-02-05")
    way.step("NEEQ", "NQ_REFORMED", "2026-05-05")
    waiting = way.step("NEEQ", "NQ_ACCEPTED", "2026-06-05")
    assert isinstance(waiting, TrackProposal)
    assert way.tracks() == [("NEEQ", 1, "NQ_REFORMED", True)]

    event = way.confirm(waiting)

    assert (event.seq, event.proposed_by_name, event.confirmed_by_name) == (4, "林晓", "李军")
    assert way.tracks() == [("NEEQ", 1, "NQ_ACCEPTED", True)]
    assert way.spans("NEEQ")[-2:] == [("NQ_REFORMED", "2026-05-05", "2026-06-05"), ("NQ_ACCEPTED", "2026-06-05", None)]


def test_whoever_proposed_does_not_confirm_while_somebody_else_may(way, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05", by=cast.manager)
    with_another = way.cast.manager
    # The manager is the only one with the right here: he says why he does it himself.
    refused(lambda: way.confirm(waiting, by=with_another), "because")
    event = way.confirm(waiting, by=with_another, alone="全局仅一名科长")
    assert event.alone_because == "全局仅一名科长"
    entry = db.session.scalars(select(Entry).where(Entry.kind == "track.step").order_by(Entry.id.desc())).first()
    assert entry.body["reason"] == "全局仅一名科长", "the record says that one person did both, and why"


def test_with_a_second_manager_nobody_confirms_his_own(way, make, cast):
    from crm.permissions import Role

    make.user("第二科长", unit=cast.bureau, role=Role.MANAGER)
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05", by=cast.manager)
    refused(lambda: way.confirm(waiting, by=cast.manager, alone="急"), "")


def test_a_decision_is_made_once(way, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    way.confirm(waiting)
    with pytest.raises(Stale):
        way.confirm(waiting)
    with pytest.raises(Stale), writing():
        services.reject(waiting, by=cast.manager, reason="重复")


def test_a_rejected_step_may_be_proposed_anew(way, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    refused(lambda: way.step("IPO", "IP_COACH", "2026-06-06"), "")
    with pytest.raises(RuleBroken), writing():
        services.reject(waiting, by=cast.manager, reason=" ")
    with writing():
        services.reject(waiting, by=cast.manager, reason="文号不对")
    assert isinstance(way.step("IPO", "IP_COACH", "2026-06-06"), TrackProposal)


def test_a_step_decided_on_an_old_history_is_refused(way):
    way.step("REX", "REX_POOL", "2026-01-05")
    refused(lambda: way.step("REX", "REX_ENGAGED", "2026-02-05", seq=1), "")
    refused(lambda: way.step("REX", "REX_ENGAGED", "2026-02-05", attempt=2), "")


def test_what_is_lacking_is_told_and_nothing_is_written(way):
    way.baseline("NEEQ", "NQ_CONSENT", "2026-01-05")
    before = counted(TrackEvent)
    refused(lambda: way.step("NEEQ", "NQ_BASE", "2026-02-05", grade="spoken", document_no=""), "grade")
    refused(lambda: way.step("NEEQ", "NQ_BASE", "2026-02-05", document_no=" "), "document_no")
    refused(lambda: way.step("NEEQ", "NQ_BASE", "2027-02-05"), "on")
    refused(lambda: way.step("NEEQ", "NQ_POOL", "2026-02-05"), "state")
    refused(lambda: way.step("NEEQ", "NO_STATE", "2026-02-05"), "state")
    assert (counted(TrackEvent), counted(TrackProposal)) == (before, 0)


def test_a_hard_condition_refuses_and_a_soft_one_is_recorded(way, make, cast):
    limited = make.enterprise("杭州有限公司", unit=cast.section, commissioner=cast.lin)
    way.firm = limited
    way.baseline("NEEQ", "NQ_KERNEL", "2026-01-05")
    refused(lambda: way.step("NEEQ", "NQ_ACCEPTED", "2026-02-05"), "")
    way.baseline("REX", "REX_LISTED", "2020-01-05")
    way.step("NEEQ", "NQ_REFORMED", "2026-02-05")
    way.done("NEEQ", "NQ_ACCEPTED", "2026-03-05")
    way.done("NEEQ", "NQ_CONSENT", "2026-04-05")
    event = way.done("NEEQ", "NQ_BASE", "2026-05-05")
    assert [warning["needs"] for warning in event.warnings] == ["none_in"]


def test_a_retry_is_a_new_attempt(way):
    way.baseline("IPO", "IP_INQUIRY", "2024-01-05", board="MAIN")
    way.done("IPO", "IP_WITHDRAWN", "2024-08-05")
    refused(lambda: way.step("IPO", "IP_POOL", "2024-07-01"), "on")
    way.step("IPO", "IP_POOL", "2025-01-05")
    assert way.tracks() == [("IPO", 1, "IP_WITHDRAWN", False), ("IPO", 2, "IP_POOL", True)]


def test_an_attempt_is_taken_over_only_at_its_beginning(way):
    way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    refused(lambda: way.baseline("NEEQ", "NQ_INNO", "2016-03-02"), "state")
    refused(lambda: way.baseline("IPO", "IP_LISTED", "2016-03-02"), "board")
    refused(lambda: way.baseline("NOTHING", "IP_LISTED", "2016-03-02"), "")


def test_every_act_is_in_the_record_at_its_level(way, cast):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    way.done("IPO", "IP_COACH", "2025-06-05")
    way.done("IPO", "IP_COACH_DONE", "2026-01-05")
    way.done("IPO", "IP_ACCEPTED", "2026-05-05", board="STAR")
    told = select(Entry.kind, Entry.level).where(Entry.kind.startswith("track.")).order_by(Entry.id)
    assert db.session.execute(told).all() == [
        ("track.baseline", Level.RESTRICTED),
        *[("track.proposed", Level.RESTRICTED), ("track.step", Level.RESTRICTED)] * 2,
        ("track.proposed", Level.RESTRICTED),
        ("track.step", Level.INTERNAL),
    ]
