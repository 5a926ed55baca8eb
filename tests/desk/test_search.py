"""The one search box of the enterprise list."""

import pytest
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from crm.core import clock, lists
from crm.core.db import db, writing
from crm.desk import enterprise_rows
from crm.enterprises import assignment, filters, guessing, other_names
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Liaison, StandIn
from crm.permissions import Permission
from crm.timeline import Entry
from tests.desk.listed import names


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("和达", True),
        ("和", True),
        ("生物医药港", True),
        ("hd", True),
        ("heda", True),
        ("hzhd", True),
        ("HeDa", True),
        ("制药厂", True),
        ("王建国", True),
        ("13812346789", True),
        ("138 1234-6789", True),
        ("6789", False),
        ("王建", True),
        ("德和", False),
        ("xyz", False),
        ("和达 王建", True),
        ("%", False),
        ("' OR 1=1 --", False),
    ],
)
def test_one_box_finds_by_name_former_name_pinyin_contact_code_and_phone(page, make, cast, typed, found):
    firm = make.enterprise(
        "杭州和达生物医药港有限公司", unit=cast.section, short_name="和达", contact="王建国", phone="13812346789"
    )
    with writing():
        other_names.add_name(firm, name="钱江制药厂", kind="former", by=cast.clerk)

    page.as_(cast.manager).open("desk.enterprises", q=typed)
    assert (names(page) == [firm.name]) is found


def test_the_tail_of_the_code_finds_it(page, make, cast):
    firm = make.enterprise(unit=cast.section)
    make.enterprise(unit=cast.section)
    page.as_(cast.manager).open("desk.enterprises", q=firm.credit_code[-6:].lower())
    assert names(page) == [firm.name]


def test_a_search_stops_counting_at_a_thousand_and_pages_go_on(page, cast, monkeypatch, make):
    monkeypatch.setattr(enterprise_rows, "MOST_COUNTED", 30)
    for _ in range(33):
        make.enterprise(unit=cast.section)
    assert lists.MOST_COUNTED == 1000

    page.as_(cast.manager).open("/enterprises?q=杭州&page=2")
    second = names(page)
    assert "30+" in page.text and len(second) == 13
    assert len(set(names(page.open("/enterprises?q=杭州"))) - set(second)) == 20


PHONE, MAIL = "18612345678", "wang.jianguo@example.cn"
OTHER_WAYS = (
    "/enterprises?q={}",
    "/enterprises?q={}&sort=-name",
    "/enterprises?grid=1&q={}",
    "/enterprises?commissioner=none&q=中毅 {}",
    "/enterprises/export?format=csv&q={}",
    "/enterprises/set-many?all=1&q={}",
    "/enterprises/assign?all=1&q={}",
    "/enterprises/1/merge?q={}",
)
"""Every address that takes words to search by."""


@pytest.fixture
def masked(make, cast):
    """A firm whose numbers nobody of the section sees in full, after another one."""
    make.enterprise("杭州别家有限公司", unit=cast.section)
    firm = make.enterprise("杭州中毅制造有限公司", unit=cast.section, contact="王建国", phone=PHONE)
    with writing():
        firm.contacts[0].email = MAIL
    assert not {PHONE[-4:], PHONE[:4]} & {firm.credit_code[-4:], firm.credit_code[:4]}
    return firm


def pieces(text):
    """All that somebody would try who has guessed one sign after the other, from either end."""
    return [text[:n] for n in range(1, len(text))] + [text[-n:] for n in range(4, len(text))]


def test_who_sees_a_number_masked_cannot_guess_it_sign_by_sign(app, cast, masked):
    """The one WHERE clause behind list, count, export and bulk pages."""
    tried = [*pieces(PHONE), *pieces("wangjianguoexamplecn"), f"#{PHONE[:5]}", f"#{PHONE[-5:]}", MAIL]
    for reader in (cast.manager, cast.clerk, cast.leader, cast.admin, cast.auditor):
        for typed in tried:
            assert enterprise_rows.matching_ids(reader, MultiDict({"q": typed}))[1] == 0, typed
            chosen = filters.chosen(reader, MultiDict({"all": "1", "q": typed}), Permission.ENTERPRISE_VIEW)
            assert db.session.scalars(chosen).all() == [], typed


def test_the_whole_number_finds_it_for_whoever_may_see_the_firm(page, cast, masked):
    for reader in (cast.manager, cast.auditor):
        assert names(page.as_(reader).open("desk.enterprises", q=PHONE)) == [masked.name]
    assert names(page.as_(cast.stranger).open("desk.enterprises", q=PHONE)) == []


def test_no_other_address_tells_more_than_the_list(page, cast, masked):
    def shown(way, typed):
        answer = page.client.get(way.format(typed))
        return answer.status_code == 200 and masked.name in answer.get_data(as_text=True)

    page.as_(cast.manager)
    for way in OTHER_WAYS:
        assert shown(way, PHONE), way
        assert not any(shown(way, piece) for piece in (PHONE[:3], PHONE[:-1], PHONE[-4:], PHONE[1:], "wangjianguo")), (
            way
        )


def test_a_visit_to_a_firm_of_the_zone_is_not_found_by_anybodys_number(page, cast, masked):
    for typed in (PHONE, PHONE[-4:]):
        page.as_(cast.stranger).open("desk.new_visit", q=typed)
        assert masked.name not in page.text


