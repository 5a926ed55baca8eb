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


def test_the_last_line_says_what_became_of_the_file(command, book):
    path = book([HEAD, ("杭州和达有限公司", "9133010", *[""] * 7), ("杭州远山仪器有限公司", *[""] * 8)])

    def last(*more, expect):
        return command("import", "enterprises", path, *more, expect=expect).strip().splitlines()

    checked = last("--check", expect=1)
    assert checked[0] == "共 2 行：新增 1，变更 0，无变化 0，有问题 1；新建人员 0 名"
    assert checked[-1] == "只是核对，没有写入。要写入加 --apply"
    assert last("--apply", expect=1)[-1] == "没有写入：1 行有问题。改正后再导入，或加 --skip-errors 只写没有问题的行"
    assert last("--apply", "--skip-errors", expect=0)[-1] == "已写入 1 行"


def test_a_file_that_cannot_be_written_is_told_why(command, tmp_path):
    assert "没有这个文件夹" in command("export", "visits", "--out", tmp_path / "none" / "a.xlsx", expect=1)
