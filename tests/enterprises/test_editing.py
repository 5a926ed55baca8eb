"""An enterprise is entered, corrected, renamed; two people at once lose nothing."""

import json
from datetime import date

import pytest
from sqlalchemy import select

from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.enterprises import editing, extras
from crm.enterprises.models import Enterprise, EnterpriseName, ExtraField, ExtraValue, Precision
from crm.ops.builders import Make
from crm.timeline import Entry


@pytest.fixture
def firm(make, cast):
    return make.enterprise("杭州和达有限公司", unit=cast.section, commissioner=cast.lin, address="一号路")


def test_a_clerk_enters_a_firm_from_its_licence(page, cast):
    with writing():
        extras.add_field(label="产值", kind="number", choices=[], by=cast.admin)
    page.as_(cast.clerk).open("enterprises.add")
    page.submit(
        name=" 杭州 东升科技有限公司\n",
        credit_code=Make.code(77).lower(),
        unit=str(cast.section.id),
        territory=str(cast.park.id),
        founded="2014年5月",
        capital="1,250.5",
        approximate="y",
        employees="35",
        x1="12,000",
    )
    page.follow()

    made = db.session.scalars(select(Enterprise)).one()
    assert (made.name, made.credit_code) == ("杭州东升科技有限公司", Make.code(77))
    assert (made.founded_on, made.founded_precision) == (date(2014, 5, 1), Precision.MONTH)
    assert (made.registered_capital, made.capital_is_approximate, made.employees) == (12_505_000, True, 35)
    assert made.territory_id == cast.park.id
    assert db.session.scalars(select(ExtraValue.value)).all() == ["12000"]
    assert "2014-05" in page.open("desk.enterprise", enterprise_id=made.id, tab="basics").text
    assert "约 1,250.5 万元" in page.text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "  ", "名称"),
        ("credit_code", "91330114MA00000001", "校验"),
        ("credit_code", "9133", "18"),
        ("founded", "去年", "2014-05"),
        ("founded", "2014-13", "2014-05"),
        ("capital", "约500", "万元"),
        ("capital", "-3", "万元"),
        ("employees", "3.5", "整数"),
        ("currency", "人民币", "币种"),
        ("unit", "999", ""),
    ],
)
def test_what_does_not_fit_is_refused_beside_its_field_and_all_that_was_typed_stays(
    page, cast, firm, field, typed, words
):
    page.as_(cast.clerk).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(expect=422, **{"address": "二号路 8 号", field: typed})

    assert words in page.text
    assert page.all("input", name="address")[0].get("value") == "二号路 8 号"
    assert db.session.get_one(Enterprise, firm.id).address == "一号路"


def test_the_offer_for_mistaken_letters_is_shown_never_applied(page, cast, firm):
    good = next(code for n in range(200) if "0" in (code := Make.code(n))[9:])
    page.as_(cast.clerk).open("enterprises.similar", name="", credit_code=good.replace("0", "O"))
    assert good in page.response.text


def test_the_same_code_is_refused_with_the_name_of_who_has_it(page, make, cast, firm):
    other = make.enterprise("杭州另一家公司", unit=cast.section)
    page.as_(cast.clerk).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(credit_code=other.credit_code, expect=422)
    assert "杭州另一家公司" in page.text


def test_near_names_and_the_same_code_are_told_while_typing_but_block_nothing(page, make, cast, firm):
    foreign = make.enterprise("和达（杭州）有限责任公司", unit=cast.elsewhere, commissioner=cast.stranger)
    page.as_(cast.clerk).open("enterprises.similar", name="杭州和达公司", credit_code=firm.credit_code)

    text = page.response.text
    assert text.index(firm.name) < text.index(foreign.name) and "信用代码相同" in text
    assert f'href="/enterprises/{firm.id}"' in text and "林晓" in text
    assert f'href="/enterprises/{foreign.id}"' not in text and "外来" in text
    page.open("enterprises.add")
    page.submit(name="杭州和达公司", unit=str(cast.section.id))


