"""What only a browser can show: the draft that survives, and photos made small on the phone and sent one by one."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import select

from crm.core.db import db
from crm.files import store
from crm.files.models import StoredFile
from crm.visits.models import Visit
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
DRAFTS = "Object.keys(localStorage).filter(name => name.startsWith('draft:')).length"


def test_a_draft_survives_a_reload_is_saved_once_and_leaves_with_its_save_or_its_person(site, make, cast, tmp_path):
    firm = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")
    page = site.window(cast.lin, size=PHONE).page
    page.goto(f"{site.url}/visits/new?enterprise={firm.id}")
    page.get_by_label("走访内容").fill("用电增容,写到一半")
    page.get_by_label("电话", exact=True).check()
    page.reload()
    expect(page.get_by_label("走访内容")).to_have_value("用电增容,写到一半")
    expect(page.get_by_label("电话", exact=True)).to_be_checked()

    page.get_by_label("7 天后 11-30").check()
    page.get_by_role("button", name="保存走访").click()
    expect(page.locator("#flashes")).to_contain_text("走访已保存")
    assert page.evaluate(DRAFTS) == 0
    photo = tmp_path / "车间.png"
    Image.effect_noise((2400, 1200), 80).save(photo)
    page.get_by_label("照片或 PDF").set_input_files([photo])
    expect(page.locator(".photos img")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]

    page.goto(f"{site.url}/visits/new?enterprise={firm.id}")
    page.get_by_label("走访内容").fill("换人之前写的")
    page.goto(f"{site.url}/me")
    assert page.evaluate(DRAFTS) == 1
    page.locator("main #sign-out button").click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(DRAFTS) == 0

    db.session.rollback()
    assert [visit.kind for visit in db.session.scalars(select(Visit))] == ["call"]
    kept = db.session.scalars(select(StoredFile)).one()
    assert Image.open(BytesIO(store.path_of(kept.stored_as).read_bytes())).size == (1600, 800), "made small there"
    assert kept.name == "车间.jpg"


PASTE = """async ([label, words]) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 20;
  canvas.getContext("2d").fillText(String(Math.random()), 0, 10);
  const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
  const clipboard = new DataTransfer();
  clipboard.items.add(new File([picture], "image.png", { type: "image/png" }));
  if (words) clipboard.setData("text/plain", words);
  const field = document.querySelector(`[aria-label="${label}"]`);
  field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: clipboard, bubbles: true, cancelable: true }));
}"""


def test_a_pasted_screenshot_joins_the_files_of_its_line(site, make, cast):
    make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理")
    page = site.window(cast.lin).page
    page.goto(f"{site.url}/visits/late")
    page.get_by_label("第 1 行 企业").fill("和达生物")
    page.get_by_label("第 1 行 走访内容").fill("看了截图")
    names = "Array.from(document.querySelectorAll('input[type=file]')).map(f => Array.from(f.files).map(x => x.name))"
    for words in ("", "", "copied cells of a sheet"):
        page.evaluate(PASTE, ["第 1 行 走访内容", words])
    assert page.evaluate(names)[:2] == [["截图 1.png", "截图 2.png"], []]
    page.get_by_role("button", name="全部保存").click()
    expect(page.locator(".photos img")).to_have_count(2)
