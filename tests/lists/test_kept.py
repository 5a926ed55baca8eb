"""Pieces of pages that are kept: what is shown is always what would be drawn anew."""

from sqlalchemy import update

from crm.accounts.models import User
from crm.core.db import db, writing
from crm.core.kept import Kept
from crm.enterprises.models import Contact, Enterprise


def row_of(page, firm):
    rows = [row for row in page.all("tr") if firm.name in "".join(row.itertext())]
    return " ".join("".join(rows[0].itertext()).split())


def menu_token(page):
    menu = next(form for form in page.all("form") if (form.get("action") or "").endswith("/sign-out"))
    return next(field.get("value") for field in menu.iter() if field.get("name") == "csrf_token")


def test_a_change_of_any_column_is_seen_at_once(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王一", phone="13800001111")
    page.as_(cast.manager).open("desk.enterprises")
    for statement, seen in (
        (update(Contact).where(Contact.enterprise_id == firm.id).values(name="赵新任"), "赵新任"),
        (update(Enterprise).where(Enterprise.id == firm.id).values(open_followups=17), "17"),
        (update(User).where(User.id == cast.lin.id).values(name="林改名"), "林改名"),
    ):
        with writing():
            db.session.execute(statement)
        columns = "columns=contact&columns=commissioner&columns=followups"
        assert seen in row_of(page.open(f"/enterprises?{columns}"), firm)


def test_who_may_see_a_number_is_never_taken_from_somebody_elses_page(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin, contact="王一", phone="13800001111")
    address = "/enterprises?columns=contact&columns=phone"
    assert "13800001111" in row_of(page.as_(cast.lin).open(address), firm)
    assert "13800001111" not in page.as_(cast.manager).open(address).response.text
    assert "13800001111" in row_of(page.as_(cast.lin).open(address), firm)


def test_the_menu_is_ones_own_with_the_token_of_this_session_and_the_way_back_to_this_page(page, make, cast):
    first = menu_token(page.as_(cast.lin).open("desk.home"))
    second = menu_token(page.as_(cast.lin).open("desk.home"))
    assert first and second and first != second
    page.open("/enterprises?q=%22%3E%3Cb%3E")
    assert {f.get("value") for f in page.all("input", name="next")} == {"/enterprises"}
    assert cast.lin.name not in page.as_(cast.manager).open("desk.home").response.text.split("<main")[0]


def test_the_menu_follows_a_new_name_a_preference_and_the_language(page, cast):
    page.as_(cast.lin).open("desk.home")
    with writing():
        db.session.execute(update(User).where(User.id == cast.lin.id).values(name="林改名"))
    assert "林改名" in page.open("desk.home").text
    page.client.post("/preferences", data={"csrf_token": menu_token(page), "language": "en", "next": "/"})
    assert "Sign out" in page.open("desk.home").text


def test_it_never_grows_beyond_its_bound():
    kept = Kept(3)
    for number in range(10):
        assert kept.piece(number, lambda number=number: str(number)) == str(number)
        assert len(kept.pieces) <= 3
    assert kept.piece(9, lambda: "drawn again") == "9"
