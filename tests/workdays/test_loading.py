"""In November the administrator loads next year's notice; deadlines follow it, the bureau's own days stay."""

from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.timeline.models import Entry
from crm.timeline.services import CLI
from crm.workdays import notices, services
from crm.workdays.models import CalendarDay
from crm.workdays.queries import calendar
from crm.workdays.rules import Kind, WorkingDate

NOTICE = """
year: 2027
source: 国办发明电〔2026〕9号
holidays:
  - {zh: 元旦, from: 2027-01-01, to: 2027-01-03}
  - {zh: 国庆节, from: 2027-10-01, to: 2027-10-07, work: [2027-09-26, 2027-10-09]}
"""


def load(text=NOTICE):
    with writing():
        return services.load(notices.parse(text), by=CLI)


def test_a_loaded_year_is_published_and_counted(app):
    assert calendar().add(date(2027, 9, 30), 1) == WorkingDate(date(2027, 10, 1), estimated=True)

    assert len(load()) == 8

    assert calendar().add(date(2027, 9, 30), 1) == WorkingDate(date(2027, 10, 8), estimated=False)
    assert calendar().is_working_day(date(2027, 10, 9))
    assert db.session.scalar(select(Entry.kind).order_by(Entry.id.desc())) == "calendar.loaded"


def test_the_same_notice_again_changes_nothing(app):
    load()
    rows = select(CalendarDay.day, CalendarDay.kind, CalendarDay.label, CalendarDay.source).order_by(CalendarDay.day)
    before = db.session.execute(rows).all()
    assert load() == []
    assert db.session.execute(rows).all() == before


def test_a_corrected_notice_gives_days_back(app):
    load()
    (change,) = load(NOTICE.replace("to: 2027-10-07", "to: 2027-10-06"))
    assert (change.day, change.is_working) == (date(2027, 10, 7), True)
    assert calendar().is_working_day(date(2027, 10, 7))


def test_a_corrected_shipped_year_wins_over_the_shipped_one(app):
    shipped = (notices.SHIPPED / "2026.yaml").read_text(encoding="utf-8")
    changed = load(shipped.replace("to: 2026-10-07, work: [2026-09-20,", "to: 2026-10-06, work: ["))

    assert [change.day for change in changed] == [date(2026, 9, 20), date(2026, 10, 7)]
    assert calendar().is_working_day(date(2026, 10, 7)) and not calendar().is_working_day(date(2026, 9, 20))


def test_the_bureaus_own_day_survives_a_loaded_notice(app):
    with writing():
        services.set_day(date(2027, 10, 1), Kind.WORK, label="防汛值守", by=CLI)
        services.set_day(date(2027, 3, 1), Kind.REST, label="供电检修", by=CLI)
    load()
    assert calendar().is_working_day(date(2027, 10, 1))
    assert not calendar().is_working_day(date(2027, 3, 1))
    load()
    assert calendar().special(date(2027, 10, 1)).label == "防汛值守"


@pytest.fixture
def holidays(app, tmp_path):
    def run(*arguments, text=NOTICE):
        (tmp_path / "2027.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return app.test_cli_runner().invoke(args=["holidays", "load", str(tmp_path / "2027.yaml"), *arguments])

    return run


def test_the_command_shows_first_and_loads_when_told(holidays):
    shown = holidays()
    assert shown.exit_code == 0 and "2027-10-01" in shown.output and not calendar().is_published(2027)

    loaded = holidays("--apply")
    assert loaded.exit_code == 0 and calendar().is_published(2027)


@pytest.mark.parametrize("text", ["序号,企业名称", b"\xff\xfe\x00", "year: 2027"])
def test_the_command_refuses_a_wrong_file_in_plain_words(holidays, text):
    refused = holidays("--apply", text=text)
    assert refused.exit_code == 1 and "Traceback" not in refused.output
    assert not calendar().is_published(2027)
