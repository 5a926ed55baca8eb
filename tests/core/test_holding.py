"""A row is locked and read once in an act; what is written past the session is seen, and the next act reads anew."""

from datetime import date

import pytest
from sqlalchemy import Date, bindparam, select, update

from crm.core.db import OutsideWriting, db, lock, writing
from crm.enterprises import contacts, derived
from crm.enterprises.models import Enterprise
from crm.enterprises.seen import hold_any
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
        derived.write(firm.id, derived.Columns(open_followups=7))
        lock(firm)
        assert (firm.open_followups, firm.updated_at) == (7, before)


def test_what_two_services_write_together_is_one_statement_at_the_end(make, cast, count_statements):
    firm = make.enterprise(commissioner=cast.lin)
    day = date(2026, 11, 20)

    with writing():
        lock(firm)
        with count_statements() as seen, derived.together():
            derived.write(firm.id, derived.Columns(open_followups=7))
            derived.write(firm.id, derived.Columns(last_visit_on=bindparam("on", type_=Date())), on=day)
            assert seen == []
        assert len(seen) == 1
        assert (firm.open_followups, firm.last_visit_on) == (7, day)


def test_two_services_that_write_one_column_together_are_a_mistake_and_so_is_writing_outside_an_act(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    with pytest.raises(RuntimeError, match="open_followups"), writing(), derived.together():
        for count in (7, 8):
            derived.write(firm.id, derived.Columns(open_followups=count))
    with pytest.raises(OutsideWriting):
        derived.write(firm.id, derived.Columns(open_followups=9))
    db.session.expire_all()
    assert firm.open_followups == 0


def test_what_was_to_be_written_together_is_gone_with_an_act_that_failed(make, cast):
    firm = make.enterprise(commissioner=cast.lin)
    with pytest.raises(LookupError), writing(), derived.together():
        derived.write(firm.id, derived.Columns(open_followups=7))
        raise LookupError
    with writing():
        derived.write(firm.id, derived.Columns(last_visit_on=None))
    db.session.expire_all()
    assert firm.open_followups == 0


def test_a_row_that_was_read_held_is_not_read_again_and_never_outside_an_act(make, cast, count_statements):
    firm = make.enterprise(commissioner=cast.lin)
    with writing():
        held, _rights, _texts = hold_any(firm.id, {}, ())
        with count_statements() as seen:
            lock(held)
        assert held is firm and seen == []
    with pytest.raises(OutsideWriting):
        hold_any(firm.id, {}, ())


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
