"""After a merge: one history, the password asked again, and the ways that lead to waiting proposals."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from crm.accounts.access_models import SignIn
from crm.core.db import db, writing
from crm.enterprises import merging, serving_queries
from crm.enterprises.assignment import load_of, serving_on
from crm.enterprises.models import Merge
from crm.enterprises.serving_models import Assignment
from crm.ops.builders import PASSWORD
from tests.enterprises.test_merge import merged, state, two

__all__ = ["two"]


def served(firm, *days):
    """Who served the firm on each of these days, by every way of asking."""
    found = []
    for day in map(date.fromisoformat, days):
        rows = serving_queries.on_day(firm.id, day).assignments
        assert [row.id for row in rows] == [row.id for row in [serving_on(firm.id, day)] if row], f"{day}: not one"
        found.append(rows[0].commissioner.name if rows else None)
    return found


@pytest.fixture
def pasts(make, cast):
    """Two entries served by different people through the same years.

    kept: Lin from March 2023 to June 2024, nobody until 2025, Lin again since. gone: Zhou from January 2022 to 2025,
    then the manager until today.
    """
    kept = make.enterprise("杭州双份科技有限公司", unit=cast.section)
    gone = make.enterprise("杭州双份科技公司", unit=cast.section)

    def served_by(firm, person, begin, end=None):
        day = date.fromisoformat
        db.session.add(
            Assignment(
                enterprise_id=firm.id,
                commissioner_id=person.id,
                started_on=day(begin),
                ended_on=day(end) if end else None,
                end_reason="handed_over" if end else "",
                handover_note="原交接说明",
            )
        )
        db.session.flush()

    with writing():
        served_by(kept, cast.lin, "2023-03-01", "2024-06-01")
        served_by(kept, cast.lin, "2025-02-01")
        served_by(gone, cast.zhou, "2022-01-01", "2025-05-01")
        served_by(gone, cast.manager, "2025-05-01")
    return kept, gone


DAYS = ("2021-12-31", "2022-01-01", "2023-03-01", "2024-06-01", "2025-02-01", "2025-05-01", "2026-11-22", "2026-11-23")


def test_on_every_day_of_the_past_one_person_served_and_the_entry_that_stays_has_the_word(pasts, cast):
    kept, _ = pasts
    merged(pasts, cast)

    lin, zhou = cast.lin.name, cast.zhou.name
    assert served(kept, *DAYS) == [None, zhou, lin, zhou, lin, lin, lin, lin]
    rows = db.session.scalars(select(Assignment).where(Assignment.enterprise_id == kept.id)).all()
    spans = sorted((row.started_on, row.ended_on or date.max) for row in rows)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(spans))
    assert {row.handover_note for row in rows} == {"原交接说明"}


def test_taking_it_back_finds_every_assignment_as_it_was(pasts, cast):
    kept, gone = pasts
    before = state(kept, gone)
    row = merged(pasts, cast)
    with writing():
        merging.undo(row, by=cast.manager)

    assert state(kept, gone) == before
    assert served(gone, *DAYS) == [None, *[cast.zhou.name] * 4, *[cast.manager.name] * 3]


def test_an_open_assignment_of_the_other_entry_goes_on_where_the_kept_one_had_nobody(pasts, cast):
    kept, gone = pasts
    with writing():
        open_row = db.session.scalars(
            select(Assignment).where(Assignment.enterprise_id == kept.id, Assignment.ended_on.is_(None))
        ).one()
        open_row.ended_on, open_row.end_reason = date(2025, 9, 1), "handed_over"
    before = state(kept, gone)
    row = merged(pasts, cast)

    assert served(kept, "2025-08-31", "2025-09-01", "2026-11-23") == [cast.lin.name, *[cast.manager.name] * 2]
    assert load_of(cast.manager) == 1
    with writing():
        merging.undo(row, by=cast.manager)
    assert state(kept, gone) == before


def test_the_old_code_answers_with_the_entry_that_stays(pasts, cast, app):
    _, gone = pasts
    code = gone.credit_code
    merged(pasts, cast)

    told = app.test_cli_runner().invoke(args=["serving", code, "--on", "2025-06-01"])
    assert told.exit_code == 0 and cast.lin.name in told.output


def test_on_a_trusted_phone_a_merge_asks_for_the_password(page, two, cast):
    kept, gone = two
    with writing():
        row = merging.propose(kept, gone, reason="", by=cast.clerk)
    page.open("accounts.sign_in")
    page.submit(name=cast.manager.mobile, password=PASSWORD, trusted="y")
    forget_the_password_typed()
    page.open("enterprises.merge", merge_id=row.id)

    page.submit(form="confirm", expect=403)
    assert db.session.get_one(Merge, row.id).state == "proposed"
    page.submit(password=PASSWORD, expect=200)
    page.submit()
    assert db.session.get_one(Merge, row.id).state == "done"

    forget_the_password_typed()
    page.open("enterprises.merge", merge_id=row.id)
    page.submit(expect=403)
    assert db.session.get_one(Merge, row.id).state == "done"


def forget_the_password_typed():
    with writing():
        for sign_in in db.session.scalars(select(SignIn)):
            sign_in.confirmed_at -= timedelta(minutes=31)


def test_the_ways_to_waiting_proposals_and_extra_fields_stand_where_one_looks(page, two, cast):
    kept, gone = two
    page.as_(cast.manager).open("desk.home")
    assert "待确认的合并" not in page.text
    with writing():
        merging.propose(kept, gone, reason="", by=cast.clerk)

    page.as_(cast.manager).open("desk.home")
    assert "待确认的合并" in page.text and page.all("a", href="/merges")
    page.as_(cast.clerk).open("desk.enterprises")
    assert page.all("a", href="/merges")
    page.as_(cast.lin).open("desk.enterprises")
    assert not page.all("a", href="/merges")
    page.as_(cast.admin).open("ops.system")
    assert page.all("a", href="/admin/extra-fields")
