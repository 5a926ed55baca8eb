"""A visit logged on a phone, and its follow-up settled: shared by the stories that lead from one to the other."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import PHONE
from tests.journeys.bureau import Person

WORDS = "二期厂房下月封顶,用电要增容"


def log_visit(official: Person) -> tuple[str, str]:
    """Firm chip, date chip, save: three taps and the words. Returns the name on the chip and the day promised."""
    page = official.page
    page.locator(".phonebar-act").click()
    chip = page.locator(".chips a").first
    firm = chip.inner_text().strip()
    chip.click()
    official.fill(text=WORDS)
    page.get_by_label(re.compile("^7 天后")).check()
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    official.press("^保存走访$")
    told = page.locator("#flashes")
    expect(told).to_contain_text("提醒跟进")
    return firm, re.search(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", told.inner_text()).group()


def say_done(official: Person, visited_on: str) -> None:
    """On the page of the follow-up."""
    expect(official.main).to_contain_text(f"跟进 {visited_on} 走访事项")
    official.press("^办结$")
    expect(official.page.locator("#flashes")).to_contain_text("完成")
