"""Contacts: the first is the primary one, a removed one comes back, a masked number is never taken for a new one."""

import pytest

from crm.core.db import writing
from crm.enterprises import contacts
from tests.enterprises.test_editing import form_to


@pytest.fixture
def firm(make, cast):
    return make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王经理", phone="13812346789")


def test_contacts_are_added_changed_and_made_primary(page, cast, firm):
    page.as_(cast.lin).open("enterprises.add_contact", enterprise_id=firm.id)
    page.submit(name="沈秘书", position="行政", phone="+86 139 1234 6789、0571 8691 2345转801")
    second = contacts.of(firm.id)[1]
    assert second.phone == "13912346789 / 0571-86912345-801"

    page.open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    page.submit(form=form_to(page, "make-primary"))
    assert [c.name for c in contacts.of(firm.id)] == ["沈秘书", "王经理"]
    assert "沈秘书" in page.open("/enterprises?q=沈秘书").text


def test_a_removed_contact_comes_back_by_undo_or_within_thirty_days(page, cast, firm, now):
    with writing():
        contacts.add(firm, by=cast.lin, name="沈秘书")
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    page.submit(form=form_to(page, "remove"))
    assert [(c.name, c.is_primary) for c in contacts.of(firm.id)] == [("沈秘书", True)]
    page.follow()
    page.submit(form=form_to(page, "restore"))
    assert [c.name for c in contacts.of(firm.id)] == ["沈秘书", "王经理"]

    page.open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    page.submit(form=form_to(page, "remove"))
    now.move(days=29)
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    assert "近 30 天移除" in page.text
    now.move(days=2)
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    assert "近 30 天移除" not in page.text


def test_whoever_sees_numbers_masked_changes_the_rest_without_touching_them(page, cast, firm):
    primary = contacts.primary_of(firm.id)
    page.as_(cast.clerk).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    assert page.all("input", name="phone")[0].get("value") == "138****6789"
    page.submit(position="总经理")
    assert (primary.position, primary.phone) == ("总经理", "13812346789")

    page.open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    page.submit(phone="139****6789", expect=422)
    assert primary.phone == "13812346789"
    page.submit(phone="13712346789")
    assert primary.phone == "13712346789"


def test_a_masked_address_is_never_stored_over_the_real_one(page, cast, firm):
    primary = contacts.primary_of(firm.id)
    with writing():
        contacts.change(primary, firm, by=cast.lin, email="wangli@163.com")
    page.as_(cast.clerk).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    page.submit(email="wanx***@163.com", expect=422)
    assert "填写完整邮箱" in page.text and primary.email == "wangli@163.com"
    page.submit(email="123xx@163.com")
    assert primary.email == "123xx@163.com"


def test_two_people_at_one_contact_keep_what_only_one_of_them_changed(page, cast, firm):
    primary = contacts.primary_of(firm.id)
    page.as_(cast.clerk).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    with writing():
        contacts.change(primary, firm, by=cast.lin, phone="13712345555", note="周五不在")
    page.submit(position="总经理")
    assert (primary.position, primary.phone, primary.note) == ("总经理", "13712345555", "周五不在")


@pytest.mark.parametrize(("keep", "kept"), [("mine", "13900001111"), ("theirs", "13712345555")])
def test_two_people_at_the_same_field_of_a_contact_are_asked(page, cast, firm, keep, kept):
    primary = contacts.primary_of(firm.id)
    page.as_(cast.clerk).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    with writing():
        contacts.change(primary, firm, by=cast.lin, phone="13712345555")
    page.submit(phone="13900001111", position="总经理", expect=409)
    assert "137****5555" in page.text and "13712345555" not in page.response.text and cast.lin.name in page.text
    assert primary.phone == "13712345555"
    page.submit(form="compare", **{"keep-phone": keep})
    assert (primary.phone, primary.position) == (kept, "总经理")


@pytest.mark.parametrize(
    ("field", "mine", "theirs"),
    [("phone", "13900001111", "13877776789"), ("email", "li@example.cn", "wangwu@163.com")],
)
@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_another_value_behind_the_same_mask_is_asked_about(page, cast, firm, field, mine, theirs, keep):
    primary = contacts.primary_of(firm.id)
    with writing():
        contacts.change(primary, firm, by=cast.lin, email="wangli@163.com")
    page.as_(cast.clerk).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    with writing():
        contacts.change(primary, firm, by=cast.lin, **{field: theirs})
    page.submit(**{field: mine, "position": "总经理"}, expect=409)
    assert "已改为另一个" in page.text and theirs not in page.response.text
    page.submit(form="compare", **{f"keep-{field}": keep})
    assert (getattr(primary, field), primary.position) == (mine if keep == "mine" else theirs, "总经理")


def test_a_number_nobody_can_read_stays_as_it_was_written(cast, firm):
    with writing():
        contacts.change(contacts.primary_of(firm.id), firm, by=cast.lin, phone="传达室 8-123")
    assert contacts.primary_of(firm.id).phone == "传达室 8-123"


@pytest.mark.parametrize("slip", ["1381", "138123456789", "13812346789、0571-8691"])
def test_a_slip_of_the_finger_is_refused_in_words_and_kept_in_the_field(page, cast, firm, slip):
    primary = contacts.primary_of(firm.id)
    page.as_(cast.lin).open("enterprises.edit_contact", enterprise_id=firm.id, contact_id=primary.id)
    page.submit(phone=slip, expect=422)

    assert "既不是 11 位手机号码，也不是带区号的固定电话" in page.text
    assert page.all("input", name="phone")[0].get("value") == slip


@pytest.mark.parametrize("kept", ["13812346789 / 0571-86912345", "13812346789/0571-86912345"])
def test_several_numbers_are_parted_alike_wherever_they_stand(page, cast, firm, kept):
    """However they came into the register: typed, or brought in by an earlier import."""
    with writing():
        contacts.of(firm.id)[0].phone = kept
    whole, hidden = "13812346789 / 0571-86912345", "138****6789 / 0571****2345"

    page.as_(cast.lin).open("desk.print_enterprise", enterprise_id=firm.id)
    assert whole in page.text
    page.open("desk.enterprise", enterprise_id=firm.id)
    assert {"tel:13812346789", "tel:0571-86912345"} <= {a.get("href") for a in page.all("a")}
    page.open("/enterprises/export?format=csv")
    assert whole in page.response.text

    page.as_(cast.clerk).open("desk.enterprise", enterprise_id=firm.id)
    assert hidden in page.text and "86912345" not in page.text
    page.open("desk.enterprise", enterprise_id=firm.id, tab="contacts")
    assert page.text.count(hidden) >= 1
    page.open("/enterprises/export?format=csv")
    assert hidden in page.response.text