@pytest.mark.parametrize("tie", ["commissioner", "deputy", "leader"])
def test_who_sees_the_contacts_directly_finds_by_the_tail_as_long_as_he_does(app, cast, masked, tie):
    def finds(typed):
        return enterprise_rows.matching_ids(cast.zhou, MultiDict({"q": typed}))[1] == 1

    today = clock.today()
    with writing() as session:
        served = assignment.assign(masked, cast.zhou if tie == "commissioner" else cast.lin, by=cast.admin)
        if tie == "deputy":
            row = StandIn(official_id=cast.lin.id, deputy_id=cast.zhou.id, from_on=today)
            session.add(row)
        if tie == "leader":
            row = Liaison(enterprise_id=masked.id, leader_id=cast.zhou.id, from_on=today)
            session.add(row)
        session.flush()
    assert finds(PHONE[-4:]) and finds(PHONE[:5]) and finds(f"中毅 {PHONE[-5:]}") and not finds(PHONE[-3:])

    with writing() as session:
        if tie == "commissioner":
            assignment.end(served, on=today, reason="handed_over", by=cast.admin)
        else:
            row.until_on = today
        session.flush()
    assert not finds(PHONE[-4:]) and not finds(PHONE)


def test_a_saved_view_is_searched_with_the_eyes_of_whoever_opens_it(page, cast, masked):
    with writing():
        assignment.assign(masked, cast.lin, by=cast.admin)
    page.as_(cast.lin).open("desk.save_view", listing="enterprises", query=f"q={PHONE[-4:]}")
    page.submit(form="view-form", name="我的号码")
    page.follow()
    assert names(page) == [masked.name]

    assert names(page.as_(cast.manager).open("desk.enterprises", q=PHONE[-4:], view=1)) == []
    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 2


@pytest.mark.parametrize("who", ["lin", "manager"])
def test_part_of_a_number_costs_as_few_statements_for_twenty_firms_as_for_two(page, make, cast, count_queries, who):
    """For whoever sees only what he serves, and for a manager with firms of his own."""
    reader = getattr(cast, who)

    def cost():
        page.as_(reader).open("desk.enterprises", q="1380000")
        with count_queries() as asked:
            page.open("desk.enterprises", q="1380000")
        return len(asked)

    for number in range(2):
        make.enterprise(unit=cast.section, commissioner=reader, contact="王", phone=f"1380000{number:04d}")
    few = cost()
    assert len(names(page)) == 2
    for number in range(2, 20):
        make.enterprise(unit=cast.section, commissioner=reader, contact="王", phone=f"1380000{number:04d}")
    assert cost() == few <= 12
    assert len(names(page)) == 20


def test_numbers_behind_a_mask_cannot_be_tried_one_after_the_other(page, make, cast, masked, now):
    """Thirty numbers of nobody in a day, by whatever address; then whole numbers are found only where seen in full."""
    mine = make.enterprise(unit=cast.section, commissioner=cast.manager, contact="李", phone="13700001111")
    page.as_(cast.manager)
    for number in range(guessing.MOST_MISSES):
        way = OTHER_WAYS[number % len(OTHER_WAYS)]
        page.client.get(way.format(f"1861234{number:04d}"))
    kinds = select(Entry.actor_id).where(Entry.kind == guessing.KIND)
    assert db.session.scalars(kinds).all() == [cast.manager.id] * guessing.MOST_MISSES

    for way in OTHER_WAYS:
        answer = page.client.get(way.format(PHONE))
        assert not (answer.status_code == 200 and masked.name in answer.get_data(as_text=True)), way
    page.open("desk.enterprises", q=PHONE)
    assert "今天已查过 30 个查不到的号码" in page.text
    assert names(page.open("desk.enterprises", q="13700001111")) == [mine.name]
    assert names(page.open("desk.enterprises", q="中毅")) == [masked.name]
    assert names(page.as_(cast.auditor).open("desk.enterprises", q=PHONE)) == [masked.name], "each person by himself"
    now.move(days=1)
    assert names(page.as_(cast.manager).open("desk.enterprises", q=PHONE)) == [masked.name]


def test_digits_that_are_a_code_or_found_by_their_owner_are_no_misses(page, make, cast, masked):
    make.enterprise(unit=cast.section, commissioner=cast.lin, contact="李", phone="13700001111")
    page.as_(cast.manager).open("desk.enterprises", q=masked.credit_code[:11])
    page.open("desk.enterprises", q=PHONE)
    page.as_(cast.lin).open("desk.enterprises", q="13755554444")

    assert db.session.scalars(select(Entry.id).where(Entry.kind == guessing.KIND)).all() == []


@pytest.mark.parametrize("signs", ["😀", "%", "_", "'", "—— ！"])
def test_signs_alone_find_nothing_and_choose_nothing(page, make, cast, signs):
    make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)
    page.as_(cast.manager).open("desk.enterprises", q=signs)
    assert "杭州和达生物技术有限公司" not in page.text
    query = filters.chosen(cast.manager, MultiDict([("all", "1"), ("q", signs)]), Permission.ENTERPRISE_EDIT)
    assert db.session.scalars(query).all() == []
