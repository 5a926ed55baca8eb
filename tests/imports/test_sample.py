"""The roster the bureau sent, from the first check to the last undo."""

from __future__ import annotations

from sqlalchemy import select

from crm.accounts.models import Unit, UnitKind, User
from crm.core.bureau import bureau
from crm.core.db import db
from crm.enterprises.models import Contact, Enterprise
from crm.enterprises.queries import commissioner_of
from crm.enterprises.search import matching
from crm.enterprises.serving_models import Assignment
from crm.imports.models import ImportRun
from crm.imports.undoing import undo
from crm.timeline import CLI, Entry
from tests.imports.conftest import SAMPLE, counts, day, dump


def test_a_check_counts_and_writes_nothing(check):
    before = dump()

    outcome = check(SAMPLE)

    assert counts(outcome) == (60, 60, 0, 0)
    assert outcome["errors"] == [] and outcome["officials_new"] == 6 and outcome["skipped_sheets"] == []
    assert dump() == before


def test_sixty_enterprises_get_six_commissioners(apply):
    apply(SAMPLE)

    firms = list(db.session.scalars(select(Enterprise)))
    people = list(db.session.scalars(select(User)))
    assert len(firms) == 60 and len(people) == 6
    assert all(commissioner_of(firm.id) for firm in firms)
    assert all(person.password_hash is None and person.active for person in people)
    assert {unit.name for unit in db.session.scalars(select(Unit).where(Unit.kind == UnitKind.TERRITORY))} >= {
        "下沙街道"
    }


def test_every_field_of_a_row_arrives(apply):
    apply(SAMPLE)

    firm = db.session.scalars(select(Enterprise).filter_by(credit_code="91330101MA1TJ3Y7LL")).one()
    assert firm.name == "杭州东升医疗器械股份有限公司"
    assert firm.industry == "专用设备制造业" and firm.territory.name == "东部医药港小镇"
    assert firm.legal_representative == "江敏涛" and firm.registered_capital == 50_000_000
    assert (firm.founded_on, str(firm.founded_precision)) == (day("2010-10-24"), "day")
    assert [(contact.name, contact.phone, contact.is_primary) for contact in firm.contacts] == [
        ("杨兰", "18628194821", True)
    ]
    assert commissioner_of(firm.id).commissioner.name == "杜建"


def test_imported_firms_are_found_and_told(apply):
    apply(SAMPLE)

    official = db.session.scalars(select(User).filter_by(name="杜建")).one()
    found = db.session.scalars(select(Enterprise).where(matching("东升医疗", official))).all()
    by_phone = db.session.scalars(select(Enterprise).where(matching("8194821", official))).all()
    assert [firm.name for firm in found] == [firm.name for firm in by_phone] == ["杭州东升医疗器械股份有限公司"]
    entries = db.session.scalars(select(Entry).where(Entry.enterprise_id == found[0].id).order_by(Entry.id)).all()
    assert [(entry.kind, entry.actor_name, entry.via) for entry in entries] == [
        ("enterprise.added", "cli", "import"),
        ("assignment.opened", "cli", "import"),
    ]


def test_the_first_roster_sets_the_first_day_of_use(apply, now):
    apply(SAMPLE)
    now.move(days=3)
    apply(SAMPLE)

    assert bureau("go_live_on") == "2026-11-23"


def test_the_same_file_again_changes_nothing(apply):
    apply(SAMPLE)
    before = dump()

    outcome = apply(SAMPLE)

    assert counts(outcome) == (60, 0, 0, 60)
    assert dump() == before


def test_undo_leaves_no_trace(apply):
    before = dump()
    apply(SAMPLE)
    assert db.session.scalars(select(Assignment)).all() and db.session.scalars(select(Contact)).all()

    undo(db.session.scalars(select(ImportRun.id)).one(), by=CLI)

    assert dump() == before
