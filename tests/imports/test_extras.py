"""Columns nobody planned for are kept by one tick, as the kind they seem to be."""

from datetime import date

import pytest

from crm.imports import extras
from crm.imports.extras import ExtraKind
from tests.imports.made import cell, value

pytestmark = pytest.mark.rules


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        (ExtraKind.NUMBER, "1,234.50", "1234.50"),
        (ExtraKind.NUMBER, "", None),
        (ExtraKind.DATE, "2014年5月", "2014-05"),
        (ExtraKind.TEXT, "甲：\n乙，１号", "甲： 乙，1号"),
        (ExtraKind.CHOICE, "Ａ类", "A类"),
        (ExtraKind.PHONE, "138 1234 5678、13912345678", "13812345678 / 13912345678"),
        (ExtraKind.PHONE, "186****1402", None),
        (ExtraKind.PHONE, "传达室 8-123", "传达室 8-123"),
    ],
)
def test_extra_fields_are_kept_as_text_of_their_kind(kind, written, kept):
    assert value(extras.parse(kind, cell(written))) == kept


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ([date(2024, 1, 3), "2024.3.5"], ExtraKind.DATE),
        ([2010, 2011], ExtraKind.NUMBER),
        ([13812345678, 13912345678], ExtraKind.PHONE),
        (["001", "002"], ExtraKind.TEXT),
        (["甲", "乙", "甲", "/", "乙"], ExtraKind.CHOICE),
        (["甲", "乙", "丙"], ExtraKind.TEXT),
        (["", "无"], ExtraKind.TEXT),
        (["0571-88886666", "138 1234 5678/13912345678", "186****1402"], ExtraKind.PHONE),
        (["8123456", "2500000"], ExtraKind.NUMBER),
    ],
)
def test_the_kind_of_an_unknown_column_is_guessed(column, kind):
    assert extras.guess_kind(map(cell, column)) is kind


@pytest.mark.parametrize(
    ("label", "column", "kind"),
    [
        ("备用电话", ["86912345", "问门卫"], ExtraKind.PHONE),
        ("备用电话", [], ExtraKind.PHONE),
        ("电话回访结果", ["满意", "满意", "未接", "未接"], ExtraKind.CHOICE),
    ],
)
def test_a_heading_tells_a_column_of_phone_numbers(label, column, kind):
    assert extras.guess_kind(map(cell, column), label) is kind
