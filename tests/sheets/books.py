"""Workbooks as bureaus and attackers make them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import xlsxwriter
import xlwt
from xlwt.CompoundDoc import XlsDoc

ROOT = Path(__file__).resolve().parents[2]
ROSTER = ROOT / "tests" / "data" / "roster_sample.xlsx"
SHEET_PART = "xl/worksheets/sheet1.xml"
SHEET = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%s</worksheet>'
)


def xlsx(path: Path, rows, *, sheet="名册", setup=None) -> Path:
    """Values by their types, from A1; `setup(book, sheet)` adds what else the story needs."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(number, column, value)
        if setup:
            setup(book, page)
    return path


def xls(path: Path, rows, *, setup=None) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("名册")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                page.write(number, column, value, *([day] if hasattr(value, "year") else []))
    if setup:
        setup(page)
    book.save(str(path))
    return path


def text(path: Path, content: str, encoding: str) -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def sheet_xml(path: Path, inside: str) -> Path:
    """A workbook whose one sheet (名册) is exactly this XML."""
    return with_part(xlsx(path, [["x"]]), SHEET_PART, (SHEET % inside).encode())


def with_part(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one part replaced or added."""
    with zipfile.ZipFile(path) as old:
        parts = {entry: old.read(entry) for entry in old.namelist()}
    parts[name] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry, data in parts.items():
            new.writestr(entry, data)
    return path


def inflated(path: Path, name: str, start: bytes, piece: bytes, times: int, end: bytes) -> Path:
    """The workbook with one part that unpacks to `times` pieces, written without holding them."""
    with zipfile.ZipFile(path) as old:
        parts = {entry: old.read(entry) for entry in old.namelist() if entry != name}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for entry, data in parts.items():
            new.writestr(entry, data)
        with new.open(name, "w", force_zip64=True) as part:
            part.write(start)
            for _ in range(times):
                part.write(piece)
            part.write(end)
    return path


def lie_about_size(path: Path, name: str, size: int) -> Path:
    """Declare another unpacked size in both headers of a part."""
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo(name)
        directory = archive.start_dir
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, entry.header_offset + 22, size)
    place = content.index(name.encode(), directory) - 46
    struct.pack_into("<I", content, place + 24, size)
    path.write_bytes(content)
    return path


def ole(path: Path, stream: str, content: bytes) -> Path:
    """A compound file with one stream of that name."""
    with path.open("wb") as file:
        XlsDoc().save(file, content)
    raw, name = path.read_bytes(), stream.encode("utf-16-le")
    at = raw.index("Workbook".encode("utf-16-le"))
    entry = name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2)
    path.write_bytes(raw[:at] + entry + raw[at + 66 :])
    return path
