"""The demonstration shows the promise: a button moves the clock to the next working morning, and the mail is there."""

from contextvars import Context
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from crm import create_app
from crm.core import bureau_clock, clock
from crm.core.db import db
from crm.core.models import Setting
from crm.core.settings import BadSettings, Settings
from crm.enterprises.models import Enterprise, Standing
from crm.ops import demo_clock
from crm.outbox.demo import DEMO_URL
from crm.outbox.models import DemoMail
from crm.reminders.kind import KINDS
from tests.reminders.morning import promise


@pytest.fixture
def demo(app, now):
    """The same database as a demonstration; the hands of the test's clock follow the offset that the button sets."""
    app.extensions["commissioner"] = replace(app.extensions["commissioner"], smtp_url=DEMO_URL, env="demo")
    ahead, engine = now.ahead, db.engine
    clock.configure("Asia/Shanghai", lambda: Context().run(_offset, engine) or ahead)
    return app


def _offset(engine):
    with engine.connect() as connection:
        row = connection.execute(select(Setting.value).where(Setting.key == bureau_clock.KEY)).first()
    return timedelta(seconds=float(row[0])) if row else None


def test_the_button_moves_the_clock_and_the_mail_is_there(demo, page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, short_name="和达生物")
    promise(firm, cast.lin, "2026-11-24")
    page.as_(cast.lin).open("demo.mailbox")
    assert "还没有邮件" in page.text
    page.submit()

    assert clock.today() == date(2026, 11, 24) and clock.local(clock.now()).hour == 8
    assert "收到 1 封邮件" in page.follow().text
    mail = db.session.scalars(select(DemoMail)).one()
    page.open("demo.mail", mail_id=mail.id)
    link = next(a.get("href") for a in page.all("a") if "/followups/" in (a.get("href") or ""))
    assert "auto-generated" in page.text
    assert "和达生物" in page.client.get(f"/demo/mailbox/{mail.id}/html").text
    page.open(link.removeprefix("http://127.0.0.1:8000"))
    page.submit(form="done") if page.all("form", id="done") else page.submit()

    page.open("demo.mailbox").submit()
    assert clock.today() == date(2026, 11, 25)
    assert "收到 0 封邮件" in page.follow().text


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T08:00:00+08:00", "2026-11-23T08:30:00+08:00"),
        ("2026-11-23T08:30:00+08:00", "2026-11-24T08:30:00+08:00"),
        ("2026-11-27T12:00:00+08:00", "2026-11-30T08:30:00+08:00"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_next_working_morning(app, now, moment, expected):
    now.set(moment)
    assert clock.local(demo_clock.next_morning(clock.now())).isoformat(timespec="minutes") == expected[:16] + "+08:00"


def test_production_has_neither_mailbox_nor_demonstration_mail(app, cast):
    settings = Settings.from_env({"CRM_ENV": "demo"})
    assert settings.smtp_url == DEMO_URL
    production = replace(app.extensions["commissioner"], env="production", allow_http=True, smtp_url="")
    assert not [r for r in create_app(production).url_map.iter_rules() if r.rule.startswith("/demo")]
    with pytest.raises(BadSettings):
        replace(production, smtp_url=DEMO_URL).check()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_demonstration_speaks_english_and_is_wiped_by_one_command(app, make):
    db.session.remove()
    run = app.test_cli_runner().invoke
    assert run(args=["seed-demo", "--language", "en"]).exit_code == 0
    known = db.session.execute(select(Enterprise.name, Enterprise.standing)).all()
    assert len([name for name, standing in known if standing == Standing.ACTIVE]) == 60
    assert all(name.isascii() for name, _standing in known)
    db.session.remove()

    wiped = run(args=["wipe-demo", "--yes"])
    assert wiped.exit_code == 0, wiped.output
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0
    assert run(args=["wipe-demo", "--yes"]).exit_code == 1, "nothing that is no demonstration is ever deleted"
    assert set(KINDS) >= {"followup_due"}
