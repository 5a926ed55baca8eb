"""The clerk corrects cells of the page she sees: check page, one save, undo."""

import json

import pytest
from sqlalchemy import select

from crm.core import unseen
from crm.core.db import db, writing
from crm.enterprises import contacts, editing, extras
from crm.enterprises.models import Enterprise
from crm.tiers.models import TierPeriod
from tests.desk.table import grid


def test_cells_are_changed_on_one_page_and_saved_after_one_check(page, cast, firms):
    one, two, _ = firms
    grid(page, cast.clerk)
    page.submit(
        expect=200,
        **{
            f"{one.id}-tier": "T2",
            f"{one.id}-x1": "1,200.50",
            f"{two.id}-territory": str(cast.park.id),
            f"{two.id}-phone": "0571 8691 2345",
        },
    )
    assert "T2" in page.text and cast.park.name in page.text and "王0" not in page.text
    page.submit(form="save-table")

    assert (one.tier, two.territory_id) == ("T2", cast.park.id)
    assert contacts.primary_of(two.id).phone == "0571-86912345"
    assert extras.values_of([one.id]) == {one.id: {1: "1200.5"}}
    assert db.session.scalars(select(TierPeriod.tier)).all() == ["T2"]


def test_two_people_at_the_same_cell_the_second_is_told_and_loses_nothing(page, cast, firms):
    one, *_ = firms
    grid(page, cast.clerk)
    with writing():
        editing.change(db.session.get_one(Enterprise, one.id), {"territory": str(cast.park.id)}, by=cast.manager)
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13700000000")

    page.submit(expect=409, **{f"{one.id}-phone": "13900000000"})
    assert "137****0000" in page.text
    assert page.all("input", name=f"{one.id}-phone")[0].get("value") == "13900000000"
    page.submit(expect=200)
    page.submit(form="save-table")
    assert contacts.primary_of(one.id).phone == "13900000000"


@pytest.mark.parametrize("when", ["before the check", "before the save"])
def test_another_number_behind_the_same_mask_is_noticed(page, cast, firms, when):
    one, *_ = firms
    grid(page, cast.clerk)
    if when == "before the save":
        page.submit(expect=200, **{f"{one.id}-phone": "13900000000"})
    with writing():
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13877770000")

    if when == "before the save":
        page.submit(form="save-table", expect=409)
        assert contacts.primary_of(one.id).phone == "13877770000"
        back_to_the_table(page)
    else:
        page.submit(expect=409, **{f"{one.id}-phone": "13900000000"})
    assert "138****0000" in page.text and "13877770000" not in page.response.text
    page.submit(expect=200)
    page.submit(form="save-table")
    assert contacts.primary_of(one.id).phone == "13900000000"


def test_the_same_number_typed_by_two_people_is_no_conflict(page, cast, firms):
    one, *_ = firms
    grid(page, cast.clerk)
    with writing():
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13900001111")
    page.submit(expect=200, **{f"{one.id}-phone": "139 0000 1111"})
    page.submit(form="save-table")
    assert contacts.primary_of(one.id).phone == "13900001111"


def test_the_signs_of_masked_numbers_tell_nothing(page, make, cast, app):
    """Nobody can try numbers against them, nor see that two firms have the same one."""
    numbers = [make.enterprise(unit=cast.section, contact="王", phone="13812346789") for _ in range(2)]
    grid(page, cast.clerk)
    was = json.loads(page.all("input", name="was")[0].get("value"))
    signs = [was[str(firm.id)]["#phone"] for firm in numbers]
    assert len(set(signs)) == 2 and "13812346789" not in page.response.text

    app.secret_key, secret = "another secret, as long as the first one was", app.secret_key
    assert not {unseen.sign("phone of enterprise", firm.id, value="13812346789") for firm in numbers} & set(signs)
    app.secret_key = secret
    assert [unseen.sign("phone of enterprise", firm.id, value="13812346789") for firm in numbers] == signs


def test_a_conflict_at_the_last_save_leads_back_to_the_table_with_everything_typed(page, cast, firms):
    one, two, three = firms
    grid(page, cast.clerk)
    typed = {f"{one.id}-phone": "13900000000", f"{two.id}-contact": "王新任", f"{two.id}-x1": "88"}
    page.submit(expect=200, **typed)
    with writing():
        contacts.change(contacts.primary_of(one.id), one, by=cast.manager, phone="13700000000")
        editing.change(db.session.get_one(Enterprise, three.id), {"territory": str(cast.park.id)}, by=cast.manager)

    page.submit(form="save-table", expect=409)
    back_to_the_table(page)
    assert {name: page.all("input", name=name)[0].get("value") for name in typed} == typed
    assert "137****0000" in page.text
    page.submit(expect=200)
    page.submit(form="save-table")

    assert (contacts.primary_of(one.id).phone, contacts.primary_of(two.id).name) == ("13900000000", "王新任")
    assert (three.territory_id, extras.values_of([two.id])) == (cast.park.id, {two.id: {1: "88"}})


