"""A hostile file costs less than 5 seconds and 300 MB, and its sender is told what is wrong.

Every file here is really made and really read; time and memory are those of the process that opened it.
"""

import zipfile

import pytest

from crm.sheets.limits import Limits
from crm.sheets.read import read
from crm.sheets.refusal import Reason
from crm.sheets.unreadable import Unreadable
from tests.sheets.books import ROSTER, SHEET, SHEET_PART, inflated, lie_about_size, sheet_xml, with_part, xls, xlsx
from tests.sheets.cost import read_cheaply, refused

MIB_OF_BLANKS = b" " * (1 << 20)
BEFORE, AFTER = (half.encode() for half in (SHEET % "<sheetData/>%s").split("%s"))


@pytest.mark.slow
def test_a_zip_bomb_is_not_unpacked(small):
    bomb = inflated(small, SHEET_PART, BEFORE, MIB_OF_BLANKS, 310, AFTER)

    assert bomb.stat().st_size < 2 << 20
    refused(bomb, Reason.UNPACKS)


@pytest.mark.slow
def test_a_bomb_that_declares_a_small_size_is_weighed_all_the_same(small):
    bomb = lie_about_size(inflated(small, SHEET_PART, BEFORE, MIB_OF_BLANKS, 310, AFTER), SHEET_PART, 1000)

    with zipfile.ZipFile(bomb) as archive:
        assert archive.getinfo(SHEET_PART).file_size == 1000
    refused(bomb, Reason.UNPACKS)


def test_a_part_larger_than_it_declares_is_refused_though_it_is_small(small):
    refused(lie_about_size(small, SHEET_PART, 10), Reason.UNPACKS)


@pytest.mark.slow
def test_a_bomb_in_a_part_no_sheet_needs_counts_too(small):
    refused(inflated(small, "xl/media/image1.png", b"", b"\0" * (1 << 20), 310, b""), Reason.UNPACKS)


@pytest.mark.slow
def test_an_archive_inside_is_never_opened(small, tmp_path):
    inner = inflated(xlsx(tmp_path / "inner.xlsx", [["x"]]), SHEET_PART, BEFORE, MIB_OF_BLANKS, 310, AFTER)

    with_part(small, "xl/embeddings/Workbook1.xlsx", inner.read_bytes())

    assert read_cheaply(small) == 2


def test_an_archive_of_archives_is_no_workbook(small, tmp_path):
    path = tmp_path / "名册.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(small, "a.zip")
        archive.write(small, "b.zip")

    refused(path, Reason.ARCHIVE)


def test_a_thousand_names_for_nothing_are_too_many(small):
    with zipfile.ZipFile(small, "a") as archive:
        for number in range(2_500):
            archive.writestr(f"xl/media/{number}.png", b"")

    refused(small, Reason.UNPACKS)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {new} "{f"&{old};" * 20}">' for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("part", [SHEET_PART, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
@pytest.mark.parametrize("declaration", [ENTITIES + "]>", '<!DOCTYPE x SYSTEM "file:///etc/passwd">'])
def test_declarations_are_refused_wherever_they_stand(small, part, declaration):
    with_part(small, part, f'<?xml version="1.0"?>{declaration}<x>&i;</x>'.encode())

    refused(small, Reason.DECLARATIONS)


@pytest.mark.slow
def test_a_million_empty_rows_are_walked_over(tmp_path):
    value = '<row r="1"><c r="A1"><v>1</v></c></row>'
    empty = "".join(f'<row r="{row}" ht="20" customHeight="1"/>' for row in range(2, 1_000_001))

    assert read_cheaply(sheet_xml(tmp_path / "a.xlsx", f"<sheetData>{value}{empty}</sheetData>")) == 1


@pytest.mark.slow
def test_millions_of_formatted_empty_cells_are_named_and_refused(tmp_path):
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(1, 900_001))

    words = refused(sheet_xml(tmp_path / "a.xlsx", f"<sheetData>{rows}</sheetData>"), Reason.TOO_MANY_CELLS)

    assert "名册" in words


@pytest.mark.parametrize(
    ("row", "cell"), [(1_048_576, "XFD1048576"), (1_048_576, "A1048576"), (1, "XFD1"), (99_999, "ALL99999")]
)
def test_a_value_far_away_is_named(tmp_path, row, cell):
    near = '<row r="1"><c r="A1"><v>1</v></c></row>'
    far = f'<row r="{row}"><c r="{cell}"><v>1</v></c></row>'
    path = sheet_xml(tmp_path / "a.xlsx", f"<sheetData>{near}{far}</sheetData>")

    assert path.stat().st_size < 10_000
    assert cell in refused(path, Reason.TOO_FAR)


def test_a_sheet_that_boasts_of_its_size_is_read(tmp_path):
    boast = '<dimension ref="A1:XFD1048576"/><sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData>'

    assert read_cheaply(sheet_xml(tmp_path / "a.xlsx", boast)) == 1


def test_the_same_rows_merged_a_thousand_times_are_refused(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["甲"] * 11] * 1_000)
    merges = '<mergeCells count="1000">' + '<mergeCell ref="A1:K1000"/>' * 1_000 + "</mergeCells>"
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read(SHEET_PART)

    refused(
        with_part(path, SHEET_PART, sheet.replace(b"</sheetData>", b"</sheetData>" + merges.encode())), Reason.DAMAGED
    )


@pytest.mark.slow
def test_one_long_text_in_many_cells_ends_with_the_process_not_with_the_server(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["x"]])
    with_part(path, "xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>")
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 5_001))

    refused(with_part(path, SHEET_PART, (SHEET % f"<sheetData>{cells}</sheetData>").encode()), Reason.BROKE_OFF)


@pytest.mark.slow
def test_an_abort_of_the_reader_is_a_message(tmp_path):
    """The reader holds rows × columns at once: two far cells of an .xls make it ask for more than it may have."""
    path = xls(tmp_path / "a.xls", [["甲"]], setup=lambda sheet: sheet.write(65_535, 255, "乙"))

    assert path.stat().st_size < 10_000
    refused(path, Reason.BROKE_OFF)


def test_a_reader_that_takes_too_long_is_put_down():
    with pytest.raises(Unreadable) as stopped:
        read(ROSTER, name="名册.xlsx", limits=Limits(seconds=0.01, seconds_per_mib=0))

    assert stopped.value.reason == Reason.TOO_SLOW


def test_a_reader_that_says_too_much_is_not_listened_to():
    with pytest.raises(Unreadable) as stopped:
        read(ROSTER, name="名册.xlsx", limits=Limits(answer_bytes=2_000))

    assert stopped.value.reason == Reason.BROKE_OFF


def test_a_file_over_the_limit_is_not_even_opened(tmp_path):
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(Limits().file_bytes + 1)

    assert "20 MB" in refused(path, Reason.TOO_BIG)
