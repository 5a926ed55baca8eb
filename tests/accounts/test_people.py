"""People: found, added, edited side by side, told apart."""

import pytest
from sqlalchemy import select

from crm.accounts import services
from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.errors import Stale
from crm.ops.builders import PASSWORD
from crm.permissions import Role
from crm.timeline import Entry


def listed(page):
    return {link.text for cell in page.all("tbody") for link in cell.iter("a") if "/people/" in link.get("href", "")}


def test_a_manager_finds_the_people_of_his_subtree_only(page, cast):
    page.as_(cast.manager).open("accounts.people")

    assert listed(page) == {"林晓", "周敏", "李军", "陈芳", "徐建国"}


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administrator_and_auditor_find_everybody(page, cast, who):
    page.as_(getattr(cast, who)).open("accounts.people")

    assert len(listed(page)) == 9


@pytest.mark.parametrize("q", ["林", "linx", "13800000001", "lin@ex", "0000001"])
def test_people_are_found_by_name_pinyin_number_or_address(page, cast, q):
    page.as_(cast.admin).open("accounts.people", q=q)

    assert "林晓" in listed(page)
    assert "周敏" not in listed(page)


def test_filters_by_unit_access_address_and_duty(page, cast, make):
    bare = make.user("无账号", unit=cast.section)
    with writing():
        bare.password_hash = None
        db.session.flush()
        services.deactivate(cast.zhou, by=cast.admin)

    def found(**args):
        page.as_(cast.admin).open("accounts.people", **args)
        return listed(page)

    assert found(unit=cast.section.id) == {"林晓", "无账号"}
    assert found(show="no-access") == {"无账号"}
    assert found(show="inactive") == {"周敏"}
    assert "林晓" not in found(show="no-email")
    assert "周敏" in found(show="all")
    assert found(role="leader") == {"徐建国"}


def test_who_holds_no_duty_does_not_see_the_list(page, cast):
    page.as_(cast.lin).open("accounts.people", expect=403)
    page.open("accounts.person", person_id=cast.zhou.id, expect=403)


def test_a_person_out_of_reach_is_not_found(page, cast):
    page.as_(cast.manager).open("accounts.person", person_id=cast.stranger.id, expect=404)
    page.open("accounts.person", person_id=99999, expect=404)


def test_people_of_the_same_name_are_told_apart_by_their_unit(page, cast, make):
    make.user("林晓", unit=cast.elsewhere)
    page.as_(cast.admin).open("accounts.people", q="林晓")

    assert "企业服务科" in page.text and "市场监管分局" in page.text
    page.open("accounts.person", person_id=cast.lin.id)
    assert "林晓（企业服务科）" in page.text


def test_the_administrator_adds_a_person_with_nothing_but_a_name(page, cast):
    page.as_(cast.admin).open("accounts.add_person", unit=cast.section.id)
    page.submit(name="杜建")
    page.follow()

    made = db.session.scalars(select(User).where(User.name == "杜建")).one()
    assert (made.unit_id, made.mobile, made.staff_no, made.email, made.password_hash) == (
        cast.section.id,
        None,
        None,
        None,
        None,
    )
    assert made.name_pinyin == "dujian"
    assert "杜建（企业服务科）" in page.text


def test_numbers_and_addresses_are_tidied(page, cast):
    page.as_(cast.admin).open("accounts.add_person", unit=cast.section.id)
    page.submit(name="杜建", mobile="+86 138-0571 9999", email=" Du.Jian@Example.CN ", staff_no=" JF-9 ")

    made = db.session.scalars(select(User).where(User.name == "杜建")).one()
    assert (made.mobile, made.email, made.staff_no) == ("13805719999", "du.jian@example.cn", "JF-9")


@pytest.mark.parametrize(
    "typed",
    [
        {"mobile": "12ab"},
        {"email": "nobody"},
        {"email": "a@b"},
        {"email": "a b@c.cn"},
        {"name": ""},
        {"email": "x\ny@c.cn"},
    ],
)
def test_what_is_no_number_or_address_is_refused_with_the_words_kept(page, cast, typed):
    page.as_(cast.admin).open("accounts.add_person", unit=cast.section.id)
    page.submit(**{"name": "杜建", "title": "科员", **typed}, expect=422)

    assert page.all("input", name="title")[0].get("value") == "科员"
    assert db.session.scalars(select(User).where(User.name == "杜建")).first() is None


@pytest.mark.parametrize("field", ["mobile", "staff_no", "email"])
def test_a_sign_in_name_leads_to_one_person_whatever_column_it_stands_in(page, cast, field):
    """Somebody's staff number equal to another's mobile number would sign in neither."""
    with writing():
        cast.zhou.staff_no = "zhou@example.cn" if field == "email" else "13800000001x"
        db.session.flush()
    taken = {"mobile": cast.lin.mobile, "staff_no": cast.lin.mobile, "email": "zhou@example.cn"}[field]
    page.as_(cast.admin).open("accounts.add_person", unit=cast.section.id)
    page.submit(**{"name": "杜建", field: taken}, expect=422)


def test_two_administrators_edit_one_person_and_neither_text_is_lost(page, cast):
    page.as_(cast.admin).open("accounts.edit_person", person_id=cast.lin.id)
    with writing():
        services.edit_person(
            db.session.get(User, cast.lin.id), version=1, by=cast.clerk, title="副科长", staff_no="JF-1"
        )

    page.submit(title="科长", mobile="13811112222", expect=409)
    assert all(word in page.text for word in ("科长", "副科长", "13811112222", "JF-1", "陈芳"))
    page.submit(**{"keep-title": "theirs", "keep-mobile": "mine", "keep-staff_no": "theirs"})

    found = db.session.get(User, cast.lin.id)
    assert (found.title, found.mobile, found.staff_no, found.version) == ("副科长", "13811112222", "JF-1", 3)


def test_the_service_refuses_a_stale_edit_and_a_current_one_is_recorded_with_both_values(app, cast):
    with pytest.raises(Stale), writing():
        services.edit_person(cast.lin, version=9, by=cast.admin, title="科长")
    with writing():
        services.edit_person(cast.lin, version=1, by=cast.admin, title="科长")

    entry = db.session.scalars(select(Entry).where(Entry.kind == "person.edited")).one()
    assert entry.body["changed"] == {"title": ["", "科长"]}


def test_the_list_asks_the_database_as_often_for_two_people_as_for_twenty(page, cast, make, count_queries):
    page.as_(cast.admin)
    with count_queries() as few:
        page.open("accounts.people", q="林晓")
    for number in range(20):
        person = make.user(unit=make.unit(parent=cast.bureau), role=Role.CLERK)
        if number % 2:
            with writing():
                services.invite(person, by=cast.admin)
    with count_queries() as many:
        page.open("accounts.people", size=50)

    assert len(many) == len(few) <= 12


def test_nobody_takes_away_the_last_name_he_signs_in_with(page, cast):
    page.as_(cast.lin).open("accounts.reach")
    page.submit(mobile="", email="", current_password=PASSWORD, expect=422)
    assert "至少保留一项" in page.text
    db.session.expire_all()
    assert cast.lin.mobile == "13800000001"