def test_a_provisional_firm_gets_its_code(page, make, cast):
    firm = make.enterprise("杭州无码公司", unit=cast.section, code=None, commissioner=cast.lin)
    with pytest.raises(RuleBroken), writing():
        make.enterprise("杭州无码公司", unit=cast.section, code=None)
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(credit_code=Make.code(5))
    assert firm.credit_code == Make.code(5)
    page.open(f"/enterprises?q={Make.code(5)[-5:]}")
    assert "杭州无码公司" in page.text


def test_a_new_name_keeps_the_old_one_findable_unless_it_was_mistyped(page, cast, firm):
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(name="杭州和远有限公司")
    assert [n.name for n in firm.names] == ["杭州和达有限公司"]
    assert "杭州和远" in page.open("/enterprises?q=和达").text

    page.open("enterprises.edit", enterprise_id=firm.id)
    page.submit(name="杭州和元有限公司", mistyped="y")
    assert [n.name for n in db.session.scalars(select(EnterpriseName))] == ["杭州和达有限公司"]


def test_two_people_edit_at_once_and_the_second_chooses_per_field(page, cast, firm):
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    with writing():
        editing.change(
            db.session.get_one(Enterprise, firm.id), {"address": "三号路", "industry": "医药"}, by=cast.clerk
        )
    page.submit(expect=409, address="二号路", short_name="和达")

    assert "二号路" in page.text and "三号路" in page.text and cast.clerk.name in page.text
    kept = {i.get("name") for i in page.all("input") if (i.get("name") or "").startswith("keep-")}
    assert kept == {"keep-address", "keep-industry"}, "only what both changed is asked, the other's own change is kept"
    page.submit(form="compare", **{"keep-address": "theirs"})

    assert (firm.address, firm.industry, firm.short_name) == ("三号路", "医药", "和达")


def test_the_others_change_survives_a_slip_of_the_second(page, cast, firm):
    """What the compare page kept of the other one is still kept when mine is refused first."""
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    with writing():
        editing.change(db.session.get_one(Enterprise, firm.id), {"industry": "医药"}, by=cast.clerk)
    page.submit(expect=409, capital="很多")
    page.submit(form="compare", expect=422)
    page.submit(capital="600")

    assert (firm.industry, firm.registered_capital) == ("医药", 6_000_000)


def test_a_third_person_saving_in_between_is_compared_again(page, cast, firm):
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    with writing():
        editing.change(db.session.get_one(Enterprise, firm.id), {"address": "三号路"}, by=cast.clerk)
    page.submit(expect=409, address="二号路")
    with writing():
        editing.change(db.session.get_one(Enterprise, firm.id), {"address": "四号路"}, by=cast.manager)
    page.submit(form="compare", expect=409)
    assert "四号路" in page.text and cast.manager.name in page.text
    page.submit(form="compare")
    assert firm.address == "二号路"


def test_an_old_version_never_overwrites(app, cast, firm):
    with writing():
        editing.edit(firm, {"address": "甲"}, version=firm.version, by=cast.lin)
    with pytest.raises(Stale), writing():
        editing.edit(firm, {"address": "乙"}, version=firm.version - 1, by=cast.zhou)


def test_saving_without_a_change_writes_nothing(page, cast, firm):
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    before = db.session.scalar(select(Entry.id).order_by(Entry.id.desc()))
    version = firm.version
    page.submit()
    assert (firm.version, db.session.scalar(select(Entry.id).order_by(Entry.id.desc()))) == (version, before)


def test_a_commissioner_keeps_the_data_but_not_the_unit(page, cast, firm):
    page.as_(cast.lin).open("enterprises.edit", enterprise_id=firm.id)
    assert not page.all("select", name="unit")
    page.submit(unit=str(cast.elsewhere.id), address="五号路")
    assert (firm.unit_id, firm.address) == (cast.section.id, "五号路")


