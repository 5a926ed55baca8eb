"""A clerk gets the file back with its bad cells marked, mends it and uploads it again."""

from dataclasses import replace

import pytest
from openpyxl import load_workbook

from crm.sheets.grid import Book, Cell, Format, Row, Sheet
from crm.sheets.limits import Limits
from crm.sheets.marked import COLUMN_WIDTH, Mark, write_again, write_marked
from crm.sheets.marks import FILL, REASON_HEADING, CellMark, SheetMarks
from crm.sheets.places import Merge
from crm.sheets.read import read
from crm.sheets.unreadable import Unreadable
from tests.sheets.books import ROSTER, sheet_xml, text, with_part, xls, xlsx

ROWS = [["名册"], ["企业名称", "代码", "园区"], ["甲", "x1", "下沙"], ["=1+1", "x2"], ["丙", "x3", "白杨"]]
MARKS = [
    Mark("名册", 4, 1, "信用代码有误"),
    Mark("名册", 4, 0, "=企业名称有误"),
    Mark("名册", 5, None, "与第 3 行重复"),
]


def texts(path):
    return {row.number: [cell and cell.text for cell in row.cells] for row in read(path, name="b.xlsx").sheets[0].rows}


def is_marked(cell):
    return cell.fill.fill_type == "solid" and cell.fill.start_color.rgb.endswith(FILL)


@pytest.fixture
def marked(tmp_path):
    """Marks a file whose headings stand in row 2 and opens the result."""

    def mark(source, marks=MARKS, name="名册.xlsx", **more):
        rows = {mark.sheet: 2 for mark in marks}
        write_marked(source, tmp_path / "marked.xlsx", name=name, heading_rows=rows, marks=marks, **more)
        return load_workbook(tmp_path / "marked.xlsx")

    return mark


def made(path, kind):
    if kind == "csv":
        return text(path, "\n".join(",".join(row) for row in ROWS), "gb18030")
    return xlsx(path, ROWS) if kind == "xlsx" else xls(path, ROWS)


def coordinates_marked(page):
    return {cell.coordinate for row in page.iter_rows() for cell in row if is_marked(cell)}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv"])
def test_bad_cells_are_marked_and_reasons_stand_at_the_end(tmp_path, marked, kind):
    sheet = "名册.csv" if kind == "csv" else "名册"

    page = marked(made(tmp_path / "a", kind), [replace(m, sheet=sheet) for m in MARKS], f"名册.{kind}")["名册"]

    assert texts(tmp_path / "marked.xlsx") == {
        1: ["名册"],
        2: ["企业名称", "代码", "园区", REASON_HEADING],
        3: ["甲", "x1", "下沙"],
        4: ["=1+1", "x2", None, "=企业名称有误；信用代码有误"],
        5: ["丙", "x3", "白杨", "与第 3 行重复"],
    }
    assert coordinates_marked(page) == {"A4", "B4"}
    assert {cell.data_type for row in page.iter_rows() for cell in row if cell.value} == {"s"}


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_mended_file_loses_the_marks_of_last_time(tmp_path, marked, kind):
    book = marked(made(tmp_path / "a", kind), name=f"名册.{kind}")
    book["名册"]["B4"] = "x9"
    book.save(tmp_path / "mended.xlsx")

    page = marked(tmp_path / "mended.xlsx", [Mark("名册", 5, 1, "信用代码有误")])["名册"]

    after = texts(tmp_path / "marked.xlsx")
    assert after[2] == ["企业名称", "代码", "园区", REASON_HEADING]
    assert after[4] == ["=1+1", "x9"]
    assert after[5] == ["丙", "x3", "白杨", "信用代码有误"]
    assert coordinates_marked(page) == {"B5"}


