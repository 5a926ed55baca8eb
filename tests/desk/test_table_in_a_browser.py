"""Cells that were typed and not yet checked are not thrown away by a click on another page of the list."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]


def test_another_page_of_the_list_asks_before_what_was_typed_is_lost(site, make, cast):
    firms = [make.enterprise(unit=cast.section, contact="王经理") for _ in range(21)]
    page = site.window(cast.clerk).page
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.goto(f"{site.url}/enterprises?grid=1")
    field = page.locator(f"input[name='{firms[0].id}-contact']")
    field.fill("王新任")
    page.locator(".pager a[rel=next]").click()
    page.wait_for_function("true")

    assert asked == ["beforeunload"]
    assert field.input_value() == "王新任"
