"""A bureau's installation for one story: its own folder, database and address, reached by commands and pages only."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser import LAN_NAME, Browser
from tests.services.processes import (
    PYTHON,
    ROOT,
    command_line,
    descendants,
    flask,
    free_port,
    is_alive,
    running,
    status,
    until,
)

PASSWORD = "Qiantang-Tide-2026"


def clone(place: Path) -> Path:
    """A fresh clone of what is committed, or the tracked files as they stand, made ready without any download.

    `tasks.py setup` would fetch the front-end files; here they come along.
    """
    if _git("status", "--porcelain", "--untracked-files=no"):
        for name in filter(None, _git("ls-files", "-z").split("\0")):
            if (ROOT / name).exists():
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, place / name)
    else:
        _git("clone", "--quiet", str(ROOT), str(place))
    shutil.copytree(ROOT / "static" / "vendor", place / "static" / "vendor")
    subprocess.run([PYTHON, "-m", "crm.core.catalogue"], cwd=place, check=True, capture_output=True)
    return place


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout.decode()


class Bureau:
    """`command` is what an administrator types; `at_work` is web and scheduler as documented."""

    def __init__(self, place: Path, database_url: str, folder: Path, **settings: str) -> None:
        self.place, self.folder = place, folder
        self.port = free_port()
        self.url = f"http://{LAN_NAME}:{self.port}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CRM_", "FLASK_"))}
        self.env = kept | {
            "CRM_ENV": "production",
            "CRM_DATABASE_URL": database_url,
            "CRM_DATA_DIR": str(folder),
            "CRM_PUBLIC_URL": self.url,
            "CRM_ALLOW_HTTP": "1",
            **settings,
        }
        self.command("init-db", "--name", "钱塘开发区管理委员会")

    def on(self, moment: str) -> Bureau:
        """The bureau's clock starts at this moment with the next command (test installations only)."""
        self.env["CRM_CLOCK"] = moment
        return self

    def command(self, *words: str, expect: int = 0) -> str:
        done = subprocess.run(flask(*words), cwd=self.place, env=self.env, capture_output=True, text=True, timeout=120)
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return done.stdout.strip()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Web and scheduler run, each a process of its own, until the block is left; then both end with code 0."""
        serve = [PYTHON, "-m", "crm.ops.serve", "--port", str(self.port)]
        log = self.folder / "serve.log"
        log.unlink(missing_ok=True)
        with running(*serve, env=self.env, cwd=self.place, log=log) as served:
            says = served.until_says(f":{self.port} ", 60).rpartition(f":{self.port} ")[2]
            web, scheduler = (int(re.search(rf"{name}=(\d+)", says).group(1)) for name in ("web", "scheduler"))
            assert {web, scheduler} <= set(descendants(served.pid))
            assert "gunicorn" in command_line(web) and "run-scheduler" in command_line(scheduler)
            served.until(lambda: status(f"http://127.0.0.1:{self.port}/readyz?with=scheduler") == 200, 60)
            yield
            assert is_alive(web) and is_alive(scheduler), served.output[-4000:]
            family = descendants(served.pid)
            assert served.stop() == 0
            assert until(lambda: not any(map(is_alive, family)))


class Person:
    """Somebody at a screen; every step waits for what he would see."""

    def __init__(self, bureau: Bureau, browser: Browser, **look) -> None:
        self.bureau = bureau
        self.window = browser.open(**look)
        self.page: Page = self.window.page

    def open(self, path: str) -> Person:
        self.page.goto(path if path.startswith("http") else self.bureau.url + path)
        return self

    def fill(self, **fields: str) -> Person:
        """Fields of the page's form by their names; a select takes its visible words or a part of them."""
        for name, value in fields.items():
            field = self.main.locator(f"[name='{name}']:visible").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(field.locator("option", has_text=value).first.get_attribute("value"))
            else:
                field.fill(value)
        return self

    def press(self, words: str) -> Person:
        """A button or link of the page that leads to the next page, by its words."""
        named = re.compile(words)
        with self.page.expect_navigation():
            self.main.get_by_role("button", name=named).or_(self.main.get_by_role("link", name=named)).first.click()
        return self

    def sign_in(self, name: str) -> Person:
        self.open("/sign-in").fill(name=name, password=PASSWORD)
        self.page.click("#sign-in .btn-primary")
        self.page.wait_for_selector(".phonebar, .sidemenu")
        return self

    def set_password(self, **fields: str) -> Person:
        return self.fill(**fields, password=PASSWORD, password_again=PASSWORD).press("设定密码")

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    @property
    def text(self) -> str:
        return " ".join(self.main.inner_text().split())
