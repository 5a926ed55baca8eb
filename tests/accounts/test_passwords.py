"""Which passwords are taken, how they are kept, how one changes one's own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask

from crm.accounts import ageing, passwords, services
from crm.accounts.models import User
from crm.accounts.password_models import PasswordSet
from crm.accounts.profile import MLPS
from crm.core.db import db, writing
from crm.core.settings import Settings
from crm.ops.builders import PASSWORD

STRONG = "Qiantang-chao 9"
LIN = User(name="林晓", mobile="13857191234", staff_no="JF0171", email="linxiao@example.cn")
GOOD = [
    "correct horse battery",
    "xia-sha-2026",
    "春江水暖鸭先知了",
    "wo jia zai qiantang bian",
    "A" * 20 + "bcd!xz",
    "kuaile de xiaoniao 7",
]
BAD = [
    "short 7",
    "12345678",
    "87654321",
    "11111111",
    "aaaaaaaaaaaa",
    "abababababab",
    "password",
    "Password1!",
    "P@ssw0rd",
    "p@ssw0rd2026",
    "qwertyuiop",
    "1qaz2wsx",
    "asdfghjkl",
    "abcdefgh",
    "a123456789",
    "woaini1314",
    "5201314520",
    "Admin@123",
    "13857191234",
    "JF0171JF0171",
    "linxiao2026",
    "林晓林晓林晓林晓",
    "linxiao!1",
    "xiasha2026",
    "hangzhou123",
    "jingfaju2026",
    "88888888",
    "Aa123456",
    "!QAZ2wsx",
]


def profiled(profile: str) -> Flask:
    app = Flask("test")
    app.extensions["commissioner"] = Settings(env="test", profile=profile)
    return app


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_taken(password):
    with profiled("standard").app_context():
        assert passwords.problem(password, LIN) is None


@pytest.mark.parametrize("password", BAD)
def test_a_weak_password_is_refused(password):
    with profiled("standard").app_context():
        assert passwords.problem(password, LIN) is not None


def test_long_passwords_are_taken_whole(app, cast):
    long = "春江 " * 45
    kept = User(name="x", password_hash=passwords.hashed(long[:128]), active=True)

    assert passwords.matches(kept, long[:128])
    assert not passwords.matches(kept, long[:127])
    assert not passwords.matches(kept, long[:128] + " ")


@pytest.mark.parametrize(
    ("password", "taken"),
    [("correct horse battery", False), ("Correct horse 7", True), ("correct-Horse-b", True), ("Ab1!x-kq", False)],
)
def test_the_mlps_profile_asks_for_length_and_three_kinds_of_signs(password, taken):
    with profiled("mlps").app_context():
        assert (passwords.problem(password, LIN) is None) is taken
    assert (MLPS.password_classes, MLPS.shortest_password) == (3, 10)


def test_passwords_are_kept_as_argon2id_of_the_recommended_strength():
    found = extract_parameters(passwords.hashed(PASSWORD))

    assert (found.type.name, found.time_cost, found.parallelism) == ("ID", 2, 1)
    assert found.memory_cost >= 19 * 1024


def test_an_older_weaker_hash_is_renewed_at_sign_in(page, cast):
    with writing():
        cast.lin.password_hash = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
        db.session.flush()
    page.open("accounts.sign_in")
    page.submit(name=cast.lin.mobile, password=PASSWORD)

    assert extract_parameters(db.session.get(User, cast.lin.id).password_hash).memory_cost == 19_456


def test_the_mlps_profile_lets_nobody_go_on_with_a_password_older_than_ninety_days(app, page, cast):
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], profile="mlps")
    page.as_(cast.lin).open("accounts.me")
    with writing():
        cast.lin.created_at -= timedelta(days=91)
        db.session.flush()
    page.open("accounts.me", expect=303)
    page.follow()
    page.submit(current_password=PASSWORD, password=STRONG, password_again=STRONG)
    page.open("accounts.me")


def test_the_mlps_profile_refuses_the_last_five_passwords(app, page, cast):
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], profile="mlps")
    used = [f"{STRONG} {number}" for number in range(6)]
    for password in used:
        with writing():
            services.change_password(cast.lin, password_hash=passwords.hashed(password), by=cast.lin)

    assert ageing.used_before(used[0], cast.lin) is None
    assert all(ageing.used_before(password, cast.lin) for password in used[1:])
    kept = [row.password_hash for row in db.session.query(PasswordSet).order_by(PasswordSet.id)]
    assert [each is not None for each in kept] == [False, True, True, True, True, True]


def test_the_standard_profile_keeps_no_old_hashes_and_forces_no_change(app, page, cast):
    with writing():
        services.change_password(cast.lin, password_hash=passwords.hashed(STRONG), by=cast.lin)
        cast.lin.created_at -= timedelta(days=900)
        db.session.flush()

    assert [row.password_hash for row in db.session.query(PasswordSet)] == [None]
    assert ageing.used_before(STRONG, cast.lin) is None
    page.as_(cast.lin).open("accounts.me")


def test_i_change_my_password_and_my_other_devices_are_signed_out(page, cast):
    other = page.as_(cast.lin).client
    page.as_(cast.lin).open("accounts.password")
    page.submit(current_password=PASSWORD, password="zou fang ji lu ben", password_again="zou fang ji lu ben")
    page.follow()

    assert other.get("/me").status_code == 303
    page.open("accounts.me")
    assert passwords.matches(db.session.get(User, cast.lin.id), "zou fang ji lu ben")


@pytest.mark.parametrize(
    "typed",
    [
        {"current_password": "wrong", "password": "zou fang ji lu ben", "password_again": "zou fang ji lu ben"},
        {"current_password": PASSWORD, "password": "zou fang ji lu ben", "password_again": "another one altogether"},
        {"current_password": PASSWORD, "password": "12345678", "password_again": "12345678"},
        {"current_password": "", "password": "zou fang ji lu ben", "password_again": "zou fang ji lu ben"},
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(page, cast, typed):
    page.as_(cast.lin).open("accounts.password")
    page.submit(**typed, expect=422)

    assert passwords.matches(db.session.get(User, cast.lin.id), PASSWORD)
