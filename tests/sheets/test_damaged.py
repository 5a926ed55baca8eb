"""A file that is broken, locked or something else is told apart, and its sender told what to do."""

import random
import zipfile

import pytest

from crm.sheets.read import read
from crm.sheets.refusal import Reason
from crm.sheets.unreadable import Unreadable
from tests.sheets.books import ROSTER, SHEET_PART, ole, with_part, xls
from tests.sheets.cost import cost, refused


@pytest.mark.parametrize("keep", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_is_damaged(small, keep):
    content = small.read_bytes()
    small.write_bytes(content[: int(len(content) * keep)])

    refused(small, Reason.DAMAGED)


def test_a_truncated_xls_is_damaged(tmp_path):
    path = xls(tmp_path / "a.xls", [["甲", "乙"]] * 500)
    path.write_bytes(path.read_bytes()[:3_000])

    assert cost(path).reason in (Reason.DAMAGED, Reason.BROKE_OFF, Reason.UNKNOWN)


def test_a_compound_file_of_rubbish_is_damaged(tmp_path):
    refused(ole(tmp_path / "a.xls", "Workbook", random.Random(7).randbytes(8_000)), Reason.DAMAGED)


def test_a_compound_file_of_something_else_is_no_workbook(tmp_path):
    refused(ole(tmp_path / "a.xls", "WordDocument", b"x" * 8_000), Reason.UNKNOWN)


def test_a_workbook_with_a_password_asks_for_one_without(tmp_path):
    refused(ole(tmp_path / "a.xlsx", "EncryptedPackage", b"x" * 8_000), Reason.PASSWORD)


def test_an_xls_with_a_password_asks_for_one_without(tmp_path):
    start_of_workbook = bytes.fromhex("0908 1000 0006 0500 0000 0000 0000 0000 0000 0000".replace(" ", ""))
    password = bytes.fromhex("2f00 3600 0100 0100 0100".replace(" ", "")) + bytes(48)

    refused(
        ole(tmp_path / "a.xls", "Workbook", start_of_workbook + password + b"\x0a\0\0\0" + bytes(8_000)),
        Reason.PASSWORD,
    )


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("xl/vbaProject.bin", Reason.MACROS),
        ("xl/workbook.bin", Reason.OTHER_FORMAT),
        ("word/document.xml", Reason.OTHER_FORMAT),
        ("XL/WORKSHEETS/SHEET1.XML", Reason.DAMAGED),
    ],
)
def test_parts_that_tell_another_kind_of_file(small, part, reason):
    refused(with_part(small, part, b"x"), reason)


def test_a_sheet_kept_where_the_prescan_does_not_look_is_not_opened(small):
    with zipfile.ZipFile(small) as archive:
        sheet, relations = archive.read(SHEET_PART), archive.read("xl/_rels/workbook.xml.rels")
    with_part(small, "xl/sheet1.vml", sheet)

    moved = relations.replace(b"worksheets/sheet1.xml", b"sheet1.vml")
    refused(with_part(small, "xl/_rels/workbook.xml.rels", moved), Reason.DAMAGED)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_broken_the_answer_is_a_grid_or_a_message(tmp_path, seed):
    chance = random.Random(seed)
    content = bytearray((ROSTER if seed % 2 else xls(tmp_path / "b", [["甲", 1.5]] * 50)).read_bytes())
    for _ in range(chance.randrange(1, 12)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    try:
        book = read(path, name="名册.xlsx")
    except Unreadable as unreadable:
        assert str(unreadable)
    else:
        assert all(len(sheet.filled()) == len(sheet.rows) for sheet in book.sheets)
