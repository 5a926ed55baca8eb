"""Every word shown to people exists in both languages, in a good clerk's Chinese."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from crm.core.catalogue import merged

ROOT = Path(__file__).resolve().parents[2]
SAID = {"_": None, "_l": None, "gettext": None, "ngettext": (1, 2), "say": None}
PARTS = sorted((ROOT / "crm" / "translations" / "parts").glob("*.po"))
HELD = re.compile(r"%\((\w+)\)[sd]")
CLUMSY = re.compile(r"非法|(?<![申邀提])请|无效|登陆|其它|您|！|!|\.\.\.")
HALF_WIDTH = re.compile(r"[一-鿿][,;:?()]|[,;?()][一-鿿]")


def used() -> dict[str, str]:
    """msgid → the first place that says it."""
    found: dict[str, str] = {}
    for folder, method, suffixes in (
        ("crm", "python", {".py"}),
        ("templates", "jinja2.ext:babel_extract", {".html", ".txt"}),
    ):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in suffixes and "migrations" not in path.parts:
                with path.open("rb") as file:
                    for line, words, *_ in extract(method, file, SAID, options={"trimmed": "true"}):
                        found.setdefault(singular(words), f"{path.relative_to(ROOT)}:{line}")
    return found


def singular(words) -> str:
    return words if isinstance(words, str) else words[0]


def translations(path: Path) -> list:
    with path.open("rb") as file:
        return [message for message in read_po(file, locale="zh_Hans_CN") if message.id]


def test_everything_said_has_its_chinese_words():
    known = {singular(message.id) for message in merged() if message.id}
    assert {words: place for words, place in used().items() if words not in known} == {}


def test_no_translation_is_left_over():
    """A word may be chosen first and said later, so its text anywhere in the code counts."""
    said = used()
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "crm").rglob("*.py"))
    unsaid = [(part.name, singular(m.id)) for part in PARTS for m in translations(part) if singular(m.id) not in said]
    assert [left for left in unsaid if f'"{left[1]}"' not in code] == []


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_a_translation_holds_what_its_original_holds(part):
    for message in translations(part):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        wanted = set().union(*(HELD.findall(words) for words in ids))
        for text in texts:
            assert text, f"{ids[0]!r} has no translation"
            assert set(HELD.findall(text)) == wanted, f"{ids[0]!r}: {text!r}"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_the_chinese_is_a_good_clerks(part):
    texts = [
        (m.id, text) for m in translations(part) for text in ([m.string] if isinstance(m.string, str) else m.string)
    ]
    assert [text for _, text in texts if CLUMSY.search(text)] == []
    assert [text for _, text in texts if HALF_WIDTH.search(HELD.sub("", text))] == []


def test_what_is_said_is_written_where_it_is_said():
    """`say(words)` hides its words from the catalogue: they would be shown in English."""
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in (ROOT / "crm").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("say", "_")
        if call.args and not all(isinstance(part, ast.Constant) for part in said_in(call.args[0]))
    ]
    assert hidden == []


def said_in(argument):
    """The texts of `"a" if x else "b"`, or the one that stands there."""
    return said_in(argument.body) + said_in(argument.orelse) if isinstance(argument, ast.IfExp) else [argument]
