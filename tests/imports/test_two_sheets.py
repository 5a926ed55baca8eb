"""Sheets of one file head their columns in words of their own."""

from __future__ import annotations

from tests.imports.conftest import HEAD
from tests.imports.wizard import bring_to_check, firm, row, upload


def test_sheets_that_use_other_words_for_the_same_are_no_double(page, cast, make, book):
    clerk = page.as_(cast.clerk)
    path = book(
        {
            "甲": [HEAD, row(make, 1, "杭州和达有限公司")],
            "乙": [("单位名称", "信用代码", "包联干部", "备注"), ("杭州博拓有限公司", make.code(2), "", "")],
        }
    )
    upload(clerk, path).follow()
    clerk.submit(form="columns", col_12="name", expect=422)
    assert "“单位名称”" in clerk.text, "two heads of one sheet are"

    bring_to_check(clerk, path).submit(form="write").follow()
    assert firm("杭州和达有限公司") and firm("杭州博拓有限公司")
