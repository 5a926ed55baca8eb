"""A row is locked and read once in an act; what is written past the session is seen, and the next act reads anew."""

from sqlalchemy import select, update

from crm.core.db import db, lock, writing
from crm.enterprises import contacts, derived
from crm.enterprises.models import Enterprise
from crm.timeline import Entry, record, together


def test_a_row_held_is_not_read_again_but_what_it_leads_to_is(make, cast, count_queries):
    firm = make.enterprise(commissioner=cast.lin)

    with writing():
        lock(firm)
        assert firm.contacts == []
        contacts.add(firm, by=cast.lin, name="王经理")
        with count_queries() as seen:
            lock(firm)
        assert seen == []
        assert [each.name for each in firm.contacts] == ["王经理"]


def test_what_is_written_past_the_session_is_seen_by_the_same_act(make, cast):
    firm = make.enterprise(commissioner=cast.lin)

    with writing():
        lock(firm)
        before = firm.updated_at
        derived.write(firm.id, open_followups=7)
        lock(firm)
        assert (firm.open_followups, firm.updated_at) == (7, before)


def test_the_next_act_reads_what_another_wrote_between_them(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    with writing():
        lock(firm)
    with db.engine.begin() as other:
        other.execute(update(Enterprise.__table__).values(note="written by another"))

    with writing():
        lock(firm)
        assert firm.note == "written by another"


def test_entries_of_one_act_are_kept_together_or_not_at_all(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    kinds = select(Entry.kind).where(Entry.kind.startswith("test.")).order_by(Entry.id)

    with writing():
        try:
            with together():
                record(firm.id, "test.first", by=cast.lin)
                raise LookupError
        except LookupError:
            db.session.rollback()
    assert db.session.scalars(kinds).all() == []

    with writing(), together():
        record(firm.id, "test.first", by=cast.lin)
        record(firm.id, "test.second", by=cast.lin, said="x")
    assert db.session.scalars(kinds).all() == ["test.first", "test.second"]
