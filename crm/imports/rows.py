"""Which rows under a header are data, and why the others are not: totals, sign-offs, footnotes, captions, repeats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from crm.core.words import Say, say
from crm.enterprises.credit_code import is_valid, normal
from crm.sheets.grid import Cell, Row, Sheet

LONGEST_NAME = 60

_TOTAL = re.compile(r"(?:.{0,12}(?:合计|小计|总计|共计|累计)|共)(?:[:：(（]?[\d\s家户个(（:：].*)?")
_SIGN_OFF = re.compile(
    r"(?:(?:填表|填报|制表|审核|审批|复核|经办|报送|校对|(?:单位|部门)?负责|主管|分管)(?:人|人员|单位|部门|日期|时间|领导)"
    r"(?:[(（](?:签字|签名|盖章|公章)[)）])?(?::.*)?|(?:联系人|联系电话|电话|日期|时间|单位|签字|盖章)(?:[(（].{2,4}[)）])?:.*)"
)
_FOOTNOTE = re.compile(r"(?:注|备注|说明|填表说明|填报说明|附注|注释|附|备 注)\d*[:：.、\s].*|[※*★△].+")
_CAPTION = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十]{1,3}[)）]|第[一二三四五六七八九十]+[部类批]).*"
)


@dataclass(frozen=True)
class Skipped:
    """A row that is neither data nor an error; `number` is Excel's."""

    number: int
    why: Say


@dataclass(frozen=True)
class Layout:
    """Columns that tell what a row is; `heads` are the (upper, lower) heads of all columns."""

    name: int
    code: int | None
    ordinal: int | None
    heads: Sequence[tuple[str, str]]


def sort_out(sheet: Sheet, header: int, layout: Layout) -> tuple[tuple[Row, ...], tuple[Skipped, ...]]:
    """Data rows after the header (its place in `sheet.rows`), merged cells filled down, and the rows left out."""
    kept: list[Row] = []
    skipped: list[Skipped] = []
    filled = _filled_down(sheet, header)
    wide = {m.top for m in sheet.merges if m.right - m.left >= max(2, sheet.width // 2)}
    for bare in sheet.rows[header + 1 :]:
        row = filled.get(bare.number, bare)
        texts = {column: text for column in range(len(row.cells)) if (text := _flat(row.text(column)))}
        if _is_blank(texts, layout):
            continue
        why = _why_no_data(texts, layout, is_wide=bare.number in wide)
        if why is None:
            kept.append(row)
        else:
            skipped.append(Skipped(row.number, why))
    return tuple(kept), tuple(skipped)


def _is_blank(texts: dict[int, str], layout: Layout) -> bool:
    """Nothing in it, or only the running number of a line nobody filled."""
    return all(column == layout.ordinal and text.isdigit() for column, text in texts.items())


def _why_no_data(texts: dict[int, str], layout: Layout, *, is_wide: bool) -> Say | None:
    """`texts` are the cells that are not empty; None for a row of data, even a faulty one."""
    if layout.code is not None and is_valid(normal(texts.get(layout.code, ""))):
        return None
    first = next(iter(texts.values()))
    name = texts.get(layout.name, "")
    if _TOTAL.fullmatch(first) or _TOTAL.fullmatch(name):
        return say("Total row")
    if _SIGN_OFF.fullmatch(first):
        return say("Sign-off line")
    if _repeats(texts, layout):
        return say("Repeated header")
    return _remark(first, name, is_wide=is_wide, is_alone=len(texts) == 1)


def _remark(first: str, name: str, *, is_wide: bool, is_alone: bool) -> Say | None:
    """Text over the whole row or alone in it; a lone short text in the name column is a firm."""
    if _FOOTNOTE.fullmatch(first) and (is_wide or is_alone or not name):
        return say("Footnote")
    if (is_wide or is_alone) and _CAPTION.fullmatch(first):
        return say("Group heading")
    is_firm = first == name and len(name) <= LONGEST_NAME
    return say("Remark outside the table") if is_wide or (is_alone and not is_firm) else None


def _repeats(texts: dict[int, str], layout: Layout) -> bool:
    """Whether the head stands here again, as on every printed page."""
    same = [column for column, text in texts.items() if text in map(_flat, _heads_of(layout, column))]
    return len(same) > 1 and len(same) * 2 > len(texts)


def _heads_of(layout: Layout, column: int) -> tuple[str, str]:
    return layout.heads[column] if column < len(layout.heads) else ("", "")


def _filled_down(sheet: Sheet, header: int) -> dict[int, Row]:
    """Rows below a merged cell, with its value in them."""
    places = {row.number: place for place, row in enumerate(sheet.rows)}
    first = sheet.rows[header].number
    values: dict[int, dict[int, Cell]] = {}
    for merge in sheet.merges:
        if merge.top <= first or merge.bottom == merge.top or merge.top not in places:
            continue
        if value := sheet.rows[places[merge.top]].at(merge.left):
            for number in merge.rows_among(places):
                values.setdefault(number, {})[merge.left] = value
    return {number: _with(sheet.rows[places[number]], given) for number, given in values.items()}


def _with(row: Row, given: dict[int, Cell]) -> Row:
    cells = list(row.cells) + [None] * (max(given) + 1 - len(row.cells))
    for column, value in given.items():
        cells[column] = cells[column] or value
    return row._replace(cells=tuple(cells))


def _flat(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
