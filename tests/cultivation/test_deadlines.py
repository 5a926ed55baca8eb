"""Clocks that steps start: when they end, what overtakes them, what stands still."""

from datetime import date

import pytest

from crm.core.db import db
from crm.cultivation import deadlines
from crm.cultivation.models import Track
from crm.cultivation.rules.deadlines import running
from crm.cultivation.rules.history import Step
from crm.cultivation.rules.ladder import ladder


def course(*path):
    return tuple(Step(number, state, date.fromisoformat(on)) for number, (state, on) in enumerate(path, 1))


def ends(kind, *path):
    due = running(ladder().kinds[kind], course(*path))
    return due and due.on.isoformat()


@pytest.mark.rules
@pytest.mark.parametrize(
    ("kind", "path", "end"),
    [
        ("IPO", [("IP_COACH_DONE", "2026-02-28")], "2027-02-28"),
        ("IPO", [("IP_COACH_DONE", "2024-02-29")], "2025-02-28"),
        ("IPO", [("IP_COACH_DONE", "2026-02-28"), ("IP_ACCEPTED", "2026-05-01")], None),
        ("IPO", [("IP_COACH_DONE", "2025-02-28"), ("IP_COACH", "2026-03-01")], None),
        ("IPO", [("IP_REG_OK", "2026-01-31"), ("IP_ISSUING", "2026-03-01")], "2027-01-31"),
        ("IPO", [("IP_REG_OK", "2026-01-31"), ("IP_LISTED", "2026-03-01")], None),
        ("IPO", [("IP_INQUIRY", "2026-01-10")], "2026-04-10"),
        ("IPO", [("IP_INQUIRY", "2026-01-10"), ("IP_SUSPENDED", "2026-03-31")], "2026-06-30"),
        ("IPO", [("IP_INQUIRY", "2026-01-10"), ("IP_SUSPENDED", "2026-03-31"), ("IP_INQUIRY", "2026-06-30")],
         "2026-07-10"),
        ("IPO", [("IP_REG_SUBMIT", "2026-01-10"), ("IP_REG_DENIED", "2026-03-31")], "2026-09-30"),
        ("NEEQ", [("NQ_ACCEPTED", "2026-01-10"), ("NQ_SUSPENDED", "2026-03-31")], "2026-06-30"),
        ("HK", [("HK_A1", "2026-01-10"), ("HK_CSRC_OK", "2026-03-31")], "2026-07-10"),
        ("SRDI", [("SR_BASE", "2023-07-01"), ("SR_APPLIED", "2026-04-01")], "2026-07-01"),
        ("SRDI", [("SR_BASE", "2023-07-01"), ("SR_SRDI", "2026-06-01")], "2029-06-01"),
        ("REX", [("REX_POOL", "2026-01-10")], None),
    ],
)  # fmt: skip
def test_a_clock_runs_from_its_step_until_a_later_one_overtakes_it(kind, path, end):
    assert ends(kind, *path) == end


@pytest.mark.rules
@pytest.mark.parametrize(
    ("today", "step"),
    [("2026-11-29", None), ("2026-11-30", 90), ("2027-01-28", 90), ("2027-01-29", 30), ("2027-05-01", 30)],
)
def test_the_last_reminder_that_has_come(today, step):
    due = running(ladder().kinds["IPO"], course(("IP_COACH_DONE", "2026-02-28")))
    assert due.reached(date.fromisoformat(today)) == step


def test_pages_ask_for_the_clocks_of_many_tracks_at_once(way, count_queries):
    way.baseline("IPO", "IP_REG_SUBMIT", "2025-01-05", board="MAIN")
    way.done("IPO", "IP_REG_DENIED", "2026-09-01")
    way.baseline("SRDI", "SR_BASE", "2024-01-05")
    way.baseline("NEEQ", "NQ_BASE", "2015-01-05")
    tracks = {track.id: (track.kind, track.attempt) for track in db.session.query(Track)}
    with count_queries() as seen:
        found = deadlines.of(tracks)
    assert len(seen) == 2
    assert {tracks[number]: due.on.isoformat() for number, due in found.items()} == {
        ("IPO", 1): "2027-03-01", ("SRDI", 1): "2027-01-05",
    }  # fmt: skip
    way.step("IPO", "IP_POOL", "2026-10-01")
    assert [tracks[number][0] for number in deadlines.of(tracks)] == ["SRDI"], "a new attempt has begun"
