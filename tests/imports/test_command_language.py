"""What the commands say is Chinese, and English where LANG says so; the keys for programs are always the same."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from crm.core.db import db
from crm.core.speech import command_language
from crm.enterprises.serving_models import Assignment
from tests.imports.conftest import HEAD, SAMPLE

CJK, LATIN = re.compile("[\u4e00-\u9fff]"), re.compile("[A-Za-z]{4,}")


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh_Hans_CN"),
        ({"LANG": "C.UTF-8"}, "zh_Hans_CN"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_Hans_CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "", "LC_MESSAGES": "zh_CN"}, "zh_Hans_CN"),
    ],
)
def test_the_language_of_a_command(environment, language):
    assert command_language(environment) == language


def words(notices, names=re.compile("“.*?”|[：:].*|服务专员对接表|名单|统一社会信用代码")):
    """The sentences without the names of firms, people, sheets and columns in them."""
    return [names.sub("", notice) for notice in notices]


def test_notices_are_chinese_or_english_under_the_same_keys(command):
    asked = ("import", "enterprises", SAMPLE, "--check", "--json")
    chinese, english = command(*asked), command(*asked, lang="en_US.UTF-8")

    assert list(chinese) == list(english) and len(chinese["notices"]) == len(english["notices"]) > 2
    assert not [notice for notice in words(chinese["notices"]) if LATIN.search(notice)]
    assert not [notice for notice in words(english["notices"]) if CJK.search(notice)]


@pytest.mark.parametrize(("lang", "reason"), [("zh_CN.UTF-8", "应为 18 位"), ("en_US.UTF-8", "a credit code has 18")])
def test_errors_follow_too(command, book, lang, reason):
    path = book([HEAD, ("杭州和达有限公司", "9133010", *[""] * 7)])

    assert reason in command("import", "enterprises", path, "--check", expect=1, lang=lang)
    [error] = command("import", "enterprises", path, "--check", "--json", expect=1, lang=lang)["errors"]
    assert reason in error["reason"] and error["column"] == "统一社会信用代码", "the file's own head"


def test_exports_say_how_much_in_the_same_language(command, make, cast, tmp_path):
    make.enterprise("杭州和达有限公司", unit=cast.bureau)

    asked = ("export", "enterprises", "--format", "csv", "--out", tmp_path / "list.csv")
    assert CJK.search(command(*asked))
    assert not CJK.search(command(*asked, lang="en_US.UTF-8"))
    assert "企业名称" in (tmp_path / "list.csv").read_text(encoding="utf-8-sig"), "the file is the bureau's"


def test_what_stays_in_the_register_is_in_the_bureaus_language(command, make, cast, book):
    make.enterprise("杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    path = book([HEAD[:3], ("杭州和达有限公司", make.code(1), "周敏")])

    command("import", "enterprises", path, "--apply", lang="en_US.UTF-8")

    left = db.session.scalars(select(Assignment).where(Assignment.ended_on.is_not(None))).one()
    assert left.handover_note == "导入 名单.xlsx"
