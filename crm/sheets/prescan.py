"""A look at an .xlsx before the reader may open it: every part unpacked under a cap, every XML part parsed."""

from __future__ import annotations

import posixpath
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from crm.sheets.archive import Meter, check_entries, unpacked
from crm.sheets.limits import MIB, Limits
from crm.sheets.parts import PartReader, SheetFacts, elements
from crm.sheets.refusal import Reason, Refusal

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
INDEX_BYTES = 4 * MIB  # workbook.xml with a thousand sheets has 0.2
OTHER_FORMATS = {"xl/workbook.bin": ".xlsb", "word/document.xml": ".docx", "content.xml": ".ods"}
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def prescan(path: Path, limits: Limits) -> dict[str, SheetFacts]:
    """What each sheet is like, by its name. Raises Refusal."""
    try:
        with ZipFile(path) as archive:
            check_entries(archive, limits)
            names = {entry.filename.casefold(): entry for entry in archive.infolist()}
            _check_format(set(names))
            facts = _scan(archive, limits, Meter(limits, path.stat().st_size))
            places = _sheet_parts(_small(archive, names, WORKBOOK), _small(archive, names, RELATIONS))
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError, KeyError) as broken:
        raise Refusal(Reason.DAMAGED) from broken
    sheets = {name: facts[part] for name, part in places.items() if part in facts}
    for name, sheet in sheets.items():
        sheet.check(name, limits)
    return sheets


def _check_format(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Refusal(Reason.MACROS)
    for part, suffix in OTHER_FORMATS.items():
        if part in names:
            raise Refusal(Reason.OTHER_FORMAT, format=suffix)
    if WORKBOOK not in names:
        raise Refusal(Reason.ARCHIVE)


def _scan(archive: ZipFile, limits: Limits, meter: Meter) -> dict[str, SheetFacts]:
    """The facts of the parts that are sheets, by part name in small letters."""
    sheets: dict[str, SheetFacts] = {}
    for entry in archive.infolist():
        facts = _scan_part(archive, entry, limits, meter)
        if facts:
            sheets[entry.filename.casefold()] = facts
    return sheets


def _scan_part(archive: ZipFile, entry: ZipInfo, limits: Limits, meter: Meter) -> SheetFacts | None:
    """None for a part that is no sheet; an archive inside (an embedded object) is weighed and never opened."""
    pieces = unpacked(archive, entry, meter)
    first = next(pieces, b"")
    is_xml = first.lstrip().startswith(XML_STARTS) and not entry.filename.casefold().endswith(".vml")
    reader = PartReader(limits) if is_xml else None
    if reader:
        reader.feed(first)
    for piece in pieces:
        if reader:
            reader.feed(piece)
    if reader:
        reader.close()
    return reader.facts if reader else None


def _small(archive: ZipFile, names: dict[str, ZipInfo], name: str) -> bytes:
    entry = names[name]
    if entry.file_size > INDEX_BYTES:
        raise Refusal(Reason.UNPACKS)
    return archive.read(entry)


def _sheet_parts(workbook: bytes, relations: bytes) -> dict[str, str]:
    """Sheet name → part name in small letters, as the workbook relates them."""
    targets = {relation["Id"]: relation["Target"] for relation in elements(relations, "Relationship")}
    sheets = [sheet for sheet in elements(workbook, "sheet") if sheet.get("id") in targets]
    return {sheet["name"]: _part(targets[sheet["id"]]) for sheet in sheets}


def _part(target: str) -> str:
    inside = target[1:] if target.startswith("/") else posixpath.join("xl", target)
    return posixpath.normpath(inside).casefold()
