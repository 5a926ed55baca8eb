"""What the machine decides is read once, checked, and refused in words of both languages."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from crm.core.settings import ROOT, BadSettings, Settings

pytestmark = pytest.mark.rules

SECRET = "zgV7x1QpL9mT3kYbW5nR8cJ2hD6fS4aE"
PRODUCTION = {"CRM_SECRET_KEY": SECRET, "CRM_PUBLIC_URL": "https://qiye.example.cn", "CRM_DATA_DIR": "/srv/data"}


def refused(**more: str) -> str:
    with pytest.raises(BadSettings) as bad:
        Settings.from_env({**PRODUCTION, **more})
    return str(bad.value)


def test_production_is_what_one_gets_without_saying():
    settings = Settings.from_env({**PRODUCTION, "PATH": "/bin", "CRMX": "not ours"})

    assert (settings.env, settings.is_https, settings.debug) == ("production", True, False)
    assert settings.database_url == "sqlite:////srv/data/commissioner.db"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRM_DATABSE_URL", "sqlite:////x.db"),
        ("CRM_NONSENSE_FILE", __file__),
        ("CRM_ENV", "staging"),
        ("CRM_DATABASE_URL", "mysql://localhost/crm"),
        ("CRM_PUBLIC_URL", "qiye.example.cn"),
        ("CRM_TIMEZONE", "Mars/Olympus"),
        ("CRM_LOCALE", "fr"),
        ("CRM_PROFILE", "lax"),
        ("CRM_UNCERTAIN", "perhaps"),
        ("CRM_LOG_LEVEL", "LOUD"),
        ("CRM_LOG_FORMAT", "xml"),
        ("CRM_UPLOAD_MB", "many"),
        ("CRM_UPLOAD_MB", "0"),
        ("CRM_PROXY_HOPS", "-1"),
        ("CRM_MAIL_PER_MINUTE", "-1"),
        ("CRM_DIGEST_AT", "half past eight"),
        ("CRM_ALLOW_HTTP", "maybe"),
        ("CRM_SECRET_KEY_FILE", "/nonexistent/secret"),
        ("CRM_CLOCK", "2026-01-01T00:00:00+08:00"),
    ],
)
def test_a_name_or_value_nobody_can_mean_is_refused_and_named(name, value):
    told = refused(**{name: value})

    assert name.removesuffix("_FILE") in told
    assert "设置有误" in told and "bad settings" in told


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("debug", {"CRM_DEBUG": "1"}),
        ("no secret", {"CRM_SECRET_KEY": ""}),
        ("a known secret", {"CRM_SECRET_KEY": "changethis"}),
        ("a long known secret", {"CRM_SECRET_KEY": "secret" * 8}),
        ("plain http nobody allowed", {"CRM_PUBLIC_URL": "http://10.0.0.5:8000"}),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_production_refuses(why, more):
    name = next(iter(more))
    assert name in refused(**more), why

    assert Settings.from_env({**PRODUCTION, **more, "CRM_ENV": "demo"}).env == "demo", "the demonstration does not mind"


def test_plain_http_is_allowed_on_purpose():
    plain = {"CRM_PUBLIC_URL": "http://10.0.0.5:8000", "CRM_ALLOW_HTTP": "1"}
    assert not Settings.from_env({**PRODUCTION, **plain}).is_https


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text(f"{SECRET}\n")
    given = {name: value for name, value in PRODUCTION.items() if name != "CRM_SECRET_KEY"}

    assert Settings.from_env({**given, "CRM_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == SECRET


def test_a_relative_place_means_the_folder_one_stands_in():
    settings = Settings.from_env({**PRODUCTION, "CRM_DATA_DIR": "data", "CRM_DATABASE_URL": "sqlite:///my.db"})

    assert settings.data_dir == Path("data").resolve()
    assert settings.sqlite_path == Path("my.db").resolve()


def test_what_is_in_force_is_shown_without_secrets():
    addresses = {"CRM_SMTP_URL": "smtps://a:geheim@x.cn:465", "CRM_DATABASE_URL": "postgresql://u:geheim@h/crm"}
    shown = Settings.from_env({**PRODUCTION, **addresses, "CRM_TRUSTED_HOSTS": "a.cn, b.cn"}).shown()

    assert not [value for value in shown.values() if "geheim" in value or SECRET in value]
    assert shown["CRM_DATABASE_URL"] == "postgresql://u:******@h/crm"
    assert (shown["CRM_TRUSTED_HOSTS"], shown["CRM_DIGEST_AT"], shown["CRM_ALLOW_HTTP"]) == ("a.cn,b.cn", "08:30", "0")


def test_the_first_command_makes_a_secret_only_its_owner_reads(tmp_path):
    given = {**PRODUCTION, "CRM_SECRET_KEY": "", "CRM_DATA_DIR": str(tmp_path)}

    made = Settings.from_env(given, is_first=True).secret_key

    kept = tmp_path / "secret"
    assert kept.read_text() == made and len(made) >= 48
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Settings.from_env(given).secret_key == Settings.from_env(given, is_first=True).secret_key == made


def test_a_process_with_bad_settings_says_so_and_ends(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    env = {**kept, **PRODUCTION, "CRM_DATA_DIR": str(tmp_path), "CRM_PUBLC_URL": "https://x.cn"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "doctor"]

    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "CRM_PUBLC_URL" in done.stderr
