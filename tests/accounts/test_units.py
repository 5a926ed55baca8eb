"""The unit tree: added, renamed, moved with everything below, closed."""

import pytest
from sqlalchemy import select

from crm.accounts import queries, services
from crm.accounts.models import Unit, UnitKind
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.permissions import Permission, Role


def named(name):
    return db.session.scalars(select(Unit).where(Unit.name == name)).one()


def fields(unit, **changes):
    return {"name": unit.name, "kind": unit.kind, "is_offline": unit.is_offline, "sort": unit.sort, **changes}


def move(unit, to, by):
    with writing():
        services.edit_unit(unit, version=unit.version, parent=to, by=by, **fields(unit))


def test_the_administrator_adds_a_unit_below_another(page, cast):
    page.as_(cast.admin).open("accounts.add_unit", parent=cast.bureau.id)
    page.submit(name="上市培育科", kind="section")
    page.follow()

    assert "上市培育科" in page.text
    assert named("上市培育科").path == f"{cast.bureau.path}{named('上市培育科').id}/"


def test_a_unit_is_renamed_and_marked_as_working_on_paper(page, cast):
    page.as_(cast.admin).open("accounts.edit_unit", unit_id=cast.elsewhere.id)
    page.submit(name="供电公司", kind="department", is_offline="y")
    page.follow()

    assert "供电公司" in page.text
    assert (named("供电公司").is_offline, named("供电公司").kind) == (True, UnitKind.DEPARTMENT)


def test_moving_a_unit_moves_everything_below_it_and_the_rights_over_it(page, cast, make):
    team = make.unit("一组", parent=cast.section)
    inner = make.unit("内组", parent=team)
    fan = make.user("范围", unit=inner)
    boss = make.user("分局长", unit=cast.elsewhere, role=Role.MANAGER)
    assert fan.id not in set(db.session.scalars(queries.in_reach(boss, Permission.PEOPLE_VIEW)))

    page.as_(cast.admin).open("accounts.edit_unit", unit_id=cast.section.id)
    page.submit(parent_id=str(cast.elsewhere.id))
    db.session.expire_all()

    assert cast.section.path == f"{cast.elsewhere.path}{cast.section.id}/"
    assert inner.path == f"{cast.section.path}{team.id}/{inner.id}/"
    assert fan.id in set(db.session.scalars(queries.in_reach(boss, Permission.PEOPLE_VIEW)))
    assert fan.id not in set(db.session.scalars(queries.in_reach(cast.manager, Permission.PEOPLE_VIEW)))


def test_a_unit_with_a_like_number_is_not_taken_along(app, cast, make):
    """/1/2/ and /1/21/ begin alike: only whole steps count."""
    many = [make.unit(parent=cast.bureau) for _ in range(12)]
    before = {unit.id: unit.path for unit in many}
    move(cast.elsewhere, cast.bureau, cast.admin)

    assert {unit.id: unit.path for unit in many} == before


def test_a_unit_cannot_stand_below_itself_nor_below_its_own_child(page, cast):
    with pytest.raises(RuleBroken):
        move(cast.bureau, cast.bureau, cast.admin)
    with pytest.raises(RuleBroken):
        move(cast.bureau, cast.section, cast.admin)
    page.as_(cast.admin).open("accounts.edit_unit", unit_id=cast.bureau.id)
    page.submit(parent_id=str(cast.section.id), expect=422)


def test_the_whole_bureau_stays_at_the_top(page, cast):
    root = queries.root()
    with pytest.raises(RuleBroken):
        move(root, cast.bureau, cast.admin)
    page.as_(cast.admin).open("accounts.edit_unit", unit_id=root.id)
    assert not page.all("select", name="parent_id")
    page.submit(name="高新区管理委员会", parent_id=str(cast.bureau.id), kind="section")

    assert (queries.root().name, queries.root().parent_id) == ("高新区管理委员会", None)