def test_the_original_keeps_its_looks(tmp_path):
    marks = [Mark("服务专员对接表", 10, 2, "信用代码有误")]

    write_marked(ROSTER, tmp_path / "marked.xlsx", name="名册.xlsx", heading_rows={"服务专员对接表": 3}, marks=marks)

    before, after = load_workbook(ROSTER).active, load_workbook(tmp_path / "marked.xlsx").active
    assert [area.coord for area in after.merged_cells.ranges] == ["A1:K1"]
    assert (after["A1"].font.name, after["A1"].font.size) == (before["A1"].font.name, before["A1"].font.size)
    assert after.column_dimensions["B"].width == before.column_dimensions["B"].width
    assert (after["L3"].value, after["L10"].value, after["L11"].value) == (REASON_HEADING, "信用代码有误", None)
    assert coordinates_marked(after) == {"C10"}
    assert [[c.value for c in row] for row in before.iter_rows()] == [
        [c.value for c in row[:11]] for row in after.iter_rows()
    ]


def test_what_is_marked_comes_out_of_hiding(tmp_path, marked):
    def hide(book, sheet):
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(0, 1, None, None, {"hidden": True})

    marked(xlsx(tmp_path / "a.xlsx", ROWS, setup=hide))

    sheet = read(tmp_path / "marked.xlsx", name="a.xlsx").sheets[0]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ([3], set())


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_a_merged_cell_is_marked_where_it_shows(tmp_path, marked, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "xlsx":
        xlsx(path, ROWS, setup=lambda book, sheet: sheet.merge_range("C3:C4", "下沙"))
    else:
        xls(path, ROWS, setup=lambda sheet: sheet.merge(2, 3, 2, 2))

    page = marked(path, [Mark("名册", 4, 2, "园区有误")], path.name)["名册"]

    assert [area.coord for area in page.merged_cells.ranges] == ["C3:C4"]
    assert coordinates_marked(page) & {"C3", "C4"}
    assert page["D4"].value == "园区有误"


def test_formulas_come_back_as_what_they_showed(tmp_path, marked):
    cells = '<c r="A2"><f>cmd|1</f><v>7</v></c><c r="B2" t="e"><f>NA()</f><v>#N/A</v></c>'
    path = sheet_xml(tmp_path / "a.xlsx", f'<sheetData><row r="2">{cells}</row></sheetData>')

    page = marked(path, [Mark("名册", 2, 1, "有误")]).active

    assert [(page[place].value, page[place].data_type) for place in ("A2", "B2")] == [(7, "n"), ("#N/A", "e")]


@pytest.mark.parametrize(
    "trouble",
    [
        {"part": ("xl/styles.xml", b"<styleSheet><fills><fill/></fills></styleSheet>")},
        {"limits": Limits(memory=32 << 20)},
    ],
    ids=["openpyxl cannot read it", "openpyxl needs too much memory"],
)
def test_a_workbook_that_cannot_keep_its_looks_is_written_anew(tmp_path, marked, trouble):
    rows = ROWS + [["甲", "x1", "下沙"]] * 6_000
    path = xlsx(tmp_path / "a.xlsx", rows if "limits" in trouble else ROWS)
    if "part" in trouble:
        with_part(path, *trouble["part"])

    page = marked(path, limits=trouble.get("limits", Limits()))["名册"]

    assert coordinates_marked(page) == {"A4", "B4"}
    assert page["D2"].value == REASON_HEADING
    assert page.column_dimensions["A"].width == pytest.approx(COLUMN_WIDTH, abs=1)


def test_a_very_large_book_is_written_anew_row_by_row(tmp_path):
    rows = [Row(number, tuple(Cell(f"{number}-{column}") for column in range(3))) for number in range(1, 101)]
    book = Book("a.xls", Format.XLS, [Sheet("名册", rows, [Merge(1, 0, 2, 0)])])

    write_again(book, tmp_path / "a.xlsx", {"名册": SheetMarks("名册", 1, [CellMark(99, 2, "有误")])}, large=200)

    (sheet,) = read(tmp_path / "a.xlsx", name="a.xlsx").sheets
    assert (len(sheet.rows), sheet.merges) == (100, [])
    assert (sheet.rows[0].text(3), sheet.rows[98].text(2), sheet.rows[98].text(3)) == (REASON_HEADING, "99-2", "有误")


def test_a_file_nobody_can_read_cannot_be_marked(tmp_path, marked):
    with pytest.raises(Unreadable):
        marked(text(tmp_path / "a.xlsx", "<html>", "utf-8"))
