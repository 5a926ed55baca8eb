"""A backup can be restored; a damaged one is refused; a failed one leaves the older ones alone."""

import os
import stat
import subprocess
import sys
import tarfile
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.ops import backup, restore
from crm.ops.restore import BackupFailed
from tests.services import postgres


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(app, tmp_path, request):
    """An empty place of the same kind, as `restore --to` takes it."""
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        return str(tmp_path / "restored")
    name = f"restored_{os.getpid()}"
    request.addfinalizer(lambda: postgres.drop_database(name))
    return postgres.create_database(name)


def count(url, table):
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
    engine.dispose()
    return found


def test_what_was_there_is_there_again(app, make, cast, elsewhere, tmp_path):
    for _ in range(3):
        make.enterprise(commissioner=cast.lin, contact="王总")
    made = backup.back_up()

    url = restore.restore(made.path, to=elsewhere, files=tmp_path / "files")

    for table in ("enterprise", "assignment", "contact", "entry"):
        assert count(url, table) == db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar() > 0


def test_nothing_is_overwritten_unless_forced(app, make, elsewhere, tmp_path):
    made = backup.back_up()
    restore.restore(made.path, to=elsewhere, files=tmp_path)
    make.enterprise()
    newer = backup.back_up()

    with pytest.raises(BackupFailed):
        restore.restore(newer.path, to=elsewhere, files=tmp_path)
    url = restore.restore(newer.path, to=elsewhere, files=tmp_path, force=True)

    assert count(url, "enterprise") == 1


def test_a_place_of_the_wrong_kind_is_refused_in_words(app, make, tmp_path, monkeypatch):
    """A backup knows what it was made of; nothing is made where it does not fit."""
    monkeypatch.chdir(tmp_path)
    made = backup.back_up()
    is_sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    wrong = "postgresql://u:geheim@127.0.0.1:1/none" if is_sqlite else str(tmp_path / "folder")
    before = sorted(tmp_path.iterdir())

    for place in (wrong, "postgresql://u:geheim@127.0.0.1:1/none"):
        done = app.test_cli_runner(catch_exceptions=False).invoke(args=["restore", str(made.path), "--to", place])
        assert done.exit_code == 1 and "geheim" not in done.output, done.output
    assert sorted(tmp_path.iterdir()) == before


