"""What somebody sends as a photo or a paper: told by its content, never by its name, and made harmless.

Pictures are decoded and written anew as JPEG: no place, no camera, nothing hidden behind the picture survives.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from crm.core.errors import RuleBroken
from crm.core.words import Say, say
from crm.files import papers

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_EDGE = 2000
QUALITY = 85
JPEG, PDF = "image/jpeg", "application/pdf"
BEGINS = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "webp": b"RIFF", "pdf": b"%PDF-"}
ENDINGS = {"jpg": "jpeg", "jpeg": "jpeg", "png": "png", "webp": "webp", "pdf": "pdf"}
PAGES = re.compile(rb"<script|<html|<\?php", re.IGNORECASE)
ARCHIVE, ARCHIVE_TAIL = b"PK\x05\x06", 66_000  # an archive is read from its end, where this stands
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error, MemoryError)


@dataclass(frozen=True)
class Checked:
    """Bytes that may be kept and shown, and what they are called."""

    name: str
    media_type: str
    content: bytes


def checked(source: IO[bytes], name: str) -> Checked:
    """Raises RuleBroken with words that name the file and say what to do."""
    content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _refused(name, say("it is larger than %(n)s MB", n=MOST_BYTES >> 20))
    kind = _kind(content)
    if kind is None:
        raise _refused(name, say("only photos (JPEG, PNG, WebP) and PDF are taken"))
    ending = PurePath(name).suffix.lower().lstrip(".")
    if ENDINGS.get(ending) != kind:
        raise _refused(name, say("its name does not fit what it is (%(kind)s)", kind=kind.upper()))
    if kind == "pdf":
        return Checked(name, PDF, _paper(content, name))
    return Checked(f"{PurePath(name).stem}.jpg", JPEG, _picture(content, kind, name))


def _kind(content: bytes) -> str | None:
    kind = next((kind for kind, begin in BEGINS.items() if content.startswith(begin)), None)
    return None if kind == "webp" and content[8:12] != b"WEBP" else kind


def _picture(content: bytes, kind: str, name: str) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=(kind.upper(),)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refused(name, say("it has more than %(n)s million dots", n=MOST_PIXELS // 1_000_000))
            image.draft("RGB", (LONGEST_EDGE, LONGEST_EDGE))
            return _anew(image)
    except (*BROKEN, Image.DecompressionBombError) as error:
        raise _refused(name, say("the picture is damaged")) from error


def _anew(image: Image.Image) -> bytes:
    """Upright, no larger than needed, on white where it was transparent, without anything but its dots."""
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    plain = Image.new("RGB", upright.size, "white")
    solid = upright.convert("RGBA")
    plain.paste(solid, mask=solid.getchannel("A"))
    out = BytesIO()
    plain.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _paper(content: bytes, name: str) -> bytes:
    """A PDF is kept as it is; one that acts, carries files or is something else as well is refused."""
    if b"%%EOF" not in content[-2048:]:
        raise _refused(name, say("the PDF is not complete"))
    try:
        is_more = papers.is_active(content) or PAGES.search(content) or ARCHIVE in content[-ARCHIVE_TAIL:]
    except papers.Shut as shut:
        raise _refused(name, say("the PDF cannot be looked into: print it to a new PDF first")) from shut
    if is_more:
        raise _refused(name, say("the PDF holds programs or other files: print it to a new PDF first"))
    return content


def _refused(name: str, why: Say) -> RuleBroken:
    return RuleBroken(say("“%(name)s” was not taken: %(why)s", name=name[:80], why=why), "files")
