"""719 real listed companies of Zhejiang, imported as a bureau would: the figures of any day are those of the file."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from benchmarks import stock_chart
from crm.core.db import db
from crm.cultivation import figures
from crm.cultivation.models import Track, TrackEvent, TrackSpan
from crm.enterprises.models import Enterprise, Presence
from tests.imports.conftest import apply, check, command  # noqa: F401 - fixtures

FILE = Path(__file__).parents[1] / "data" / "zhejiang_listed.csv"
ROWS = list(csv.DictReader(FILE.read_text(encoding="utf-8-sig").splitlines()))
YEARS = range(1993, 2025)


def listed_by(day):
    return Counter(row["上市板"] for row in ROWS if row["上市日期"] <= day)


@pytest.fixture
def imported(app, apply):  # noqa: F811
    return apply(FILE, "--provisional", kind="tracks")


def test_the_figures_are_those_of_the_file(imported, command):  # noqa: F811
    assert (imported["rows"], imported["new"], imported["errors"]) == (719, 719, [])
    told = command("figures", "--on", "2025-04-30", "--json")
    assert told["listed"] == {"total": 719, "by_board": {"主板": 458, "科创板": 51, "创业板": 183, "北交所": 27}}
    assert told == {
        "on": "2025-04-30",
        "listed": told["listed"],
        "neeq": {"total": 0},
        "equity_exchange": {"total": 0},
        "lists": {},
    }
    stocks = {}
    for year in YEARS:
        day = f"{year}-12-31"
        found = figures.as_json(date.fromisoformat(day))["listed"]
        stocks[year] = found["by_board"]
        assert found["total"] == sum(listed_by(day).values()), year
        assert found["by_board"] == dict(listed_by(day)), year
    kept = stock_chart.PICTURE.read_text(encoding="utf-8")
    assert stock_chart.draw(stocks) == kept, "draw it anew: python -m benchmarks.stock_chart"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_new_each_year_is_what_was_listed_in_it(imported):
    for year in YEARS:
        came = sum(row["上市日期"].startswith(str(year)) for row in ROWS)
        before, until = date(year - 1, 12, 31), date(year, 12, 31)
        moved = figures.flow("listed", before, until)
        assert (moved.new, moved.moved_in, moved.exits, moved.moved_out) == (came, 0, 0, 0), year
        assert (moved.opening, moved.closing) == (figures.stock("listed", before), figures.stock("listed", until))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_firms_are_provisional_and_known_by_their_stock_code(imported):
    firm = db.session.scalars(select(Enterprise).where(Enterprise.name == "华数传媒")).one()
    assert (firm.stock_code, firm.credit_code, firm.industry) == ("000156", None, "影视音像")
    present = db.session.scalars(select(Presence).where(Presence.enterprise_id == firm.id)).one()
    assert present.from_on == date(2000, 9, 6)
    assert db.session.scalar(select(func.count()).select_from(TrackSpan)) == 719


def test_the_same_file_brings_nothing_twice(imported, apply):  # noqa: F811
    again = apply(FILE, kind="tracks")
    assert (again["new"], again["same"], again["errors"]) == (0, 719, [])
    assert [db.session.scalar(select(func.count()).select_from(m)) for m in (Track, TrackEvent)] == [719, 719]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_option_unknown_firms_are_errors(app, check):  # noqa: F811
    told = check(FILE, expect=1, kind="tracks")
    assert (told["new"], len(told["errors"])) == (0, 719)
    assert {error["column"] for error in told["errors"]} == {"证券简称"}
