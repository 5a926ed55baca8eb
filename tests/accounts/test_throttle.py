"""Guessing is slowed per account, never for anybody else, and never for good."""

from datetime import timedelta
from statistics import median
from threading import Barrier, Thread
from time import process_time

import pytest
from sqlalchemy import select, update

from crm.accounts import throttle
from crm.accounts.access_models import SignInFailure
from crm.core.db import db, writing
from crm.ops import doctor
from crm.ops.builders import PASSWORD
from crm.timeline import Entry


def fail(page, name, times=1):
    for _ in range(times):
        page.open("accounts.sign_in")
        page.submit(name=name, password="not this one", expect=422)
    return page


def pass_time(**by):
    """Let time pass for what was written: every failure so far lies further back."""
    with writing():
        for row in db.session.scalars(select(SignInFailure)):
            row.at -= timedelta(**by)


def refused(page):
    return "Too many" in page.text or "尝试次数过多" in page.text


def test_after_ten_failures_even_the_right_password_waits_and_works_after_the_delay(page, cast):
    fail(page, cast.lin.mobile, 10)
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD, expect=422)
    assert refused(page)

    pass_time(seconds=31)
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nine_failures_cost_nothing_and_success_forgets_them(page, cast):
    for _ in range(2):
        fail(page, cast.lin.mobile, 9)
        page.client.delete_cookie("crm-device")
        page.open("accounts.sign_in")
        page.submit(name=cast.lin.mobile, password=PASSWORD)
        page.client = page.app.test_client()

    assert db.session.scalars(select(SignInFailure)).all() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_further_failure_doubles_the_delay_up_to_a_quarter_of_an_hour(app, cast):
    delays = []
    for _ in range(10 + 2 * 3):
        with writing():
            attempt = throttle.begin(cast.lin)
            if attempt.wait:
                delays.append(round(attempt.wait.total_seconds()))
        if attempt.wait:
            pass_time(seconds=attempt.wait.total_seconds())

    assert delays[:3] == [30, 60, 120]
    assert throttle.FIRST_DELAY * 2**6 > throttle.WINDOW  # so the sixth doubling meets the upper bound


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_all_names_of_an_account_share_one_count(page, cast):
    fail(page, cast.lin.mobile, 5)
    fail(page, cast.lin.email, 5)
    fail(page, cast.lin.mobile)

    assert refused(page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_guessing_one_account_never_slows_another_from_the_same_address(page, cast):
    fail(page, cast.lin.mobile, 12)
    page.open("accounts.sign_in")
    page.submit(name=cast.zhou.mobile, password=PASSWORD)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_unknown_names_are_slowed_alike_so_that_slowing_tells_nothing(page, cast):
    fail(page, "13999999999", 11)
    unknown = page.text
    fail(page, cast.lin.mobile, 11)

    assert refused(page)
    assert unknown.replace("13999999999", "") == page.text.replace(cast.lin.mobile, "")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_outsider_cannot_lock_an_official_out_of_his_own_machine(page, cast):
    own = page.client
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD)
    page.open("accounts.me")
    page.submit(form="sign-out")

    page.client = page.app.test_client()
    fail(page, cast.lin.mobile, 12)
    assert refused(page)

    page.client = own
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_forged_device_cookie_buys_no_further_guesses(page, cast):
    fail(page, cast.lin.mobile, 10)
    page.client.set_cookie("crm-device", "eyJuIjoieCIsInUiOlsxXX0.forged")
    fail(page, cast.lin.mobile)

    assert refused(page)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_forged_client_address_does_not_change_the_count_nor_the_record(page, cast):
    for number in range(11):
        page.open("accounts.sign_in")
        token = page.all("input", name="csrf_token")[0].get("value")
        page.client.post(
            "/sign-in",
            data={"csrf_token": token, "name": cast.lin.mobile, "password": "no"},
            headers={"X-Forwarded-For": f"10.9.8.{number}", "X-Real-IP": "1.2.3.4"},
        )
    db.session.rollback()

    assert fail(page, cast.lin.mobile) and refused(page)
    addresses = set(db.session.scalars(select(Entry.address).where(Entry.kind == "session.refused")))
    assert addresses == {"127.0.0.1"}


def test_parallel_guesses_cannot_pass_the_count(app, cast):
    """Fourteen attempts at the same moment: the password is looked at ten times at most."""
    looked, start = [], Barrier(14)
    lin = cast.lin.id

    def guess():
        from crm.accounts.models import User

        with app.app_context():
            start.wait(20)
            with writing():
                attempt = throttle.begin(db.session.get(User, lin))
            looked.append(attempt.wait is None)
            db.session.remove()

    threads = [Thread(target=guess) for _ in range(14)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(looked), sum(looked)) == (14, 10)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_fifty_failures_within_a_day_are_told_to_the_administrator(app, cast):
    with writing():
        db.session.add_all([SignInFailure(name_hash=throttle._key(cast.lin, "", "")) for _ in range(49)])
        db.session.flush()
        db.session.execute(update(SignInFailure).values(at=throttle.clock.real_now() - timedelta(hours=2)))
        throttle.begin(cast.lin)

    assert throttle.guessed_accounts() == 1
    assert "CRM-W026" in {finding.code for finding in doctor.examine()}
    told = db.session.scalars(select(Entry).where(Entry.kind == "account.guessed")).one()
    assert told.subject_id == cast.lin.id


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_failures_older_than_a_day_are_dropped(app, cast):
    with writing():
        throttle.begin(cast.lin)
    pass_time(hours=25)
    with writing():
        assert throttle.forget_old() == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.slow
def test_a_known_and_an_unknown_account_are_refused_in_the_same_time(page, cast):
    """Medians of twenty-five tries each differ by less than 20 ms of this process's own time, whatever else runs."""
    spent = {cast.lin.mobile: [], "13999999999": []}
    for _ in range(25):
        for name, times in spent.items():
            page.open("accounts.sign_in")
            started = process_time()
            page.submit(name=name, password="not this one", expect=422)
            times.append(process_time() - started)
        with writing():
            db.session.execute(SignInFailure.__table__.delete())

    known, unknown = (median(times) for times in spent.values())
    assert abs(known - unknown) < 0.02
