"""Another act is in the way: whoever waits too long gets his words back with a friendly word, never an error."""

from contextlib import closing, contextmanager
from threading import Thread

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from crm.core import db as database_module
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.refusals import is_busy
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.ops.builders import PASSWORD
from crm.visits.models import Visit
from tests.house.forms import forms_of_all_pages
from tests.house.holding import everything_held, plain, raw_connection
from tests.house.test_forms import kept
from tests.imports.conftest import SAMPLE
from tests.rights.sample import Sample

ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
TEXT = '谈了用电增容\n"引号" & <b>标签</b>'


@pytest.fixture(autouse=True)
def patience(app, monkeypatch):
    """Nobody waits ten seconds in a test."""
    monkeypatch.setattr(database_module, "PATIENCE", 0.1)
    db.session.remove()
    db.engine.dispose()


def visits():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Visit))


def test_a_visit_typed_while_the_database_is_held_is_saved_by_pressing_again(page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    with everything_held():
        page.submit(text=TEXT, followup_on="none", expect=503)
        page.submit(expect=503)

    assert "系统正忙" in page.text and "需要修改" not in page.text and TEXT in page.all("textarea", name="text")[0].text
    assert visits() == 0
    page.submit()
    assert visits() == 1
    page.follow()
    assert "谈了用电增容" in page.text


def test_a_page_that_knows_nothing_of_it_carries_the_words_along(page, cast):
    page.as_(cast.admin).open("ops.settings")
    with everything_held():
        page.submit(bureau_name="经济发展局（新）", expect=503)
        page.submit(form="again", expect=503)

    assert page.response.headers["Retry-After"] == "10" and "系统正忙" in page.text
    page.submit(form="again")
    db.session.rollback()
    assert bureau("bureau_name") == "经济发展局（新）"


def test_signing_in_keeps_the_name_and_never_shows_the_password(page, cast):
    page.open("accounts.sign_in")
    with everything_held():
        page.submit(name=cast.lin.mobile, password=PASSWORD, expect=503)

    assert PASSWORD not in page.response.text
    assert page.all("input", name="name")[0].get("value") == cast.lin.mobile
    page.submit(password=PASSWORD)


def test_reading_goes_on_while_somebody_writes(page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin)
    with everything_held():
        page.open("desk.home")
        page.open("desk.enterprise", enterprise_id=firm.id)


@pytest.mark.slow
@pytest.mark.parametrize(("database", "who"), [("sqlite", "admin"), ("postgresql", "clerk")], indirect=["database"])
def test_no_form_loses_a_word_to_a_database_that_is_held(page, make, cast, who):
    sample = Sample(make, cast)
    me = getattr(sample.cast, who)
    forms = list(forms_of_all_pages(page.as_(me), sample, me))
    page.as_(me)
    busy = 0

    with everything_held():
        for form in forms:
            answer = page.client.post(form.action, data={**form.filled(), **token(page)})
            assert answer.status_code < 500 or answer.status_code == 503, f"{form.endpoint}: {form.action}"
            if answer.status_code == 503:
                busy += 1
                assert kept(answer.text) >= set(form.texts), f"{form.endpoint}: {form.action} lost {form.texts}"
            answer.close()
    assert busy >= 10


def token(page):
    """A token of the session of now."""
    shown = page.open("accounts.suggest").all("input", name="csrf_token")
    return {"csrf_token": shown[0].get("value")}


def test_a_command_says_so_and_writes_nothing(app, cast):
    with everything_held():
        result = app.test_cli_runner(env={"LC_ALL": "zh_CN.UTF-8"}).invoke(
            args=["import", "enterprises", str(SAMPLE), "--apply"]
        )

    assert (result.exit_code, result.stderr.strip()) == (75, "数据库正忙：没有写入任何内容，稍后再试")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_only_what_may_succeed_later_counts_as_busy(app, cast):
    with pytest.raises(OperationalError) as held, everything_held(), writing():
        db.session.execute(text("UPDATE unit SET sort = 1"))
    with pytest.raises(IntegrityError) as twice, writing():
        db.session.execute(text("UPDATE \"user\" SET mobile = '1'"))
    with pytest.raises(DBAPIError) as nonsense:
        db.session.execute(text("SELECT * FROM no_such_table"))
    db.session.rollback()

    assert [is_busy(found.value) for found in (held, twice, nonsense)] == [True, False, False]


def test_an_error_of_another_kind_stays_an_error(app, page, cast):
    def broken():
        db.session.execute(text("SELECT * FROM no_such_table"))

    app.view_functions["desk.todo"], whole = broken, app.view_functions["desk.todo"]
    broken.rights = "everyone"
    page.as_(cast.lin).open("desk.todo", expect=500)
    app.view_functions["desk.todo"] = whole


@ON_POSTGRESQL
def test_waiting_ends_after_ten_seconds_and_only_where_something_is_written(app, monkeypatch):
    monkeypatch.undo()
    asked = text("SHOW lock_timeout")
    outside = db.session.scalar(asked)
    with writing():
        assert db.session.scalar(asked) == "10s"
    assert db.session.scalar(asked) == outside != "10s"


@ON_POSTGRESQL
def test_of_two_acts_that_block_each_other_one_is_told_and_loses_nothing(page, make, cast, monkeypatch):
    """The other program holds the new commissioner and wants the firm; the act of the page has it the other way."""
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    monkeypatch.setattr(database_module, "PATIENCE", 20)
    page.as_(cast.manager).open("handover.hand_over", enterprise_id=firm.id)
    with closing(raw_connection()) as other, closing(raw_connection()) as watching:
        watching.autocommit = True
        other.execute("SET deadlock_timeout = '1h'")  # so that it is the page's act that is given up
        other.execute('SELECT 1 FROM "user" WHERE id = %s FOR UPDATE', [cast.zhou.id])
        crossing = Thread(target=want_when_somebody_waits, args=(watching, other, firm.id))
        crossing.start()
        page.submit(to=str(cast.zhou.id), note=TEXT, expect=503)
        crossing.join()
        other.rollback()

    assert TEXT in page.all("textarea", name="note")[0].text
    page.submit()
    db.session.rollback()
    assert commissioner_of(firm.id).commissioner_id == cast.zhou.id


def wait_for_a_lock(watching):
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not watching.execute(waits).fetchone()[0]:
        pass


def want_when_somebody_waits(watching, other, firm_id):
    wait_for_a_lock(watching)
    other.execute("SELECT 1 FROM enterprise WHERE id = %s FOR UPDATE", [firm_id])


@ON_POSTGRESQL
def test_who_waited_for_a_firm_learns_what_became_of_it_meanwhile(page, make, cast):
    """Its contact is removed by whoever held it: he is not recorded as the one whom one met."""
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    with closing(raw_connection()) as other, closing(raw_connection()) as watching:
        watching.autocommit = True
        other.execute("SELECT 1 FROM enterprise WHERE id = %s FOR UPDATE", [firm.id])
        holding = Thread(target=remove_when_somebody_waits, args=(watching, other, firm.id))
        holding.start()
        page.submit(text=TEXT, followup_on="none", expect=422)
        holding.join()
    assert TEXT in page.all("textarea", name="text")[0].text and "王经理" not in page.text
    assert visits() == 0


def remove_when_somebody_waits(watching, other, firm_id):
    wait_for_a_lock(watching)
    other.execute("UPDATE contact SET removed_on = now() WHERE enterprise_id = %s", [firm_id])
    other.commit()


@ON_POSTGRESQL
def test_a_server_that_goes_away_in_the_middle_costs_no_word(page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    with server_away():
        page.submit(text=TEXT, followup_on="none", expect=503)
        page.submit(form="again", expect=503)

    page.submit(form="again")
    assert visits() == 1


@contextmanager
def server_away():
    """The test's database lets nobody in, and whoever was in is thrown out."""
    name, address = db.engine.url.database, db.engine.url.set(database="postgres")
    throw_out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(plain(address), autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(throw_out, [name])
        yield
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


@ON_POSTGRESQL
def test_a_write_that_could_not_be_put_in_order_counts_as_busy(app, cast):
    strict = db.engine.connect().execution_options(isolation_level="SERIALIZABLE")
    with pytest.raises(DBAPIError) as unordered, closing(raw_connection()) as other, strict as mine:
        mine.execute(text("SELECT count(*) FROM unit"))
        other.execute("UPDATE unit SET sort = 7")
        other.commit()
        mine.execute(text("UPDATE unit SET sort = 8"))

    assert unordered.value.orig.sqlstate == "40001" and is_busy(unordered.value)


@ON_POSTGRESQL
def test_a_page_reads_without_a_transaction_and_an_act_has_one(app):
    def begun():
        return [db.session.scalar(text("SELECT now()")) for _ in range(2)]

    first, second = begun()
    assert first < second, "each statement sees what is committed when it begins, and two ways to the server are spared"
    with writing():
        first, second = begun()
        assert first == second
    first, second = begun()
    assert first < second
