"""What went wrong is corrected by further events; what a step brought along goes with it."""

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.cultivation import mending, services
from crm.cultivation.models import TrackEvent, TrackSpan
from crm.cultivation.rules.history import Origin
from crm.enterprises import linked, merging


@pytest.fixture
def on_the_bse(way):
    """A firm of the innovation layer, listed on the BSE: its NEEQ track graduated with it."""
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="BSE")
    return way.done("IPO", "IP_LISTED", "2026-02-05")


def test_a_listing_on_the_bse_closes_the_neeq_track(way, on_the_bse):
    assert way.tracks() == [("IPO", 1, "IP_LISTED", True), ("NEEQ", 1, "NQ_GRADUATED", False)]
    brought = db.session.scalars(select(TrackEvent).where(TrackEvent.caused_by_id == on_the_bse.id)).one()
    assert (brought.state, brought.happened_on) == ("NQ_GRADUATED", on_the_bse.happened_on)


def test_voiding_the_listing_opens_the_neeq_track_again(way, on_the_bse):
    way.correct(on_the_bse, "void")
    assert way.tracks() == [("IPO", 1, "IP_REG_OK", True), ("NEEQ", 1, "NQ_INNO", True)]
    assert way.spans("NEEQ") == [("NQ_INNO", "2020-01-05", None)]


def test_a_new_day_goes_along(way, on_the_bse):
    way.correct(on_the_bse, "redate", on="2026-02-09")
    assert way.spans("NEEQ") == [("NQ_INNO", "2020-01-05", "2026-02-09")]
    assert way.spans("IPO")[-1] == ("IP_LISTED", "2026-02-09", None)


def test_what_was_brought_along_is_corrected_with_its_cause_only(way, on_the_bse):
    brought = db.session.scalars(select(TrackEvent).where(TrackEvent.caused_by_id == on_the_bse.id)).one()
    with pytest.raises(RuleBroken, match="brought along"):
        way.correct(brought, "void")


def test_a_restated_listing_brings_along_what_it_should_have(way):
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="MAIN")
    listed = way.done("IPO", "IP_LISTED", "2026-02-05")
    assert ("NEEQ", 1, "NQ_INNO", True) in way.tracks()
    way.correct(listed, "restate", state="IP_LISTED", board="BSE")
    assert ("NEEQ", 1, "NQ_GRADUATED", False) in way.tracks()


def test_what_a_restated_listing_brought_along_falls_with_it(way):
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="MAIN")
    listed = way.done("IPO", "IP_LISTED", "2026-02-05")
    way.correct(listed, "restate", state="IP_LISTED", board="BSE")
    way.correct(listed, "redate", on="2026-02-09")
    assert way.spans("NEEQ") == [("NQ_INNO", "2020-01-05", "2026-02-09")]
    way.correct(listed, "void")
    assert way.tracks() == [("IPO", 1, "IP_REG_OK", True), ("NEEQ", 1, "NQ_INNO", True)]


def test_a_transfer_and_its_correction(way):
    way.baseline("IPO", "IP_LISTED", "2022-01-05", board="BSE")
    moved = way.done("IPO", "IP_TRANSFERRED", "2026-02-05", board="STAR")
    assert way.tracks() == [("IPO", 1, "IP_TRANSFERRED", False), ("IPO", 2, "IP_LISTED", True)]
    way.correct(moved, "void")
    assert way.tracks() == [("IPO", 1, "IP_LISTED", True), ("IPO", 2, "", False)]
    way.done("IPO", "IP_TRANSFERRED", "2026-03-05", board="STAR")
    assert way.tracks() == [("IPO", 1, "IP_TRANSFERRED", False), ("IPO", 2, "IP_LISTED", True)]


def test_an_earlier_attempt_does_not_open_beside_a_later_one(way):
    way.baseline("IPO", "IP_INQUIRY", "2024-01-05", board="MAIN")
    ended = way.done("IPO", "IP_WITHDRAWN", "2024-08-05")
    way.step("IPO", "IP_POOL", "2025-01-05")
    before = way.tracks()
    for sort, more in (("void", {}), ("redate", {"on": "2025-03-01"})):
        with pytest.raises(RuleBroken):
            way.correct(ended, sort, **more)
        db.session.rollback()
    assert way.tracks() == before


def test_an_attempt_whose_events_are_voided_begins_again(way):
    wrong = way.baseline("NEEQ", "NQ_BASE", "2015-03-02")
    way.correct(wrong, "void")
    assert way.tracks() == [("NEEQ", 1, "", False)]
    way.baseline("NEEQ", "NQ_BASE", "2016-03-02", origin=Origin.MOVED_IN)
    assert way.tracks() == [("NEEQ", 1, "NQ_BASE", True)]
    assert way.spans("NEEQ") == [("NQ_BASE", "2016-03-02", None)]


@pytest.fixture
def twin(make, cast):
    return make.enterprise("杭州样板股份公司", unit=cast.section)


