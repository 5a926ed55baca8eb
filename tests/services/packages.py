"""Debian packages a test run may add by itself: only as root and only through apt."""

import os
import shutil
import subprocess

SYSTEM = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
COMMAND = "apt-get install -y --no-install-recommends"


def which(program: str) -> str | None:
    """Also in the system's own folders: a newcomer's PATH may hold little."""
    return shutil.which(program) or shutil.which(program, path=SYSTEM)


class Missing(RuntimeError):
    """Something the tests need is absent; the text says, in Chinese and English, what to type."""


def install(what: str, *names: str) -> None:
    """Install Debian packages; raises Missing with the command to type when this user may not."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not (as_root and which("apt-get")):
        raise Missing(advice(what, names))
    print(f"· apt: {' '.join(names)}", flush=True)
    if not _apt("install", *names) and not (_apt("update") and _apt("install", *names)):
        raise Missing(advice(what, names))


def advice(what: str, names: tuple[str, ...]) -> str:
    wanted = " ".join(names)
    return (
        f"缺少 {what}。在终端输入(Debian/Ubuntu):\n    sudo apt-get update && sudo {COMMAND} {wanted}\n"
        f"{what} is missing. On Debian/Ubuntu type the line above; elsewhere install it your system's way, then repeat."
    )


def _apt(verb: str, *names: str) -> bool:
    options = ["-y", "--no-install-recommends"] if verb == "install" else []
    command = [which("apt-get") or "apt-get", verb, "-q", *options, *names]
    path = f"{os.environ.get('PATH', '')}:{SYSTEM}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": path}
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip()[-800:], flush=True)
    return done.returncode == 0
