"""Chromium for the browser stories: found or installed, never skipped."""

import os
import subprocess
from pathlib import Path

from tests.services.packages import install, which

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/usr/lib/chromium/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
CHINESE_FONTS = ("/System/Library/Fonts/PingFang.ttc", "C:/Windows/Fonts/msyh.ttc")


def launch_options() -> dict:
    """Arguments for playwright's `chromium.launch`."""
    return {"executable_path": executable(), "args": FLAGS, "headless": True}


def executable() -> str:
    """The browser's path: TEST_CHROMIUM, else found on this machine, else installed by apt as root."""
    found = _found()
    if not found:
        install("Chromium 浏览器", "chromium")
        found = _found()
    return found


def ensure_chinese_font() -> None:
    """Without one every picture shows boxes, so its absence ends the run."""
    if not _has_chinese_font():
        install("中文字体 Chinese font", "fonts-noto-cjk", "fontconfig")


def _found() -> str:
    named = os.environ.get("TEST_CHROMIUM", "")
    if named and not Path(named).exists():
        raise FileNotFoundError(f"TEST_CHROMIUM: {named}")
    known = (path for path in ELSEWHERE if Path(path).exists())
    return named or next(filter(None, map(which, NAMES)), "") or next(known, "")


def _has_chinese_font() -> bool:
    if any(Path(font).exists() for font in CHINESE_FONTS):
        return True
    lister = which("fc-list")
    if lister is None:
        return False
    listed = subprocess.run([lister, ":lang=zh-cn", "file"], capture_output=True, text=True, check=True)
    return bool(listed.stdout.strip())
