"""Two people move one card: cancelled it goes back, saved it moves, too late it says who was first."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.core import clock
from crm.core.db import db
from crm.cultivation.models import Track

pytestmark = pytest.mark.browser


def dropped(window, lane):
    window.drag_and_drop(".board-card", f"[data-lane={lane}]")
    return window.locator("#dialog")


def test_two_browsers_move_one_card(site, make, cast, way, firm):
    way.baseline("NEEQ", "NQ_REFORMED", (clock.today() - timedelta(days=20)).isoformat())
    lin, manager = site.window(cast.lin).page, site.window(cast.manager).page
    for window in (lin, manager):
        window.goto(f"{site.url}/board/NEEQ")
    stands = {w: w.locator("[data-lane=reform] .board-card") for w in (lin, manager)}

    dropped(lin, "quoted")
    expect(lin.locator("#flashes")).to_contain_text("不能直接进入该阶段")
    expect(stands[lin]).to_have_count(1)

    dialog = dropped(lin, "review")
    expect(dialog).to_contain_text("券商内核通过")
    expect(stands[lin]).to_have_count(0)
    dialog.get_by_role("link", name="取消").click()
    expect(stands[lin]).to_have_count(1)

    manager.locator(".board-card").get_by_text("移动").click()
    dialog = manager.locator("#dialog")
    dialog.get_by_label("依据").select_option("written")
    dialog.get_by_role("button", name="保存").click()
    expect(manager.locator("[data-lane=review] .board-card")).to_have_count(1)
    assert db.session.scalars(select(Track)).one().state == "NQ_KERNEL"

    dialog = dropped(lin, "review")
    expect(dialog).to_contain_text("李军 已于")
    expect(dialog).to_contain_text("券商内核通过")
    dialog.get_by_role("button", name="关闭").click()
    expect(stands[lin]).to_have_count(1)
    lin.reload()
    expect(lin.locator("[data-lane=review] .board-card")).to_have_count(1)