def test_the_record_says_what_was_and_what_is_in_words(page, cast, firm):
    page.as_(cast.manager).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(territory=str(cast.park.id), capital="500")
    entry = db.session.scalars(select(Entry).where(Entry.kind == "enterprise.edited")).one()
    assert entry.body["changes"] == {"territory": ["", cast.park.name], "capital": ["", "500"]}
    assert json.dumps(entry.body, ensure_ascii=False)


def test_the_bureau_defines_renames_and_retires_its_own_fields(page, cast, firm):
    page.as_(cast.admin).open("enterprises.extra_fields")
    page.submit(form="add-field", label="亩均评价", kind="choice", choices="A\nB\n\nA\n")
    page.open("enterprises.extra_fields")
    page.submit(form="add-field", label="亩均评价", kind="text", expect=422)
    field = db.session.scalars(select(ExtraField)).one()
    assert field.choices == "A\nB"

    page.as_(cast.clerk).open("enterprises.edit", enterprise_id=firm.id)
    page.submit(x1="B")
    page.as_(cast.admin).open("enterprises.extra_field", field_id=field.id)
    page.submit(label="亩均等级", choices="A\nC")
    page.as_(cast.clerk).open("desk.enterprise", enterprise_id=firm.id, tab="basics")
    assert "亩均等级" in page.text and "B" in page.text

    page.as_(cast.admin).open("enterprises.extra_fields")
    page.submit(form=form_to(page, "retire"))
    assert "亩均等级" not in page.as_(cast.clerk).open("desk.enterprise", enterprise_id=firm.id, tab="basics").text
    assert db.session.scalars(select(ExtraValue.value)).all() == ["B"]


def test_other_names_are_added_and_removed_by_hand(page, cast, firm):
    page.as_(cast.clerk).open("enterprises.names", enterprise_id=firm.id)
    page.submit(form="add-name", name="钱江制药厂", kind="former")
    page.open("enterprises.names", enterprise_id=firm.id)
    page.submit(form="add-name", name="钱江 制药厂", kind="alias", expect=422)
    assert firm.name in page.open("/enterprises?q=钱江").text
    page.open("enterprises.names", enterprise_id=firm.id)
    page.submit(form=form_to(page, "/remove"))
    assert firm.name not in page.open("/enterprises?q=钱江").text.split("共")[-1]


def form_to(page, address):
    """A button's form has no id: give it one."""
    form = next(f for f in page.all("form") if address in (f.get("action") or ""))
    form.set("id", "button")
    return "button"


@pytest.mark.parametrize("blank", [" ", "\u3000", "\u200b", "\u2060 \u00a0"])
def test_a_name_of_nothing_anybody_sees_is_no_name(page, cast, blank):
    page.as_(cast.clerk).open("enterprises.add").submit(name=blank, expect=422)
    page.as_(cast.admin).open("accounts.add_person").submit(name=blank, expect=422)


def test_a_wrong_code_hides_nothing_else_that_is_wrong(page, cast):
    page.as_(cast.clerk).open("enterprises.add")
    page.submit(
        name="杭州新来食品有限公司", credit_code="91330101MA1TJ3Y7L", founded="去年", employees="99999999", expect=422
    )
    wrong = {field.get("name") for field in page.all("input", aria_invalid="true")}
    assert wrong == {"credit_code", "founded", "employees"} and "最多填 9,999,999" in page.text
    assert db.session.scalars(select(Enterprise).where(Enterprise.name == "杭州新来食品有限公司")).first() is None


def test_a_long_row_of_blanks_inside_a_name_is_refused_like_any_long_name(page, cast):
    """Looked at with a pattern it would take hours."""
    page.as_(cast.clerk).open("enterprises.add").submit(name=f"甲{' ' * 400_000}乙", expect=422)