def merged(kept, gone, cast):
    with writing():
        row = merging.propose(kept, gone, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(row, by=cast.manager)
    return row


def test_merged_entries_number_their_attempts_through(way, firm, twin, cast):
    way.baseline("IPO", "IP_WITHDRAWN", "2020-01-05")
    way.baseline("IPO", "IP_POOL", "2024-01-05", firm=twin)
    row = merged(firm, twin, cast)
    assert way.tracks() == [("IPO", 1, "IP_WITHDRAWN", False), ("IPO", 2, "IP_POOL", True)]
    with writing():
        merging.undo(row, by=cast.manager)
    assert way.tracks() == [("IPO", 1, "IP_POOL", True), ("IPO", 1, "IP_WITHDRAWN", False)] or way.tracks() == [
        ("IPO", 1, "IP_WITHDRAWN", False),
        ("IPO", 1, "IP_POOL", True),
    ]


def test_a_step_between_a_merge_and_its_undoing_leaves_the_figures_right(way, firm, twin, cast):
    way.baseline("NEEQ", "NQ_BASE", "2020-01-05", firm=twin)
    row = merged(firm, twin, cast)
    way.done("NEEQ", "NQ_INNO", "2026-02-05")
    with writing():
        merging.undo(row, by=cast.manager)
    assert mending.wrong() == []
    owners = db.session.scalars(select(TrackSpan.enterprise_id)).all()
    assert owners == [twin.id, twin.id]


def test_two_open_tracks_of_a_kind_keep_entries_from_being_merged(way, firm, twin, cast):
    way.baseline("NEEQ", "NQ_BASE", "2020-01-05")
    way.baseline("NEEQ", "NQ_BASE", "2020-01-05", firm=twin)
    with pytest.raises(RuleBroken, match="open track"):
        merged(firm, twin, cast)


def test_a_waiting_step_is_confirmed_over_the_history_that_was_looked_at(way):
    begun = way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    with pytest.raises(RuleBroken, match="waits"):
        way.step("IPO", "IP_REFORMED", "2026-05-05")
    way.correct(begun, "redate", on="2025-01-06")
    with pytest.raises(RuleBroken, match="meanwhile"):
        way.confirm(waiting)
    with writing():
        services.confirm(waiting, by=way.cast.manager, place=services.next_seq(way.firm.id, "IPO"))
    assert ("IPO", 1, "IP_COACH", True) in way.tracks()


def test_two_attempts_move_behind_one_and_a_waiting_step_with_them(way, firm, twin, cast):
    way.baseline("IPO", "IP_WITHDRAWN", "2012-01-05")
    way.baseline("IPO", "IP_WITHDRAWN", "2015-01-05", firm=twin)
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05", firm=twin)
    waiting = type(way)(twin, cast).step("IPO", "IP_COACH", "2026-06-05", by=cast.manager)
    merged(firm, twin, cast)
    assert [each[1:3] for each in way.tracks()] == [(1, "IP_WITHDRAWN"), (2, "IP_WITHDRAWN"), (3, "IP_ENGAGED")]
    assert (waiting.enterprise_id, waiting.attempt) == (firm.id, 3)


def test_the_page_of_a_merge_does_not_count_plans(way, twin):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05", firm=twin)
    assert not {name for name in linked.counts(twin.id) if name.startswith("track")}


def test_attempts_that_overlap_keep_entries_from_being_merged(way, firm, twin, cast):
    way.baseline("NEEQ", "NQ_BASE", "2020-01-05")
    ended = way.baseline("NEEQ", "NQ_BASE", "2014-01-05", firm=twin)
    type(way)(twin, cast).done("NEEQ", "NQ_DELISTED", "2015-01-05", reason="voluntary")
    assert ended.state == "NQ_BASE"
    with pytest.raises(RuleBroken, match="overlap"):
        merged(firm, twin, cast)


def test_a_correction_leads_nowhere_that_another_person_has_to_confirm(way):
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="MAIN")
    alone = way.step("IPO", "IP_ISSUING", "2026-02-05")
    assert isinstance(alone, TrackEvent)
    with pytest.raises(RuleBroken, match="confirmed"):
        way.correct(alone, "restate", state="IP_LISTED", board="MAIN")


def test_a_correction_changes_something(way):
    pool = way.step("IPO", "IP_POOL", "2024-01-05")
    with pytest.raises(RuleBroken, match="Nothing"):
        way.correct(pool, "redate", on="2024-01-05")
    with pytest.raises(RuleBroken, match="Nothing"):
        way.correct(pool, "restate", state="IP_POOL")


def test_what_cannot_be_brought_along_is_refused_in_words(way):
    way.baseline("NEEQ", "NQ_INNO", "2026-03-01")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="BSE")
    waiting = way.step("IPO", "IP_LISTED", "2026-02-05")
    with pytest.raises(RuleBroken, match="does not fit"):
        way.confirm(waiting)


def test_what_a_confirmer_remarks_is_kept(way):
    way.baseline("IPO", "IP_ENGAGED", "2025-01-05")
    waiting = way.step("IPO", "IP_COACH", "2026-06-05")
    way.confirm(waiting, alone="已看备案公示")
    assert waiting.decided_because == "已看备案公示"
