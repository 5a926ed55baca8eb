"""What a PDF says outside its compressed pictures and pages: there it would name a program or a file it carries.

A stream is passed over only where every reader must take it for one; a PDF of unusual build is searched whole, and
refused where parts of it stay shut. Names may be written with #-codes, and objects be packed into object streams.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

BLANK = rb"[\x00\t\n\x0c\r ]"
HEAD = re.compile(rb"\d{1,10}" + BLANK + rb"+\d{1,5}" + BLANK + rb"+obj(?![A-Za-z])")
WORD = re.compile(rb"obj(?![A-Za-z])")
OPENS = re.compile(BLANK + rb"*<<")
BEGINS = re.compile(BLANK + rb"*stream\r?\n")
TOKEN = re.compile(rb"[(%]|<<|<[^<>]*>|>>|endobj")
IN_TEXT = re.compile(rb"[()\\]")
CODED = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED = re.compile(rb"/(?:ObjStm|First)(?![A-Za-z])")
DEFLATED = re.compile(rb"/Filter" + BLANK + rb"*(?:\[" + BLANK + rb"*)?/Fl(?:ateDecode)?" + BLANK + rb"*(?:\]|/|>>)")
FILES = rb"EF(?:" + BLANK + rb"*(?:<<|%)|" + BLANK + rb"+\d)"
"""The files of a paper, here or in an object of their own."""
ACTIVE = re.compile(rb"/(?:(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b|" + FILES + rb")")
LINE_END = re.compile(rb"[\r\n]")
BLANKS_AND_DIGITS, LOOK_BACK = b"\x00\t\n\x0c\r 0123456789", 64
MOST_UNPACKED = 32 * 1024 * 1024
MOST_OBJECTS = MOST_CODES = 200_000
MARKS, MOST_MARKS = (b"(", b")", b"\\", b"<", b"%"), 3_000_000


class Shut(Exception):
    """Parts of the PDF cannot be looked into: packed in an unknown way, encrypted, or far too large."""


class _Odd(Exception):
    """Built so that two readers may see different objects."""


@dataclass
class _Looked:
    """What is left outside the streams; `packed` object streams are unpacked in it."""

    content: bytes
    outside: list[bytes] = field(default_factory=list)
    room: int = MOST_UNPACKED


def is_active(content: bytes) -> bool:
    """Does it name a program, another file inside, or a form that runs? Raises Shut."""
    return any(ACTIVE.search(_names(piece)) for piece in outside_streams(content))


def outside_streams(content: bytes) -> list[bytes]:
    """The bytes of a PDF without its streams, then what its object streams hold; all of it when it is oddly built."""
    looked = _Looked(content)
    try:
        _look(looked)
    except _Odd:
        if PACKED.search(_names(content)):
            raise Shut from None
        return [content]
    return looked.outside


def _names(piece: bytes) -> bytes:
    if piece.count(b"#") > MOST_CODES:
        raise Shut
    return CODED.sub(lambda code: bytes([int(code[1], 16)]), piece)


def _look(looked: _Looked) -> None:
    content, at, busy_until = looked.content, 0, 0
    for head in _heads(content):
        if head.start() < busy_until:
            raise _Odd
        said, busy_until = _object(content, head.end())
        if data := BEGINS.match(content, said) if said else None:
            end = content.find(b"endstream", data.end())
            if end < 0:
                raise _Odd
            _stream(looked, content[head.end() : said], content[data.end() : end])
            looked.outside.append(content[at : data.end()])
            at = busy_until = end
    looked.outside.append(content[at:])


def _heads(content: bytes) -> list[re.Match[bytes]]:
    if content.count(b"obj") > 2 * MOST_OBJECTS or sum(map(content.count, MARKS)) > MOST_MARKS:
        raise Shut
    heads = list(HEAD.finditer(content))
    ends = {head.end() for head in heads}
    if any(word.end() not in ends and _is_head(content, word.start()) for word in WORD.finditer(content)):
        raise _Odd
    return heads


def _is_head(content: bytes, at: int) -> bool:
    """May a reader take this for the head of an object whose numbers stand apart, say by a remark between them?"""
    before = content[max(0, at - LOOK_BACK) : at]
    gap = before[len(before.rstrip(BLANKS_AND_DIGITS)) :]
    return len(gap) == LOOK_BACK or b"\n" in gap or b"\r" in gap


def _object(content: bytes, at: int) -> tuple[int, int]:
    """Where the dictionary of an object ends, 0 when it is none, and where the object itself does, if no stream
    follows."""
    opens = OPENS.match(content, at)
    depth, said = 0, 0
    for kind, end in _tokens(content, at):
        depth += {b"<<": 1, b">>": -1}.get(kind, 0)
        if opens and not said and kind == b">>" and depth == 0:
            said = end
            if BEGINS.match(content, end):
                return said, end
        if kind == b"endobj":
            return said, end
    raise _Odd


def _tokens(content: bytes, at: int) -> Iterator[tuple[bytes, int]]:
    """What opens and closes, with its end; texts and remarks are passed over."""
    while found := TOKEN.search(content, at):
        at = found.end()
        if found[0] == b"(":
            at = _text_end(content, at)
        elif found[0] == b"%":
            at = line.end() if (line := LINE_END.search(content, at)) else len(content)
        else:
            yield found[0], at


def _text_end(content: bytes, at: int) -> int:
    depth = 1
    while depth:
        mark = IN_TEXT.search(content, at)
        if mark is None:
            raise _Odd
        at = mark.end() + (mark[0] == b"\\")
        depth += {b"(": 1, b")": -1}.get(mark[0], 0)
    return at


def _stream(looked: _Looked, dictionary: bytes, data: bytes) -> None:
    said = _names(dictionary)
    if not PACKED.search(said):
        return
    if b"/Filter" in said:
        data = _unpacked(said, data, looked.room)
        looked.room -= len(data)
    looked.outside.append(data)


def _unpacked(said: bytes, data: bytes, room: int) -> bytes:
    if said.count(b"/Filter") != 1 or not DEFLATED.search(said) or b"/DecodeParms" in said or b"/DP" in said:
        raise Shut
    try:
        plain = zlib.decompressobj().decompress(data, room + 1)
    except zlib.error:
        raise Shut from None
    if len(plain) > room:
        raise Shut
    return plain