def test_from_a_quiet_check_page_one_goes_on_typing_too(page, cast, firms):
    one, *_ = firms
    grid(page, cast.clerk)
    page.submit(expect=200, **{f"{one.id}-tier": "T2"})

    back_to_the_table(page)
    page.submit(expect=200, **{f"{one.id}-contact": "李四"})
    page.submit(form="save-table")

    assert (one.tier, contacts.primary_of(one.id).name) == ("T2", "李四")


def test_what_was_typed_for_a_row_that_left_the_page_is_told(page, cast, firms):
    one, two, _ = firms
    page.as_(cast.clerk).open("/enterprises?grid=1&territory=none&columns=territory&columns=phone")
    page.submit(expect=200, **{f"{one.id}-phone": "13900000000", f"{two.id}-phone": "13900000001"})
    with writing():
        editing.change(db.session.get_one(Enterprise, one.id), {"territory": str(cast.park.id)}, by=cast.manager)

    back_to_the_table(page, expect=422)
    assert "13900000000" in page.text and one.name in page.text
    assert page.all("input", name=f"{two.id}-phone")[0].get("value") == "13900000001"


def test_cells_typed_for_a_row_that_a_colleague_took_off_the_page_are_told_not_dropped(page, cast, firms):
    one, two, three = firms
    page.as_(cast.clerk).open("/enterprises?grid=1&territory=none&columns=tier&columns=territory&columns=phone")
    with writing():
        editing.change(db.session.get_one(Enterprise, one.id), {"territory": str(cast.park.id)}, by=cast.manager)
        db.session.get_one(Enterprise, three.id).unit = cast.elsewhere

    typed = {f"{one.id}-phone": "13900000000", f"{two.id}-phone": "13900000001", f"{three.id}-tier": "T2"}
    page.submit(expect=409, **typed)
    assert f"{one.name}已不在本页" in page.text and "13900000000" in page.text
    assert three.name not in page.text and "一家企业已不在本页" in page.text
    assert page.all("input", name=f"{two.id}-phone")[0].get("value") == "13900000001"
    page.submit(expect=200)
    page.submit(form="save-table")

    assert [contacts.primary_of(firm.id).phone for firm in (one, two)] == ["13800000000", "13900000001"]


def back_to_the_table(page, expect=200):
    button = next(b for b in page.all("button") if b.get("formaction"))
    next(f for f in page.all("form") if f.get("id") == "save-table").set("action", button.get("formaction"))
    page.submit(form="save-table", again="1", expect=expect)


def test_a_cell_that_does_not_fit_is_marked_and_the_rest_stays_typed(page, cast, firms):
    one, two, _ = firms
    grid(page, cast.clerk)
    page.submit(expect=422, **{f"{one.id}-x1": "viel", f"{two.id}-tier": "T3"})

    wrong = page.all("input", name=f"{one.id}-x1")[0]
    assert wrong.get("aria-invalid") == "true" and wrong.get("value") == "viel"
    assert two.tier is None
    [summary] = page.all("div", id="error-summary")
    assert f"{one.name} 产值：" in "".join(summary.itertext())
    changed = [e.get("name") for tag in ("input", "select") for e in page.all(tag) if e.get("data-was") is not None
               and e.get("data-was") != value_of(e)]  # fmt: skip
    assert changed == [f"{one.id}-x1", f"{two.id}-tier"]


def value_of(field):
    chosen = [option.get("value") for option in field.iter() if option.get("selected") is not None]
    return chosen[0] if chosen else field.get("value", "")


def test_a_masked_number_that_was_not_touched_stays_the_whole_number(page, cast, firms):
    one, *_ = firms
    grid(page, cast.clerk)
    assert page.all("input", name=f"{one.id}-phone")[0].get("value") == "138****0000"
    page.submit(expect=200, **{f"{one.id}-contact": "王小二"})
    page.submit(form="save-table")

    assert (contacts.primary_of(one.id).name, contacts.primary_of(one.id).phone) == ("王小二", "13800000000")


def test_what_a_forged_check_page_says_about_foreign_enterprises_is_ignored(page, make, cast, firms):
    foreign = make.enterprise(unit=cast.elsewhere)
    grid(page, cast.clerk)
    page.submit(expect=200, **{f"{firms[0].id}-tier": "T4"})
    changes = json.dumps([[foreign.id, {"tier": ["", "T1"]}], [firms[0].id, {"tier": ["", "T4"]}]])
    page.submit(form="save-table", changes=changes)

    assert (foreign.tier, firms[0].tier) == (None, "T4")


def test_ticked_rows_get_a_tier_at_once(page, cast, firms):
    page.as_(cast.manager).open("desk.set_many", id=[f.id for f in firms])
    page.submit(tier="T3", expect=200)
    page.submit(form="save-table")

    assert {f.tier for f in firms} == {"T3"}


def test_all_that_match_are_more_than_the_page(page, make, cast):
    for _n in range(23):
        make.enterprise(unit=cast.section)
    make.enterprise("别处的公司", unit=cast.elsewhere)
    page.as_(cast.manager).open("desk.set_many", all="1")

    assert "23" in page.text and "别处的公司" not in page.text
