"""What the database itself guards about figures, attacked with raw SQL; merging two entries that both have some."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import merging
from crm.enterprises.models import Merge
from crm.tiers.annual.models import CODES, PeriodFigures
from crm.tiers.annual.rules import Period

COLUMNS = (
    "enterprise_id, year, months, revenue, is_audited, source, note, doubts, entered_by_name, entered_at, ended_as"
)
SOUND = {
    "firm": 0, "year": 2025, "months": 12, "revenue": 1, "audited": False, "source": "tax", "ended_as": "",
    "ended_at": None, "employees": None, "assets": None, "capital": None, "rd_staff": None,
}  # fmt: skip
INSERT = text(f"""
    INSERT INTO period_figures ({COLUMNS}, ended_by_name, ended_at, employees, total_assets, share_capital, rd_staff)
    VALUES (:firm, :year, :months, :revenue, :audited, :source, '', '[]', 'x', :at, :ended_as, '', :ended_at,
            :employees, :assets, :capital, :rd_staff)
""")


def put(owner, **more):
    with db.engine.begin() as connection:
        connection.execute(INSERT, {**SOUND, "firm": owner.id, "at": clock.now(), **more})


@pytest.mark.parametrize(
    "broken",
    [
        {"months": 4}, {"months": 0}, {"year": 1989}, {"year": 25}, {"revenue": None}, {"employees": -1},
        {"assets": -1}, {"capital": -1}, {"rd_staff": -1}, {"source": "audit"}, {"ended_as": "corrected"},
        {"firm": 4711},
    ],
)  # fmt: skip
def test_the_database_refuses_what_cannot_be(app, firm, broken):
    put(firm)
    with pytest.raises(DBAPIError):
        put(firm, **{"year": 2024, **broken})


def test_an_end_without_a_known_way_is_refused(app, firm):
    for ended_as in ("", "lost"):
        with pytest.raises(DBAPIError):
            put(firm, ended_at=clock.now(), ended_as=ended_as)
    put(firm, ended_at=clock.now(), ended_as="withdrawn")


def test_one_row_stands_for_a_period_and_any_number_stood(app, firm):
    for _ in range(2):
        put(firm, ended_at=clock.now(), ended_as="corrected")
    put(firm)
    put(firm, months=6)
    with pytest.raises(DBAPIError):
        put(firm)
    with db.engine.connect() as connection:  # nothing else would have noticed
        connection.execute(text("DROP INDEX uq_period_figures_stands"))
        connection.execute(INSERT, {**SOUND, "firm": firm.id, "at": clock.now()})
        connection.rollback()


@pytest.mark.parametrize("column", ["year", "months", *CODES, "is_audited", "source", "entered_by_name", "doubts"])
def test_what_was_entered_is_never_changed_in_its_place(app, firm, column):
    put(firm)
    with pytest.raises(DBAPIError, match="another row"), db.engine.begin() as connection:
        connection.execute(text(f"UPDATE period_figures SET {column} = {column}"))


def test_a_merge_leaves_one_row_a_period_and_can_be_taken_back(app, make, cast, firm, books):
    gone = make.enterprise("杭州账本有限公司", unit=cast.section)
    books.enter(2024, revenue=100)
    books.enter(2024, firm=gone, revenue=200)
    books.enter(2025, firm=gone, revenue=300)
    with writing():
        merge = merging.propose(firm, gone, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(db.session.get_one(Merge, merge.id), by=cast.manager)
    assert {p: v["revenue"] for p, v in books.standing().items()} == {Period(2024): 100, Period(2025): 300}
    with writing():
        merging.undo(db.session.get_one(Merge, merge.id), by=cast.manager)
    db.session.expire_all()
    rows = db.session.execute(select(PeriodFigures.enterprise_id, PeriodFigures.revenue, PeriodFigures.ended_as))
    assert sorted(map(tuple, rows)) == [(firm.id, 100, ""), (gone.id, 200, ""), (gone.id, 300, "")]
