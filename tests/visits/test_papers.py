"""A PDF is refused for what it says, not for what its compressed bytes spell by chance."""

import re
import time
import zlib
from contextlib import suppress
from io import BytesIO

import pytest
from PIL import Image

from crm.core.errors import RuleBroken
from crm.files import checked, papers

pytestmark = pytest.mark.rules
SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
CHANCE = b"\x00\xf1/JS \x9c/Launch<\xff/EmbeddedFile\x00/XFA \x01PK\x03\x04\x02obj\x03stream\x04"


def paper(*objects: bytes, tail: bytes = b"trailer<</Root 1 0 R>>\n%%EOF\n") -> bytes:
    numbered = (b"%d 0 obj\n%s\nendobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + b"".join(numbered) + tail


def stream(data: bytes, said: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (said, len(data), data)


def packed(plain: bytes, said: bytes = b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode") -> bytes:
    return stream(zlib.compress(plain), said)


ROOT = b"<</Type/Catalog/Pages 2 0 R>>"
BY_CHANCE = stream(CHANCE, b"/Type/XObject/Subtype/Image/Filter/DCTDecode")


def scan() -> bytes:
    out = BytesIO()
    Image.effect_noise((900, 1200), 80).convert("RGB").save(out, "PDF", quality=90)
    return out.getvalue()


HONEST = {
    "a scan": scan(),
    "a scan that spells a program by chance": paper(ROOT, BY_CHANCE),
    "a modern one with packed objects": paper(ROOT, BY_CHANCE, packed(b"5 0 <</Type/Outlines/First 6 0 R>>")),
    "brackets, remarks and codes in its texts": paper(
        b"<</Title(a \\( b (c) >> endobj) /ID[<41><42>]/K#41 1>> % (remark\n", BY_CHANCE, b"<</A<</B<41>>>>>>"
    ),
    "a font that is called like it": paper(b"<</Font<</EF5 6 0 R/EF_1 7 0 R>>>>"),
    "an odd one without anything": paper(b"(open 9 0 obj <<>> endobj", ROOT),
}
HOSTILE = {
    "a program": paper(b"<</Type/Catalog/OpenAction" + SCRIPT + b">>"),
    "a program behind coded names": paper(b"<</OpenAction<</S/J#61vaScript/#4aS(x)>>>>"),
    "a program to start": paper(b"<</OpenAction<</S/Launch/F(calc.exe)>>>>"),
    "a file inside": paper(ROOT, stream(b"MZ", b"/Type/EmbeddedFile")),
    "a list of files inside": paper(b"<</Names<</EmbeddedFiles 5 0 R>>>>"),
    "a file inside that names no type": paper(b"<</Type/Filespec/EF <</F 5 0 R>>>>"),
    "a file whose list stands elsewhere": paper(
        ROOT, b"<</Subtype/FileAttachment/FS<</Type/Filespec/EF 5 0 R>>>>", stream(b"MZ"), b"<</F 3 0 R>>"
    ),
    "a file whose list stands elsewhere, over two lines": paper(ROOT, b"<</FS<</E#46\n5\r0\tR>>>>", stream(b"MZ")),
    "a file whose list stands elsewhere, behind a remark": paper(ROOT, b"<</FS<</EF%x\n5 0 R>>>>", stream(b"MZ")),
    "a form that runs": paper(b"<</AcroForm<</XFA 5 0 R>>>>"),
    "a film": paper(b"<</Subtype/RichMedia>>"),
    "a program in a packed object": paper(ROOT, packed(b"5 0 " + SCRIPT)),
    "a file in a packed object": paper(ROOT, packed(b"5 0 <</Names<</EmbeddedFiles 6 0 R>>>>")),
    "a program in a packed object of a coded type": paper(
        ROOT, packed(b"5 0 <</S/Launch>>", b"/Type/Obj#53tm/N 1/Fir#73t 4/Fi#6cter/FlateDecode")
    ),
    "a program in an object stream that is not packed": paper(ROOT, stream(b"5 0 " + SCRIPT, b"/Type/ObjStm/First 4")),
    "an object hidden in a stream": paper(ROOT, stream(b"7 0 obj\n" + SCRIPT + b"\nendobj")),
    "an object hidden there behind a remark": paper(ROOT, stream(b"7 %x\n0 obj\n" + SCRIPT + b"\nendobj")),
    "a stream that is only a text": paper(b"<</A(<<>>stream\n)/OpenAction" + SCRIPT + b"/B(endstream)>>"),
    "a stream inside a list": paper(b"[<<>>stream\n" + SCRIPT + b"endstream]"),
    "a head inside a remark": paper(b"% 8 0 obj <</A (>>\n<<>>stream\n ) /AA " + SCRIPT + b" endstream >>"),
    "a stream that never ends": paper(ROOT, b"<</Filter/FlateDecode>>\nstream\n" + SCRIPT)[:-4] + b"%%EOF",
    "an archive at its end": paper(ROOT, tail=b"PK\x05\x06" + b"\0" * 18 + b"%%EOF"),
    "a page in its head": paper(b"<</Title(<HTML>)>>"),
}
SHUT = {
    "locked": paper(ROOT, stream(b"\x8f\x11 encrypted", b"/Type/ObjStm/First 4/Filter/FlateDecode")),
    "packed twice": paper(ROOT, packed(b"x", b"/Type/ObjStm/First 4/Filter[/ASCIIHexDecode/FlateDecode]")),
    "packed with a sieve": paper(ROOT, packed(b"x", b"/Type/ObjStm/Filter/FlateDecode/DecodeParms<</Predictor 12>>")),
    "a bomb": paper(ROOT, packed(b"\0" * (papers.MOST_UNPACKED + 1))),
    "many small bombs": paper(ROOT, *(packed(b"\0" * (papers.MOST_UNPACKED // 4)) for _ in range(5))),
    "an odd one with packed objects": paper(b"(open 9 0 obj", packed(b"5 0 " + SCRIPT)),
    "more objects than anybody draws": b"%PDF-1.7\n" + b"1 0 obj<<>>endobj " * 200_001 + b"%%EOF",
    "more codes than anybody writes": paper(b"<</A" + b"#41" * 200_001 + b">>"),
}


def refusal(content: bytes) -> str:
    with pytest.raises(RuleBroken) as refused:
        checked.checked(BytesIO(content), "a.pdf")
    return refused.value.obstacles[0].why.params["why"].msgid


@pytest.mark.parametrize("what", HONEST)
def test_an_honest_paper_is_kept_as_it_is(what):
    assert checked.checked(BytesIO(HONEST[what]), "a.pdf").content == HONEST[what]


@pytest.mark.parametrize("what", HOSTILE)
def test_a_paper_that_acts_or_carries_files_is_refused(what):
    assert refusal(HOSTILE[what]).startswith("the PDF holds programs or other files")


@pytest.mark.parametrize("what", SHUT)
def test_what_cannot_be_looked_into_is_refused(what):
    assert refusal(SHUT[what]).startswith("the PDF cannot be looked into")


@pytest.mark.parametrize("piece", [b"\n", b"1 ", b"(", b"%", b"<", b"<a", b"1 0 obj ", b"stream\n", b"obj\n", b"\\"])
def test_no_paper_keeps_the_server_busy(piece):
    """The largest that is taken, made of nothing but what costs most."""
    content, began = b"1 0 obj<</A" + piece * (checked.MOST_BYTES // len(piece)), time.process_time()
    with suppress(papers.Shut):
        papers.is_active(content)
    assert time.process_time() - began < 15


def test_the_bytes_by_chance_would_have_been_found():
    """The honest samples hold what is searched for: passing over streams is what lets them through."""
    assert papers.ACTIVE.search(HONEST["a scan that spells a program by chance"])
    assert re.search(rb"stream\n\x00\xf1/JS ", BY_CHANCE)
