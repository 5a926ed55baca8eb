"""Machine settings: `CRM_*` environment variables, read once into a frozen object; unknown names are refused."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
KNOWN_SECRETS = {"", "secret", "changeme", "changethis", "dev", "development", "test"}


class BadSettings(SystemExit):
    """The settings are unusable; the message says which and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(f"设置有误 / bad settings: {message}")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the machine decides. Field `x` is `CRM_X`; secrets may come from the file named by `CRM_X_FILE`."""

    env: str = "production"
    data_dir: Path = ROOT / "instance"
    database_url: str = ""
    secret_key: str = ""
    secret_key_previous: str = ""
    public_url: str = "http://127.0.0.1:8000"
    allow_http: bool = False
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    timezone: str = "Asia/Shanghai"
    locale: str = "zh_Hans_CN"
    profile: str = "standard"
    smtp_url: str = ""
    smtp_ca_file: str = ""
    mail_from: str = ""
    mail_per_minute: int = 20
    digest_at: time = time(8, 30)
    uncertain: str = "resend_once"
    clock: datetime | None = None
    debug: bool = False
    log_level: str = "INFO"
    log_format: str = "text"
    upload_mb: int = 32

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"

    @property
    def sqlite_path(self) -> Path | None:
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @classmethod
    def from_env(cls, environ: Mapping[str, str], *, is_first: bool = False) -> Settings:
        """Read and check the environment; raises `BadSettings` naming the first thing to mend.

        `is_first`: the command that sets an installation up; it makes the secret that all others need.
        """
        given = _given(environ)
        known = {f.name: f for f in fields(cls)}
        if unknown := sorted(set(given) - set(known)):
            raise BadSettings(f"unknown name CRM_{unknown[0].upper()}")
        values = {name: _typed(name, str(known[name].type), text) for name, text in given.items()}
        if is_first and not values.get("secret_key"):
            make_secret(Path(str(values.get("data_dir", cls.data_dir))))
        settings = cls(**{**values, **_derived(values)})
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what would be unsafe: production with debug, a weak secret, or plain http nobody allowed."""
        if self.env not in ("production", "demo", "test"):
            raise BadSettings("CRM_ENV must be production, demo or test")
        if self.clock and self.env != "test":
            raise BadSettings("CRM_CLOCK is for tests only")
        if self.env != "production":
            return
        if self.debug:
            raise BadSettings("debug must be off in production")
        if self.secret_key in KNOWN_SECRETS or len(self.secret_key) < 32:
            raise BadSettings("CRM_SECRET_KEY is empty or too short: run `flask --app wsgi init-db`, it makes one")
        if not self.is_https and not self.allow_http:
            raise BadSettings("CRM_PUBLIC_URL is plain http: use https, or set CRM_ALLOW_HTTP=1 on an isolated network")


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    given = {}
    for name, text in environ.items():
        if not name.startswith("CRM_"):
            continue
        if name.endswith("_FILE") and name != "CRM_SMTP_CA_FILE":
            given[name[4:-5].lower()] = Path(text).read_text(encoding="utf-8").strip()
        else:
            given[name[4:].lower()] = text
    return given


def _typed(name: str, kind: str, text: str) -> Any:
    try:
        match kind:
            case "bool":
                return text.strip().lower() in ("1", "true", "yes", "on")
            case "int":
                return int(text)
            case "Path":
                return Path(text).resolve()
            case "time":
                return time.fromisoformat(text)
            case "datetime | None":
                return datetime.fromisoformat(text)
            case "tuple[str, ...]":
                return tuple(part.strip() for part in text.split(",") if part.strip())
        return text
    except ValueError:
        raise BadSettings(f"CRM_{name.upper()} cannot be read: {text}") from None


def _derived(values: dict[str, object]) -> dict[str, Any]:
    """What is left open: the SQLite file in the data directory and the secret that `init-db` keeps beside it."""
    data_dir = Path(str(values.get("data_dir", Settings.data_dir)))
    derived: dict[str, Any] = {}
    if not values.get("database_url"):
        derived["database_url"] = f"sqlite:///{data_dir / 'commissioner.db'}"
    if not values.get("secret_key") and (kept := data_dir / "secret").is_file():
        derived["secret_key"] = kept.read_text(encoding="ascii").strip()
    return derived


def make_secret(data_dir: Path) -> Path:
    """Keep a new random secret in `data_dir` (mode 0600) unless there is one."""
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = data_dir / "secret"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return kept
