"""Two entries turn out to be one firm."""

from datetime import date

import pytest
from sqlalchemy import select, text

from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.enterprises import contacts, merging, search_index
from crm.enterprises.models import Enterprise, EnterpriseName, ExtraField, Merge, Standing
from crm.enterprises.search import first_ids
from crm.enterprises.serving_models import Assignment
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.tiers import services as tiers
from crm.tiers.models import TitleHeld
from crm.visits import services as visits


@pytest.fixture
def two(make, cast):
    """The same firm entered twice: once with its code, once without, each with its own commissioner and history."""
    kept = make.enterprise(
        "杭州和达生物有限公司", unit=cast.section, commissioner=cast.lin, contact="王经理", phone="13800001111"
    )
    gone = make.enterprise(
        "杭州和達生物公司", unit=cast.section, commissioner=cast.zhou, contact="李总", phone="13900002222", code=None,
        address="一号路 5 号",
    )  # fmt: skip
    with writing():
        field = ExtraField(label="产值", kind="text")
        db.session.add(field)
        followups.add(gone, owner=cast.zhou, text="回复用电增容", due_on=date(2026, 12, 1), by=cast.zhou)
        for firm in (kept, gone):
            tiers.set_tier(firm, "T2", by=cast.clerk)
            tiers.give_title(firm, "SRDI", by=cast.clerk, from_on=None, until_on=None)
        tiers.give_title(gone, "GAZELLE", by=cast.clerk, from_on=None, until_on=None)
    return kept, gone


def merged(two, cast):
    kept, gone = two
    with writing():
        row = merging.propose(kept, gone, reason="同一家", by=cast.clerk)
    with writing():
        merging.confirm(row, by=cast.manager)
    return row


def test_a_clerk_proposes_a_manager_confirms_and_everything_is_in_one_file(page, two, cast):
    kept, gone = two
    page.as_(cast.clerk).open("enterprises.propose_merge", enterprise_id=kept.id, q="和達")
    page.submit(form="merge-form", other=str(gone.id), kept="this", reason="简繁两种写法")
    page.follow()
    assert "确认" in page.text

    page.as_(cast.manager).open("enterprises.merge", merge_id=1)
    page.submit(form="confirm")
    page.follow()

    page.open("desk.enterprise", enterprise_id=kept.id, tab="contacts")
    assert "王经理" in page.text and "李总" in page.text
    page.open("desk.enterprise", enterprise_id=gone.id, expect=303)
    page.open(f"/enterprises?q={gone.name}")
    assert kept.name in page.text


def test_everything_linked_moves_and_nothing_is_there_twice(two, cast):
    kept, gone = two
    merged(two, cast)

    assert db.session.get_one(Enterprise, gone.id).standing == Standing.MERGED
    assert db.session.scalars(select(Followup.enterprise_id)).all() == [kept.id]
    assert [c.name for c in contacts.of(kept.id)] == ["王经理", "李总"]
    open_now = select(Assignment.commissioner_id).where(Assignment.ended_on.is_(None))
    assert db.session.scalars(open_now).all() == [cast.lin.id]
    assert set(db.session.scalars(select(Assignment.enterprise_id))) == {kept.id}
    held = select(TitleHeld.title).where(TitleHeld.enterprise_id == kept.id, TitleHeld.removed_on.is_(None))
    assert sorted(db.session.scalars(held)) == ["GAZELLE", "SRDI"]
    assert kept.address == "一号路 5 号" and kept.open_followups == 1
    assert db.session.scalars(select(EnterpriseName.name)).all() == [gone.name]
    assert first_ids("李总", cast.manager, [], 5) == [kept.id]


def test_whoever_proposed_it_does_not_confirm_it(page, two, cast, make):
    kept, gone = two
    with writing():
        row = merging.propose(kept, gone, reason="", by=cast.manager)

    with pytest.raises(RuleBroken), writing():
        merging.confirm(row, by=cast.manager)
    page.as_(cast.manager).open("enterprises.merge", merge_id=row.id)
    assert not [f for f in page.all("form") if f.get("id") == "confirm"]


def test_whoever_proposed_it_takes_a_mistake_back(page, two, cast):
    with writing():
        row = merging.propose(*two, reason="点错了", by=cast.clerk)
    page.as_(cast.clerk).open("enterprises.merge", merge_id=row.id)
    page.submit().follow()

    assert row.state == "declined" and "已撤回合并建议" in page.text


def test_two_codes_are_a_warning(page, make, cast):
    with writing():
        row = merging.propose(
            make.enterprise(unit=cast.section), make.enterprise(unit=cast.section), reason="", by=cast.clerk
        )
    page.as_(cast.manager).open("enterprises.merge", merge_id=row.id)

    assert "两条各有统一社会信用代码" in page.text


def test_a_merge_is_taken_back_within_a_day_row_by_row(two, cast, now):
    kept, gone = two
    before = state(kept, gone)
    row = merged(two, cast)
    assert state(kept, gone) != before

    now.move(hours=23)
    with writing():
        merging.undo(row, by=cast.manager)

    assert state(kept, gone) == before
    assert first_ids("李总", cast.manager, [], 5) == [gone.id]
    assert first_ids("和達", cast.manager, [], 5) == [gone.id]


