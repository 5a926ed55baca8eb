"""Draws docs/charts/zhejiang-listed.svg: listed firms of Zhejiang at each year's end, by board.

    python -m benchmarks.stock_chart      # out of tests/data/zhejiang_listed.csv

The tests draw the same chart from what Commissioner counts after importing that file, and compare.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests" / "data" / "zhejiang_listed.csv"
PICTURE = ROOT / "docs" / "charts" / "zhejiang-listed.svg"
TITLE = "浙江上市公司年末家数（按板块） · Listed firms of Zhejiang at year end, by board"
YEARS = range(1993, 2025)
BOARDS = {"主板": "Main board", "创业板": "ChiNext", "科创板": "STAR", "北交所": "Beijing exchange"}
WIDTH, HEIGHT, LEFT, TOP, BOTTOM, BAR, STEP = 760, 400, 44, 64, 36, 16, 22
HIGHEST, LINES = 800, (200, 400, 600, 800)
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1f2a30}.line{stroke:#d5dadd}.b0{fill:#0b5a6b}.b1{fill:#3d93a3}"
    ".b2{fill:#c07a1a}.b3{fill:#8a4f9e}.paper{fill:#fff}@media(prefers-color-scheme:dark){text{fill:#e3e8ea}"
    ".line{stroke:#3b464c}.b0{fill:#5fb6c6}.b1{fill:#a4dbe4}.b2{fill:#e5a850}.b3{fill:#c698d6}.paper{fill:#14191c}}"
)


def stocks() -> dict[int, dict[str, int]]:
    """By year the firms of each board whose listing day lies before its end."""
    rows = list(csv.DictReader(FILE.read_text(encoding="utf-8-sig").splitlines()))
    return {year: dict(Counter(r["上市板"] for r in rows if r["上市日期"] <= f"{year}-12-31")) for year in YEARS}


def draw(found: Mapping[int, Mapping[str, int]]) -> str:
    """The chart as SVG; readable on light and dark pages."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        f'<title id="t">{TITLE}</title>',
        f'<desc id="d">{_told(found)}</desc><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        f'<text x="{LEFT}" y="24">{TITLE}</text>',
        *_legend(), *_grid(),
    ]  # fmt: skip
    for place, year in enumerate(found):
        parts += _bar(place, year, found[year])
    return "\n".join([*parts, "</svg>", ""])


def _told(found: Mapping[int, Mapping[str, int]]) -> str:
    return "; ".join(f"{year}: {sum(found[year].values())}" for year in found)


def _legend() -> list[str]:
    made, x = [], LEFT
    for n, (zh, en) in enumerate(BOARDS.items()):
        made.append(
            f'<rect class="b{n}" x="{x}" y="36" width="12" height="12"/><text x="{x + 17}" y="46">{zh} {en}</text>'
        )
        x += 120 if n else 130
    return made


def _grid() -> list[str]:
    made = []
    for n in LINES:
        y = _y(n)
        made.append(f'<line class="line" x1="{LEFT}" x2="{WIDTH - 8}" y1="{y}" y2="{y}"/>')
        made.append(f'<text x="{LEFT - 6}" y="{y + 4}" text-anchor="end">{n}</text>')
    return made


def _bar(place: int, year: int, boards: Mapping[str, int]) -> list[str]:
    x, below, made = LEFT + 4 + place * STEP, 0, []
    for n, board in enumerate(BOARDS):
        if count := boards.get(board, 0):
            top, bottom = _y(below + count), _y(below)
            made.append(f'<rect class="b{n}" x="{x}" y="{top}" width="{BAR}" height="{round(bottom - top, 1)}"/>')
            below += count
    if year % 5 == 0 or place == 0 or year == YEARS[-1]:
        middle = x + BAR / 2
        made.append(f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">{year}</text>')
        made.append(f'<text x="{middle}" y="{round(_y(below) - 5, 1)}" text-anchor="middle">{below}</text>')
    return made


def _y(count: int) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * count / HIGHEST, 1)


if __name__ == "__main__":
    PICTURE.write_text(draw(stocks()), encoding="utf-8")
