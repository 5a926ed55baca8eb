"""The demonstration: a bureau with a past, ending today; never mixed with real rows, never in production."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crm import create_app
from crm.accounts import User
from crm.core import clock
from crm.core.db import db
from crm.core.settings import BadSettings
from crm.cultivation import figures, mending, rungs, target_progress
from crm.cultivation.yearly_models import ListMember
from crm.enterprises import credit_code
from crm.enterprises.models import Enterprise, Standing
from crm.enterprises.serving_models import Assignment
from crm.followups.models import Followup
from crm.ops import checks_data
from crm.visits.models import Visit, VisitPerson

COMMISSIONERS = 6
IN_ZONE = select(Enterprise).where(Enterprise.standing == Standing.ACTIVE)


@pytest.fixture
def run(app):
    def invoke(*words: str):
        db.session.remove()
        return app.test_cli_runner().invoke(args=list(words))

    return invoke


def test_an_empty_database_becomes_a_bureau_with_a_past(run, app):
    before = clock.now()
    seeded = run("seed-demo")
    assert seeded.exit_code == 0, seeded.output
    assert timedelta() <= clock.now() - before < timedelta(minutes=5), "the clock is back"

    firms = db.session.scalars(IN_ZONE).all()
    assert len(firms) == 60
    assert all(credit_code.problem(firm.credit_code) is None for firm in firms if firm.credit_code)
    served = db.session.execute(
        select(Assignment.commissioner_id, func.count())
        .where(Assignment.ended_on.is_(None))
        .group_by(Assignment.commissioner_id)
    ).all()
    assert len(served) == COMMISSIONERS and all(count >= 7 for _, count in served)
    assert db.session.scalar(select(func.count()).where(Assignment.end_reason == "handed_over")) >= 3
    today = clock.today()
    days = db.session.scalars(select(Followup.due_on).where(Followup.state == "open")).all()
    assert sum(d < today for d in days) >= COMMISSIONERS
    assert sum(d == today for d in days) >= COMMISSIONERS
    assert sum(today < d <= today + timedelta(days=10) for d in days) >= COMMISSIONERS
    visited = db.session.scalars(select(Visit.visited_on)).all()
    assert min(visited) < today - timedelta(days=120) and max(visited) < today
    along = db.session.scalars(select(VisitPerson)).all()
    assert {each.part for each in along} == {"leader", "companion"} and all(each.user_id for each in along)
    assert len({each.user_id for each in along}) > COMMISSIONERS, "all commissioners and the leader joined visits"
    assert list(checks_data.derived_columns(app.extensions["commissioner"])) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_accounts_are_told_and_one_of_them_signs_in(run, page):
    run("seed-demo")
    told = run("demo-accounts").output
    name, sign_in, password = (told.splitlines()[1].split()[n] for n in (0, 2, 3))

    page.open("accounts.sign_in")
    page.submit(name=sign_in, password=password)
    assert name in page.follow().text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_second_time_changes_nothing(run):
    run("seed-demo")
    assert run("seed-demo").exit_code == 0
    assert len(db.session.scalars(IN_ZONE).all()) == 60


def test_real_rows_are_never_mixed_with_invented_ones(run, make, cast):
    refused = run("seed-demo")

    assert refused.exit_code == 1 and "真实数据" in refused.output
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0
    assert run("demo-accounts").exit_code == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_production_takes_no_demonstration(run, app):
    run("seed-demo")
    production = replace(app.extensions["commissioner"], env="production", allow_http=True)
    with pytest.raises(BadSettings, match="demonstration"):
        create_app(production)


def test_production_cannot_be_seeded(app, run):
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], env="production")

    assert run("seed-demo").exit_code == 1
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_interview_is_a_past_day(run, language):
    """2017: three listed, twelve on NEEQ, 285 on the equity exchange, 17 and 38 on the lists of key firms."""
    run("seed-demo", "--language", language)
    told = json.loads(run("figures", "--on", "2017-02-28", "--json").output)
    assert told == {
        "on": "2017-02-28",
        "listed": {"total": 3, "by_board": {"主板": 2, "创业板": 1}},
        "neeq": {"total": 12},
        "equity_exchange": {"total": 285},
        "lists": {"NEEQ_KEY": {"total": 38}, "IPO_KEY": {"total": 17}},
    }
    both = select(ListMember.enterprise_id).group_by(ListMember.enterprise_id).having(func.count() > 1)
    assert db.session.scalars(both).all(), "the lists overlap"
    year = figures.flow("neeq", date(2016, 12, 31), date(2017, 12, 31))
    assert 6 <= year.new <= 8
    manager = db.session.scalars(select(User).where(User.mobile == "13800000003")).one()
    then = date(2017, 2, 28)
    (row,) = target_progress.shown(manager, target_progress.in_force(2017, then), 2017, then)
    assert (row.progress.low, row.progress.high, row.progress.done, row.progress.percent) == (6, 8, 2, 16)
    names = db.session.scalars(select(Enterprise.name)).all()
    assert len(names) == len(set(names))
    assert [mending.wrong(), rungs.wrong()] == [[], []]
