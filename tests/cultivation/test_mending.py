"""What repeats the events of a track can be made anew from them alone; the doctor finds what disagrees."""

from datetime import date

import pytest
from sqlalchemy import text

from crm.core.db import db, writing
from crm.cultivation import mending
from crm.cultivation.models import Track
from crm.ops import checks_data


@pytest.fixture
def lived(way):
    """Tracks of every sort: on the way, ended, corrected, voided, and what a listing brought along."""
    way.baseline("NEEQ", "NQ_INNO", "2020-01-05")
    way.baseline("IPO", "IP_REG_OK", "2026-01-05", board="BSE")
    way.correct(way.done("IPO", "IP_LISTED", "2026-02-05"), "redate", on="2026-02-09")
    way.correct(way.baseline("REX", "REX_LISTED", "2013-01-05"), "void")
    way.step("SRDI", "SR_POOL", "2026-05-05")
    return way


def whole():
    db.session.rollback()
    db.session.expire_all()
    columns = "enterprise_id, kind, state, board, {}"
    spans = columns.format("track_id, seq, figure, from_on, until_on, is_new, is_last")
    tracks = columns.format("id, attempt, since_on, is_open, is_restricted, last_seq")
    return [
        sorted(map(str, db.session.execute(text(f"SELECT {what} FROM {table}"))))
        for table, what in (("track", tracks), ("track_span", spans))
    ]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM track_span WHERE seq = 1",
        "UPDATE track_span SET from_on = '2000-01-01'",
        "UPDATE track_span SET figure = ''",
        "UPDATE track SET board = 'STAR' WHERE kind = 'IPO'",
        "UPDATE track SET is_restricted = NOT is_restricted",
        "UPDATE track SET last_seq = 9",
    ],
)
def test_damage_is_found_and_mended(lived, damage):
    before = whole()
    assert mending.wrong() == []
    with db.engine.begin() as raw:
        raw.execute(text(damage))
    assert whole() != before
    assert any(finding.code == "CRM-W028" for finding in checks_data.tracks(None))

    assert checks_data.mend() > 0

    assert whole() == before
    assert mending.wrong() == []


def test_steps_of_a_ladder_whose_file_is_gone_break_no_page_and_no_doctor(page, way, firm, cast):
    way.baseline("REX", "REX_LISTED", "2013-01-05")
    with writing():
        old = Track(enterprise_id=firm.id, kind="OLD", state="OLD_DONE", since_on=date(2010, 1, 5), is_restricted=False)
        db.session.add(old)
    for tab in ("", "tracks"):
        page.as_(cast.manager).open("desk.enterprise", enterprise_id=firm.id, tab=tab)
    assert mending.wrong() == []
