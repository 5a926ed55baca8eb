"""The first person: a command that can be typed wrong, and typed again."""

import pytest
from sqlalchemy import func, select

from crm.accounts import services
from crm.accounts.access_models import Invitation
from crm.accounts.models import Post, User
from crm.core.db import db
from crm.permissions import Role


@pytest.fixture
def create(app, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return lambda name, mobile: app.test_cli_runner().invoke(args=["create-admin", name, "--mobile", mobile])


def code_in(done):
    return done.output.strip().rsplit("/", 1)[1]


def test_a_lost_link_is_printed_anew_for_the_same_person(create):
    first, second = create("王敏", "13800000000"), create("王敏", "138 0000 0000")

    assert first.exit_code == second.exit_code == 0
    assert services.invitation(code_in(first)) is None
    assert services.invitation(code_in(second)).user.name == "王敏"
    assert db.session.scalar(select(func.count(Post.id)).where(Post.role == Role.ADMINISTRATOR)) == 1


def test_a_mistyped_number_is_refused_in_words(create):
    done = create("王敏", "1380000")

    assert done.exit_code == 1
    assert "手机号为 11 位数字" in done.output
    assert db.session.scalar(select(User.id)) is None


def test_somebody_elses_number_is_refused_in_words(create, cast):
    done = create("王敏", cast.lin.mobile)

    assert done.exit_code == 1
    assert cast.lin.name in done.output and "%(" not in done.output
    assert db.session.scalar(select(Invitation.id)) is None
