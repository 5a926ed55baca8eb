"""Who may do what, on which enterprise, to which person: exactly what the hand-written tables say."""

import pytest
from sqlalchemy import select

from crm.accounts import services
from crm.accounts.models import User
from crm.accounts.queries import may_on
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises import assignment
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import may, of_visible, within
from crm.permissions import WHO_MAY, Permission, Role
from tests.rights.relations import ROLES, World, table

RIGHTS, PEOPLE, BUREAU = table("rights.csv"), table("people.csv"), table("bureau.csv")
RELATIONS = [name for name in RIGHTS[0] if name not in ("permission", "role")]
TO_PEOPLE = [name for name in PEOPLE[0] if name not in ("permission", "role")]


def words(is_so):
    return "yes" if is_so else "no"


@pytest.mark.parametrize("role", ROLES)
def test_every_permission_on_every_kind_of_enterprise(app, make, role):
    world = World(make, role)
    around = {relation: world.enterprise(relation) for relation in RELATIONS}
    official = db.session.get(User, world.official.id)

    for row in (row for row in RIGHTS if row["role"] == role):
        permission = Permission(row["permission"])
        found = {relation: words(may(official, permission, firm)) for relation, firm in around.items()}
        assert found == {relation: row[relation] for relation in RELATIONS}, f"{role}: {permission}"


@pytest.mark.parametrize("role", ROLES)
def test_lists_hold_exactly_the_enterprises_that_may_be_seen(app, make, role):
    world = World(make, role)
    around = {relation: world.enterprise(relation) for relation in RELATIONS}
    official = db.session.get(User, world.official.id)

    seen = set(db.session.scalars(select(Enterprise.id).where(within(official, Permission.ENTERPRISE_VIEW))))
    row = next(row for row in RIGHTS if row["role"] == role and row["permission"] == Permission.ENTERPRISE_VIEW)
    assert seen == {firm.id for relation, firm in around.items() if row[relation] == "yes"}


@pytest.mark.parametrize("role", ROLES)
def test_every_permission_on_every_kind_of_person(app, make, role):
    world = World(make, role)
    around = {relation: world.person(relation) for relation in TO_PEOPLE}
    official = db.session.get(User, world.official.id)

    for row in (row for row in PEOPLE if row["role"] == role):
        permission = Permission(row["permission"])
        found = {relation: words(may_on(official, permission, person)) for relation, person in around.items()}
        assert found == {relation: row[relation] for relation in TO_PEOPLE}, f"{role}: {permission}"


@pytest.mark.parametrize("role", ROLES)
def test_permissions_over_the_bureau_itself(app, make, role):
    official = db.session.get(User, World(make, role).official.id)

    for row in BUREAU:
        assert words(official.may(Permission(row["permission"]))) == row[role], f"{role}: {row['permission']}"


def test_every_permission_stands_in_a_table_for_every_role():
    told = {(row["permission"], row["role"]) for row in RIGHTS + PEOPLE}
    told |= {(row["permission"], role) for row in BUREAU for role in ROLES}

    assert told == {(str(permission), role) for permission in Permission for role in ROLES}
    assert set(WHO_MAY) == set(Permission)


def test_rights_add_up_over_all_posts_of_a_person(app, make):
    world = World(make, "leader")
    elsewhere = make.unit("另一处")
    firm = make.enterprise(unit=elsewhere, commissioner=world.colleague)
    with writing():
        services.give_post(world.official, role=Role.MANAGER, unit=elsewhere, by=world.colleague)
    official = db.session.get(User, world.official.id)

    assert may(official, Permission.ASSIGN, firm)
    assert may(official, Permission.ENTERPRISE_VIEW, world.enterprise("unit"))
    assert not may(official, Permission.ASSIGN, world.enterprise("unit"))


def test_a_section_head_with_firms_of_his_own_has_both_kinds_of_rights(app, make):
    world = World(make, "manager")
    own, of_others = world.enterprise("own"), world.enterprise("below")
    official = db.session.get(User, world.official.id)

    assert may(official, Permission.CONTACT_DIRECT, own)
    assert not may(official, Permission.CONTACT_DIRECT, of_others)
    assert may(official, Permission.ASSIGN, of_others)
    assert not may(official, Permission.ASSIGN, own)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_only_administers_or_audits_acts_on_enterprises_just_while_he_serves_one(page, cast, make, role):
    watcher = make.user(unit=cast.elsewhere, role=role)
    firm, other = (make.enterprise(unit=cast.section, commissioner=cast.lin) for _ in range(2))
    page.as_(watcher).open("desk.new_visit", expect=403)
    page.open("enterprises.edit", enterprise_id=firm.id, expect=403)

    with writing():
        assignment.end(assignment.commissioner_of(firm.id), on=clock.today(), reason="handed_over", by=cast.admin)
        assignment.assign(firm, watcher, by=cast.admin)
    page.open("desk.new_visit")
    page.open("enterprises.edit", enterprise_id=firm.id)
    page.open("enterprises.edit", enterprise_id=other.id, expect=403)

    with writing():
        assignment.end(assignment.commissioner_of(firm.id), on=clock.today(), reason="handed_over", by=cast.admin)
    page.open("desk.new_visit", expect=403)
    page.open("enterprises.edit", enterprise_id=firm.id, expect=403)


@pytest.mark.parametrize("relation", ["own", "stand_in", "liaison", "former", "ended_stand_in", "colleague"])
def test_an_administrator_is_an_official_by_each_tie_of_today(app, make, relation):
    world = World(make, "administrator")
    firm = world.enterprise(relation)
    official = db.session.get(User, world.official.id)

    assert may(official, Permission.CONTACT_DIRECT, firm) is (relation in ("own", "stand_in", "liaison"))
    assert official.may(Permission.VISIT_RECORD) is (relation in ("own", "stand_in", "liaison"))


def test_a_post_over_the_whole_bureau_reaches_every_enterprise(app, make, cast):
    from crm.accounts.queries import root

    zone = make.user(unit=cast.section, role=Role.MANAGER, over=root())
    firms = [make.enterprise(unit=unit) for unit in (root(), cast.elsewhere, cast.park)]

    assert all(may(db.session.get(User, zone.id), Permission.ASSIGN, firm) for firm in firms)


def test_rows_that_hang_on_an_enterprise_are_seen_with_it_and_only_with_it(app, make):
    world = World(make, "serving")
    own, other = world.enterprise("own"), world.enterprise("colleague")
    official = db.session.get(User, world.official.id)

    with writing():
        for firm in (own, other):
            db.session.add(Contact(enterprise_id=firm.id, name="王经理"))
        db.session.flush()

    seen = db.session.scalars(select(Contact.enterprise_id).where(of_visible(Contact, official)))
    assert list(seen) == [own.id]


def test_a_change_of_the_assignment_bites_on_the_next_request(page, cast, make):
    firm = make.enterprise(unit=cast.elsewhere, commissioner=cast.lin)
    page.as_(cast.lin).open("desk.enterprise", enterprise_id=firm.id)
    with writing():
        assignment.end(
            assignment.commissioner_of(firm.id), on=firm.created_at.date(), reason="handed_over", by=cast.admin
        )
        assignment.assign(firm, cast.zhou, by=cast.admin)

    page.open("desk.enterprise", enterprise_id=firm.id, expect=404)