def test_a_tree_is_at_most_eight_levels_deep(app, cast, make):
    unit = queries.root()
    for level in range(7):
        unit = make.unit(f"第{level}层", parent=unit)
    with pytest.raises(RuleBroken, match="levels"):
        make.unit("太深", parent=unit)


def test_siblings_have_different_names_cousins_may_share_one(page, cast, make):
    make.unit("综合科", parent=cast.bureau)
    make.unit("综合科", parent=cast.elsewhere)

    page.as_(cast.admin).open("accounts.add_unit", parent=cast.bureau.id)
    page.submit(name="综合科", kind="section", expect=422)


def test_of_two_administrators_the_second_chooses_per_field(page, cast):
    page.as_(cast.admin).open("accounts.edit_unit", unit_id=cast.section.id)
    with writing():
        section = db.session.get(Unit, cast.section.id)
        services.edit_unit(
            section, version=1, parent=cast.bureau, by=cast.clerk, **fields(section, name="企服一科", sort=5)
        )

    page.submit(name="企服二科", is_offline="y", expect=409)
    assert "陈芳" in page.text
    assert {r.get("name") for r in page.all("input", type="radio")} == {"keep-name"}
    page.submit(**{"keep-name": "mine"})

    found = db.session.get(Unit, cast.section.id)
    assert (found.name, found.sort, found.is_offline, found.version) == ("企服二科", 5, True, 3)


def test_the_service_itself_refuses_a_stale_edit(app, cast):
    with pytest.raises(Stale), writing():
        services.edit_unit(cast.section, version=0, parent=cast.bureau, by=cast.admin, **fields(cast.section))


def test_a_unit_with_people_or_open_units_below_cannot_be_closed(page, cast):
    for unit in (cast.section, cast.bureau):
        page.as_(cast.admin).open("accounts.edit_unit", unit_id=unit.id)
        token = page.all("input", name="csrf_token")[0].get("value")
        page._take(page.client.post(f"/units/{unit.id}/close", data={"csrf_token": token}), 422)
        assert db.session.get(Unit, unit.id).closed_on is None


@pytest.mark.parametrize("column", ["unit", "section_id", "territory_id"])
def test_a_unit_to_which_enterprises_belong_cannot_be_closed(app, cast, make, column):
    make.enterprise(**{column: cast.park if column == "unit" else cast.park.id})
    with pytest.raises(RuleBroken, match="enterprises"), writing():
        services.close_unit(cast.park, by=cast.admin)


def test_a_closed_unit_takes_nobody_in_and_can_be_opened_again(page, cast, make):
    empty = make.unit("旧科", parent=cast.bureau)
    page.as_(cast.admin).open("accounts.edit_unit", unit_id=empty.id)
    token = page.all("input", name="csrf_token")[0].get("value")
    page._take(page.client.post(f"/units/{empty.id}/close", data={"csrf_token": token}), 303)
    assert db.session.get(Unit, empty.id).closed_on is not None

    page.open("accounts.units")  # this page still tells of the closing
    page.open("accounts.units")
    assert "旧科" not in page.text
    page.open("accounts.add_person")
    assert "旧科" not in page.text
    with pytest.raises(RuleBroken):
        make.user(unit=empty)

    page.open("accounts.units", closed=1)
    assert "旧科" in page.text
    page.client.post(f"/units/{empty.id}/reopen", data={"csrf_token": token})
    db.session.expire_all()
    assert db.session.get(Unit, empty.id).closed_on is None


@pytest.mark.parametrize("who", ["lin", "manager", "clerk", "leader", "handler", "auditor"])
def test_only_the_administrator_changes_the_tree(page, cast, who):
    page.as_(getattr(cast, who))
    for endpoint, values in (("accounts.units", {}), ("accounts.add_unit", {}), ("accounts.edit_unit", {"unit_id": 3})):
        page.open(endpoint, expect=403, **values)
