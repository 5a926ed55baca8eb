"""Machine settings: `CRM_*` environment variables, read once into a frozen object; unknown names are refused."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parents[2]
SECRETS = ("secret_key", "secret_key_previous")
ADDRESSES = ("database_url", "smtp_url")
"""May hold a password."""
HIDDEN = "******"
FEWEST_SIGNS = 10
"""Different ones in a secret; `aaaa…` is a known one."""
CHOICES = {
    "env": ("production", "demo", "test"),
    "locale": ("zh_Hans_CN", "en"),
    "profile": ("standard", "mlps"),
    "uncertain": ("resend_once", "hold"),
    "log_level": ("DEBUG", "INFO", "WARNING", "ERROR"),
    "log_format": ("text", "json"),
}
BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


class BadSettings(SystemExit):
    """The settings are unusable; the words say which and what to do, in both languages: none is chosen yet."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"✗ 设置有误：{zh}\n  bad settings: {en}")


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
            name = f"CRM_{unknown[0].upper()}"
            raise BadSettings(f"没有 {name} 这个设置，名称见 docs/operations.md", f"unknown name {name}")
        values = {name: _typed(name, str(known[name].type), text) for name, text in given.items()}
        if is_first and not values.get("secret_key"):
            make_secret(Path(str(values.get("data_dir", cls.data_dir))))
        settings = cls(**{**values, **_derived(values)})
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse what no process could use, and what would be unsafe in production."""
        for name, known in CHOICES.items():
            if getattr(self, name) not in known:
                one = "、".join(known)
                raise BadSettings(f"CRM_{name.upper()} 只能是 {one}", f"CRM_{name.upper()} must be one of {one}")
        self._check_values()
        if self.clock and self.env != "test":
            raise BadSettings("CRM_CLOCK 只用于测试", "CRM_CLOCK is for tests only")
        if self.env == "production":
            self._check_safety()

    def _check_values(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise BadSettings(f"没有 CRM_TIMEZONE={self.timezone} 这个时区", "CRM_TIMEZONE is no time zone") from None
        if not self.database_url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise BadSettings(
                "CRM_DATABASE_URL 写成 sqlite:////目录/文件.db 或 postgresql://用户:密码@主机/库名",
                "CRM_DATABASE_URL is sqlite:////path/file.db or postgresql://user:password@host/name",
            )
        address = urlsplit(self.public_url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadSettings("CRM_PUBLIC_URL 写成 https://主机名", "CRM_PUBLIC_URL is https://host")
        for name, least in (("proxy_hops", 0), ("mail_per_minute", 0), ("upload_mb", 1)):
            if getattr(self, name) < least:
                raise BadSettings(f"CRM_{name.upper()} 不能小于 {least}", f"CRM_{name.upper()} is {least} or more")

    def _check_safety(self) -> None:
        """Production with debug, a weak secret, or plain http nobody allowed."""
        if self.smtp_url.startswith("demo:"):
            raise BadSettings("CRM_SMTP_URL 填的是演示邮箱", "CRM_SMTP_URL names the mailbox of the demonstration")
        if self.debug:
            raise BadSettings("正式环境不能打开 CRM_DEBUG", "debug must be off in production")
        if len(self.secret_key) < 32 or len(set(self.secret_key)) < FEWEST_SIGNS:
            raise BadSettings(
                "CRM_SECRET_KEY 为空、太短或太简单；运行 flask --app wsgi init-db 会自动生成",
                "CRM_SECRET_KEY is empty, too short or too simple: run `flask --app wsgi init-db`, it makes one",
            )
        if not self.is_https and not self.allow_http:
            raise BadSettings(
                "CRM_PUBLIC_URL 是未加密的 http；改用 https，内网确需 http 的加 CRM_ALLOW_HTTP=1",
                "CRM_PUBLIC_URL is plain http: use https, or set CRM_ALLOW_HTTP=1 on an isolated network",
            )

    def shown(self) -> dict[str, str]:
        """What is in force, as one would set it; secrets and passwords hidden."""
        return {f"CRM_{f.name.upper()}": _shown(f.name, getattr(self, f.name)) for f in fields(self)}


def without_password(address: str) -> str:
    return re.sub(r"(://[^:/@]*:).*(?=@)", rf"\1{HIDDEN}", address)


def _shown(name: str, value: Any) -> str:
    if name in SECRETS:
        return HIDDEN if value else ""
    if name in ADDRESSES:
        return without_password(str(value))
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else f"{value:%H:%M}" if isinstance(value, time) else str(value)


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    given = {}
    for name, text in environ.items():
        if not name.startswith("CRM_"):
            continue
        if name.endswith("_FILE") and name != "CRM_SMTP_CA_FILE":
            given[name[4:-5].lower()] = _content(name, text)
        else:
            given.setdefault(name[4:].lower(), text)
    return given


def _content(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{name}={path} 读不出来：{error}", f"{name}={path} cannot be read") from None


def _typed(name: str, kind: str, text: str) -> Any:
    try:
        match kind:
            case "bool":
                return BOOLEANS[text.strip().lower() or "0"]
            case "int":
                return int(text)
            case "Path":
                return Path(text).resolve()
            case "time":
                return time.fromisoformat(text)
            case "datetime | None":
                return datetime.fromisoformat(text) if text else None
            case "tuple[str, ...]":
                return tuple(part.strip() for part in text.split(",") if part.strip())
        return text
    except (ValueError, KeyError):
        raise BadSettings(f"CRM_{name.upper()} 的值看不懂：{text}", f"CRM_{name.upper()} cannot be read") from None


def _derived(values: dict[str, object]) -> dict[str, Any]:
    """What is left open: the SQLite file in the data directory, the secret that `init-db` keeps beside it, and in the
    demonstration the mailbox at /demo/mailbox."""
    data_dir = Path(str(values.get("data_dir", Settings.data_dir)))
    derived: dict[str, Any] = {}
    if values.get("env") == "demo" and not values.get("smtp_url"):
        derived["smtp_url"] = "demo://mailbox"
    given = str(values.get("database_url") or "")
    if not given:
        derived["database_url"] = f"sqlite:///{data_dir / 'commissioner.db'}"
    elif given.startswith("sqlite:///"):
        derived["database_url"] = f"sqlite:///{Path(given.removeprefix('sqlite:///')).resolve()}"
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
