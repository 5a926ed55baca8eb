"""The import pages as a clerk uses them: each function is one thing he does, or one he reads."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.bureau import Person


def check(clerk: Person, file: Path, **answers: str) -> None:
    """Upload, accept the columns, wait for the check."""
    clerk.open("/imports/new").fill(**answers).page.set_input_files("#file", file)
    clerk.press("^上传$").press("^核对$")
    expect(clerk.main).to_contain_text(f"核对 {file.name}", timeout=60_000)


def write(clerk: Person, words: str) -> None:
    clerk.press(words)
    expect(clerk.main).to_contain_text("已写入")


def numbers(clerk: Person) -> dict[str, int]:
    cards = clerk.page.locator(".numbers .number")
    return {card.locator(".label").inner_text(): int(card.locator(".value").inner_text()) for card in cards.all()}


def new_officials(clerk: Person) -> set[str]:
    return set(clerk.page.locator("#block-officials p").first.inner_text().split("、"))


def errors(clerk: Person) -> list[tuple[str, int, str, str]]:
    """Sheet, row, column and value of each fault, as the page names them."""
    found = []
    for row in clerk.page.locator("#block-error tbody tr").all():
        sheet, number = row.locator("td").first.inner_text().split()
        faults = zip(row.locator("strong").all(), row.locator("q").all(), strict=True)
        found += [(sheet, int(number), column.inner_text(), value.inner_text()) for column, value in faults]
    return found


def error_book(clerk: Person, folder: Path) -> Path:
    return _downloaded(clerk, "下载标注问题的表格", folder / "marked.xlsx")


def export(clerk: Person, folder: Path) -> Path:
    """The whole list as Excel."""
    clerk.open("/enterprises").page.locator("summary", has_text="导出").click()
    return _downloaded(clerk, "Excel", folder / "exported.xlsx")


def _downloaded(clerk: Person, words: str, target: Path) -> Path:
    with clerk.page.expect_download() as arriving:
        clerk.main.get_by_role("link", name=words).click()
    arriving.value.save_as(target)
    return target