def test_what_was_promised_meanwhile_is_counted_where_it_stands(two, cast):
    kept, gone = two
    row = merged(two, cast)
    with writing():
        followups.add(kept, owner=cast.lin, text="补材料", due_on=date(2026, 12, 2), by=cast.lin)
    with writing():
        merging.undo(row, by=cast.manager)

    db.session.expire_all()
    assert (kept.open_followups, gone.open_followups) == (1, 1)


def test_what_was_kept_meanwhile_is_open_no_more_after_a_merge_is_taken_back(two, cast):
    kept, gone = two
    row = merged(two, cast)
    with writing():
        followups.finish(db.session.scalars(select(Followup)).one(), by=cast.zhou)
    with writing():
        merging.undo(row, by=cast.manager)

    db.session.expire_all()
    assert (kept.open_followups, gone.open_followups) == (0, 0)


def test_both_have_their_own_days_again_and_a_visit_made_meanwhile_counts(two, cast):
    kept, gone = two
    visit(gone, cast.zhou, date(2026, 11, 2))
    row = merged(two, cast)
    db.session.expire_all()
    assert kept.last_visit_on == date(2026, 11, 2)
    assert (kept.next_visit_due_on, gone.next_visit_due_on) == (date(2027, 1, 2), None)

    visit(kept, cast.lin, date(2026, 10, 30))
    with writing():
        merging.undo(row, by=cast.manager)
    db.session.expire_all()
    assert (kept.last_visit_on, gone.last_visit_on) == (date(2026, 10, 30), date(2026, 11, 2))
    assert (kept.next_visit_due_on, gone.next_visit_due_on) == (date(2026, 12, 30), date(2027, 1, 2))


def visit(firm, by, on):
    with writing():
        visits.record(
            firm, by=by, kind="onsite", on=on, met="李总", text="走访", client_key=f"meanwhile-{firm.id}-{on}"
        )


def test_after_a_day_it_stands(two, cast, now):
    row = merged(two, cast)
    now.move(hours=25)

    with pytest.raises(RuleBroken), writing():
        merging.undo(row, by=cast.manager)


def test_the_code_goes_to_the_entry_that_stays_and_back(make, cast):
    kept = make.enterprise("杭州无码公司", unit=cast.section, code=None)
    gone = make.enterprise("杭州有码公司", unit=cast.section)
    code = gone.credit_code
    row = merged((kept, gone), cast)
    assert (kept.credit_code, gone.credit_code) == (code, None)

    with writing():
        merging.undo(row, by=cast.manager)
    db.session.expire_all()
    assert (kept.credit_code, gone.credit_code) == (None, code)


def test_a_table_nobody_knows_refuses_the_merge(two, cast):
    """An extension of the bureau's own keeps rows about enterprises: nothing of it may be lost silently."""
    kept, gone = two
    with writing() as session:
        session.execute(text("CREATE TABLE bureau_survey (id INTEGER PRIMARY KEY, enterprise_id BIGINT, answer TEXT)"))
        session.execute(text("INSERT INTO bureau_survey VALUES (1, :id, 'yes')"), {"id": gone.id})
    try:
        with writing():
            row = merging.propose(kept, gone, reason="", by=cast.clerk)
        with pytest.raises(RuleBroken, match="Tables this programme does not know"), writing():
            merging.confirm(row, by=cast.manager)
        with writing() as session:
            session.execute(text("DELETE FROM bureau_survey"))
        with writing():
            merging.confirm(row, by=cast.manager)
        assert db.session.get_one(Merge, row.id).state == "done"
    finally:
        with writing() as session:
            session.execute(text("DROP TABLE bureau_survey"))


def state(kept, gone):
    """What the two entries have, as plain values."""
    db.session.expire_all()
    return {
        table: sorted(map(str, db.session.execute(text(f"SELECT {columns} FROM {table}")).all()))
        for table, columns in {
            "followup": "id, enterprise_id",
            "contact": "id, enterprise_id, is_primary",
            "assignment": "id, enterprise_id, commissioner_id, started_on, ended_on, end_reason, handover_note",
            "presence": "id, enterprise_id, until_on, reason",
            "tier_period": "id, enterprise_id, until_on",
            "title_held": "id, enterprise_id, removed_on",
            "enterprise_name": "id, enterprise_id",
            "enterprise": "id, credit_code, standing, address, tier, open_followups, last_visit_on, merged_into_id",
        }.items()
    }


def test_the_address_of_the_entry_that_is_gone_leads_to_the_one_that_stays(page, two, cast):
    kept, gone = two
    merged(two, cast)
    page.as_(cast.manager).open("desk.enterprise", enterprise_id=gone.id, expect=303).follow()
    assert f"已并入“{kept.name}”" in page.text
    assert page.text.count(f"与{gone.name}合并") == 2, "proposed, and done"
    assert f"与{kept.name}合并" not in page.text
    page.as_(cast.stranger).open("desk.enterprise", enterprise_id=gone.id, expect=404)


def test_the_code_of_the_entry_that_is_gone_finds_the_one_that_stays(make, cast):
    kept = make.enterprise("杭州和达生物有限公司", unit=cast.section, code=make.code(1))
    gone = make.enterprise("杭州远山仪器有限公司", unit=cast.section, code=make.code(2))
    row = merged((kept, gone), cast)
    code = make.code(2)
    for typed in (code, code[-6:]):
        assert first_ids(typed, cast.manager, [], 5) == [kept.id]
    assert search_index.wrong([kept.id]) == []
    with writing():
        merging.undo(row, by=cast.manager)
    assert first_ids(code, cast.manager, [], 5) == [gone.id]
