"""What a file is, told by its content; names and suffixes lie."""

from __future__ import annotations

import re
from pathlib import Path

from crm.sheets.grid import Format
from crm.sheets.limits import MIB, Limits
from crm.sheets.refusal import Reason, Refusal

HEAD = 4096
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_XLS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")  # BIFF records without a container
ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
WEB = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head", b"<style", b"mime-version:")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00.{16}(\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)  # BOF, FILEPASS
BOOKS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))


def sniff(path: Path, limits: Limits) -> Format:
    """Raises Refusal for what is no workbook at all."""
    size = path.stat().st_size
    if not size:
        raise Refusal(Reason.EMPTY)
    if size > limits.file_bytes:
        raise Refusal(Reason.TOO_BIG, limit=limits.file_bytes // MIB)
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(ZIP):
        return Format.XLSX
    if head.startswith(OLE):
        return _inside_ole(path.read_bytes())
    return _text(head)


def _inside_ole(content: bytes) -> Format:
    """The directory of an OLE file names its streams in UTF-16."""
    if any(name in content for name in BOOKS):
        if LOCKED_XLS.search(content):
            raise Refusal(Reason.PASSWORD)
        return Format.XLS
    raise Refusal(Reason.PASSWORD if ENCRYPTED in content else Reason.UNKNOWN)


def _text(head: bytes) -> Format:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    lower = start[:64].lower()
    if lower.startswith(WEB) or (lower.startswith(b"<") and b"<html" in head.lower()):
        raise Refusal(Reason.WEB_PAGE)
    if lower.startswith(b"<?xml"):
        raise Refusal(Reason.OTHER_FORMAT, format=".xml")
    if start.startswith(ARCHIVES):
        raise Refusal(Reason.ARCHIVE)
    is_binary = b"\0" in head and not head.startswith(UTF_16)
    if is_binary or head.startswith(OLD_XLS) or start.startswith(b"%PDF"):
        raise Refusal(Reason.UNKNOWN)
    return Format.CSV