def test_the_command_says_what_to_set_next(app, make, elsewhere, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = app.test_cli_runner(catch_exceptions=False).invoke(args=["backup", "--to", "usb"])
    copy = made.output.strip()
    assert copy.startswith(str(tmp_path / "usb")), "a path that is good from everywhere"

    to = "restored" if elsewhere.startswith("/") else elsewhere
    done = app.test_cli_runner(catch_exceptions=False).invoke(args=["restore", copy, "--to", to, "--files", "files"])

    wanted = f"CRM_DATA_DIR 设为 {elsewhere}" if elsewhere.startswith("/") else f"CRM_DATABASE_URL 设为 {elsewhere}"
    assert done.exit_code == 0 and wanted in done.output, done.output


def test_a_folder_that_cannot_be_written_is_told(app, tmp_path):
    (tmp_path / "usb").write_text("a file")

    done = app.test_cli_runner(catch_exceptions=False).invoke(args=["backup", "--to", str(tmp_path / "usb" / "x")])

    assert done.exit_code == 1 and "备份失败" in done.output


def test_only_its_owner_reads_a_backup(app):
    assert stat.S_IMODE(backup.back_up().path.stat().st_mode) == 0o600


def test_a_flipped_byte_is_found(app, make):
    make.enterprise()
    made = backup.back_up()
    content = bytearray(made.path.read_bytes())
    content[len(content) // 3] ^= 0xFF
    made.path.write_bytes(content)

    with pytest.raises(BackupFailed):
        backup.verify(made.path)


def test_stored_files_travel_with_the_rows_that_mention_them(app, make, cast, elsewhere, tmp_path):
    from crm.files.models import StoredFile

    stored = tmp_path / "files" / "ab" / "abcd"
    stored.parent.mkdir(parents=True)
    stored.write_bytes("一份台账".encode())
    with writing() as session:
        session.add(StoredFile(name="台账.xlsx", media_type="x", size=12, sha256="0", stored_as="abcd"))
    made = backup.back_up()

    restore.restore(made.path, to=elsewhere, files=tmp_path / "there")

    found = [*(tmp_path / "restored").rglob("abcd"), *(tmp_path / "there").rglob("abcd")]
    assert [f.read_bytes().decode() for f in found] == ["一份台账"]


def test_fourteen_are_kept_unless_the_bureau_says_otherwise(app, now):
    folder = backup.folder()
    folder.mkdir(parents=True)
    for day in range(1, 21):
        (folder / f"commissioner-202610{day:02d}T183000000000.tar").touch()

    backup.nightly()

    kept = [copy.path.name for copy in backup.copies()]
    assert len(kept) == 14 and kept[-1] == "commissioner-20261008T183000000000.tar"


def test_only_the_newest_are_kept(app, make):
    from crm.core.bureau import set_bureau

    with writing():
        set_bureau("backup_keep", 2, by_id=None, by_name="test")
    for _ in range(3):
        backup.nightly()

    assert len(backup.copies()) == 2


def test_another_file_is_told_from_a_damaged_backup(app, tmp_path):
    letter = tmp_path / "通知.tar"
    letter.write_bytes(b"no archive at all")

    with pytest.raises(BackupFailed, match="no backup") as refused:
        backup.verify(letter)
    assert "gzip" not in str(refused.value)


def test_a_copy_that_somebody_renamed_is_left_alone(app, make):
    made = backup.back_up()
    renamed = made.path.rename(made.path.with_name("commissioner-年底.tar"))

    assert backup.copies() == []
    backup.nightly()
    assert renamed.exists() and len(backup.copies()) == 1


def test_a_crafted_archive_cannot_write_outside(app, make, elsewhere, tmp_path):
    made = backup.back_up()
    evil = tmp_path / "evil"
    evil.write_text("x")
    with tarfile.open(made.path, "a") as tar:
        tar.add(evil, "files/../../outside")

    restore.restore(made.path, to=elsewhere, files=tmp_path / "there")

    assert not list(tmp_path.parent.rglob("outside"))


def test_a_full_disk_fails_loudly_and_leaves_the_older_ones(app, make, database, tmp_path):
    """The child may write files of 4 kB only: what a full disk looks like to the program."""
    older = backup.back_up()
    script = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "sys.argv = ['flask', '--app', 'wsgi', 'backup']; runpy.run_module('flask', run_name='__main__')"
    )
    env = {
        **os.environ,
        "CRM_ENV": "test",
        "CRM_DATABASE_URL": database,
        "CRM_DATA_DIR": str(tmp_path),
        "CRM_SECRET_KEY": "x" * 40,
    }

    done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=60)

    assert done.returncode != 0, done.stdout
    assert [copy.path for copy in backup.copies()] == [older.path]
    assert not list((tmp_path / "backups").glob("*.part"))


def test_a_copy_is_named_by_the_bureaus_clock_and_kept_by_its_age(app, cast):
    """Older names are in UTC and say nothing of it: 20:00 there is four the next morning here."""
    first = backup.back_up()
    assert first.path.name == f"commissioner-{clock.local(first.made_at):%Y%m%dT%H%M%S%f}+0800.tar"
    for hours in (-30, -1, 1):
        moment = first.made_at + timedelta(hours=hours)
        (first.path.parent / f"commissioner-{moment:%Y%m%dT%H%M%S%f}.tar").write_bytes(b"old")

    def ages():
        return [round((copy.made_at - first.made_at) / timedelta(hours=1), 1) for copy in backup.copies()]

    assert ages() == [1, 0, -1, -30]
    with writing():
        set_bureau("backup_keep", 3, by_id=cast.admin.id, by_name=cast.admin.name)
    backup.nightly()
    assert ages() == [1, 0, 0], "the new one and the two that were made last"
