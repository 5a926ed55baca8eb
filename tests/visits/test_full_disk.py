"""F22: the disk is full while a visit or its photo is saved. Clear words, nothing lost, nothing half written."""

import re
import resource
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlencode

import pytest
from sqlalchemy import event, func, select, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import stream_encode_multipart

from crm.core.bureau import bureau
from crm.core.db import db
from crm.files import store
from crm.files.models import StoredFile
from crm.followups.models import Followup
from crm.timeline import Entry
from crm.visits.models import Visit
from tests.services.processes import descendants
from tests.visits.test_files import picture

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
LONG = "谈了用电增容" * 500
"""More than fits into the room that pages in use have left."""


def counted(*tables) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(table)) for table in tables]


@contextmanager
def no_room():
    """SQLite may take no further page of the file; on PostgreSQL a trigger says what a full disk makes it say."""
    if db.engine.dialect.name == "sqlite":
        with at_each_begin("PRAGMA max_page_count=1"):
            yield
        with at_each_begin("PRAGMA max_page_count=4294967294"):
            db.session.execute(text("SELECT 1"))
        return
    tables = ("visit", "setting")
    body = "BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END"
    full = f"CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"
    full_at = "CREATE TRIGGER disk_full BEFORE INSERT OR UPDATE ON {} EXECUTE FUNCTION disk_full()"
    with db.engine.begin() as connection:
        for statement in (full, *(full_at.format(table) for table in tables)):
            connection.execute(text(statement))
    yield
    with db.engine.begin() as connection:
        connection.execute(text("DROP FUNCTION disk_full CASCADE"))


@contextmanager
def at_each_begin(pragma: str):
    def say(connection):
        connection.exec_driver_sql(pragma)

    db.session.rollback()
    event.listen(db.engine, "begin", say)
    yield
    db.session.rollback()
    event.remove(db.engine, "begin", say)


def test_a_visit_typed_while_the_disk_is_full_is_saved_by_pressing_again(page, make, cast):
    firm = make.enterprise(commissioner=cast.lin, contact="王经理")
    page.as_(cast.lin).open("desk.new_visit", enterprise=firm.id)
    before = counted(Entry)
    with no_room():
        page.submit(text=LONG, followup_on="2026-12-07", expect=507)
        assert "服务器磁盘已满或不可写" in page.text and "通知管理员" in page.text and "需要修改" not in page.text
        assert LONG in page.all("textarea", name="text")[0].text
        assert counted(Visit, Followup) == [0, 0] and counted(Entry) == before
        page.open("desk.home")

        page.open("desk.new_visit", enterprise=firm.id)
        page.submit(text=LONG, followup_on="2026-12-07", expect=507)
    page.submit()
    assert counted(Visit, Followup) == [1, 1]


def test_a_page_that_knows_nothing_of_it_carries_the_words_along(page, cast):
    page.as_(cast.admin).open("ops.settings")
    with read_only() if db.engine.dialect.name == "sqlite" else no_room():
        page.submit(bureau_name="经济发展局（新）", expect=507)
        assert "已填写的内容都在" in page.text and "Retry-After" not in page.response.headers
        page.submit(form="again", expect=507)
    page.submit(form="again")
    db.session.rollback()
    assert bureau("bureau_name") == "经济发展局（新）"


@contextmanager
def read_only():
    """As for a file that belongs to somebody else."""
    with at_each_begin("PRAGMA query_only=1"):
        yield
    with at_each_begin("PRAGMA query_only=0"):
        db.session.execute(text("SELECT 1"))


@contextmanager
def nothing_can_be_written(web):
    """No file of these processes may grow: the system says so at each write, whoever they run as."""
    family = [web.command.pid, *descendants(web.command.pid)]
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY)) for pid in family}
    yield
    for pid, limit in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)


@ON_SQLITE
@pytest.mark.slow
def test_visit_and_photo_wait_for_room_and_reading_goes_on(web, phone_at, make, cast):
    phone = phone_at(make.enterprise(commissioner=cast.lin))
    phone.save("有地方的时候")
    here = f"/visits/{phone.acknowledged['有地方的时候']}"
    form = urlencode(phone.form(LONG))
    with nothing_can_be_written(web):
        refused = phone.insist("POST", phone.path, form)
        assert (refused.status, LONG in refused.text) == (507, True)
        assert "服务器磁盘已满或不可写" in refused.text
        photo = send_photo(phone, here)
        assert photo.status in (422, 507) and "文件没有存下；走访记录已经保存" in photo.text
        for path in ("/", "/visits", "/enterprises", here):
            phone.open(path)
    assert counted(Visit, StoredFile) == [1, 0]
    assert [path for path in store.folder().rglob("*") if path.is_file()] == []

    assert phone.insist("POST", phone.path, form).status == 303
    assert send_photo(phone, here).status == 303
    assert counted(Visit, Followup, StoredFile) == [2, 2, 1]
    assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"


def send_photo(phone, here):
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', phone.open(here)).group(1)
    parts = {"csrf_token": token, "files": FileStorage(BytesIO(picture()), "厂房.jpg")}
    stream, _, boundary = stream_encode_multipart(parts)
    return phone.ask("POST", f"{here}/files", stream.read(), f"multipart/form-data; boundary={boundary}")
