"""Who served this enterprise on a day, as a script asks."""

import json

import pytest

from crm.core.db import writing
from crm.enterprises import merging


@pytest.fixture
def ask(app):
    def run(*words, expect=0):
        result = app.test_cli_runner(catch_exceptions=False).invoke(args=["serving", *words])
        assert result.exit_code == expect, result.output
        return result.output

    return run


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达有限公司", unit=cast.section, code=make.code(1), commissioner=cast.lin)


def test_the_name_of_the_day_as_a_sentence_and_as_an_object(ask, make, firm):
    code = make.code(1)

    assert "杭州和达有限公司" in ask(code) and "林晓" in ask(f" {code.lower()} ")
    told = json.loads(ask(code, "--on", "2026-11-23", "--json"))
    assert (told["credit_code"], told["on"], told["commissioner"]) == (code, "2026-11-23", "林晓")


def test_nobody_and_an_unknown_code_have_exit_codes_of_their_own(ask, make, firm):
    assert "无服务专员" in ask(make.code(1), "--on", "2020-01-01", expect=1)
    ask(make.code(7), expect=2)


def test_the_code_of_a_merged_entry_leads_to_the_one_that_is_left(ask, make, cast, firm):
    gone = make.enterprise("杭州和达公司", unit=cast.section, code=make.code(2), commissioner=cast.zhou)
    with writing():
        proposed = merging.propose(firm, gone, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(proposed, by=cast.manager)

    told = json.loads(ask(make.code(2), "--json"))
    assert (told["credit_code"], told["commissioner"]) == (make.code(1), "林晓")
