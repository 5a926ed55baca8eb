"""The database guards the promises by itself: raw SQL attacks each guard, and first shows it would get through.

Every attack runs twice: on a copy of the table without any constraint, where it must succeed (else the attack proves
nothing), and on the table itself, where it must be refused and leave no trace.
"""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from crm.core.db import db, writing
from crm.cultivation.models import Track, TrackEvent, TrackProposal, TrackSpan
from crm.cultivation.paper_models import TrackPaper
from crm.cultivation.partner_models import Partner, TrackPartner
from crm.cultivation.plan_models import TrackPlan, TrackReview
from crm.cultivation.yearly_models import ListMember, Target, YearlyList
from crm.files.models import StoredFile
from crm.followups.models import Followup
from crm.outbox.models import Delivery
from crm.reminders.models import Digest, Reminder
from crm.tiers.models import TierPeriod, TitleHeld
from crm.visits.models import Visit

# table: the columns of a copied row that must differ, so that only the guard under attack stands in the way
TWINS = {
    "assignment": {},
    "presence": {},
    "liaison": {},
    "responsibility": {},
    "contact": {},
    "tier_period": {},
    "title_held": {},
    "track": {"attempt": "2"},
    "track_event": {},
    "track_proposal": {},
    "track_span": {},
    "yearly_list": {"from_on": "'2017-01-01'"},
    "list_member": {},
    "target": {},
    "partner": {},
    "track_partner": {},
    "track_plan": {},
    "track_paper": {},
    "reminder": {},
    "digest": {},
    "delivery": {"message_id": "'another@example.cn'"},
    "visit": {},
    "enterprise": {"name_key": "'another'"},
}
BREACHES = [
    ("a merged entry without another", "enterprise", "UPDATE {table} SET standing = 'merged'"),
    ("a code of 17 characters", "enterprise", "UPDATE {table} SET credit_code = '9133011400000000X'"),
    ("a founding day without precision", "enterprise", "UPDATE {table} SET founded_on = '2010-01-01'"),
    ("a nameless enterprise", "enterprise", "UPDATE {table} SET name = ''"),
    ("an assignment ending too early", "assignment", "UPDATE {table} SET ended_on = '2000-01-01', end_reason = 'x'"),
    ("an ended assignment without a reason", "assignment", "UPDATE {table} SET ended_on = '2026-11-23'"),
    ("a period that ends before it began", "presence", "UPDATE {table} SET until_on = '2000-01-01'"),
    ("a done visit without words", "visit", "UPDATE {table} SET text = ''"),
    ("a voided visit without its moment", "visit", "UPDATE {table} SET state = 'voided'"),
    ("a closed follow-up without its moment", "followup", "UPDATE {table} SET state = 'done'"),
    ("a post that ends before it began", "post", "UPDATE {table} SET until = '2000-01-01'"),
    ("serving as a post", "post", "UPDATE {table} SET role = 'serving'"),
    ("an inactive person without a day", '"user"', "UPDATE {table} SET active = :no"),
    ("somebody who stands in for himself", "stand_in", "UPDATE {table} SET deputy_id = official_id"),
    ("an entry without salt", "entry", "UPDATE {table} SET salt = NULL"),
    ("an entry that never happened", "entry", "DELETE FROM {table}"),
    ("a track in a state since never", "track", "UPDATE {table} SET since_on = NULL"),
    ("a paper of no step", "track_paper", "UPDATE {table} SET event_id = NULL"),
    ("a step that never happened", "track_event", "DELETE FROM {table}"),
    ("a step on another day", "track_event", "UPDATE {table} SET happened_on = '2026-01-01'"),
    ("a span that ends before it began", "track_span", "UPDATE {table} SET until_on = '2000-01-01'"),
    ("a plan that was never made", "track_plan", "DELETE FROM {table}"),
    ("a plan for another day", "track_plan", "UPDATE {table} SET goal_on = '2027-01-01'"),
    ("a review that never was", "track_review", "DELETE FROM {table}"),
    ("a review in other words", "track_review", "UPDATE {table} SET remark = 'x'"),
    ("a decision without its moment", "track_proposal", "UPDATE {table} SET outcome = 'confirmed'"),
    ("a list without a name", "yearly_list", "UPDATE {table} SET name = ''"),
    ("a list of no year", "yearly_list", "UPDATE {table} SET year = 17"),
    ("a member who left before he came", "list_member",
     "UPDATE {table} SET until_on = '2000-01-01', exit_reason = 'x'"),
    ("a member who left without a reason", "list_member", "UPDATE {table} SET until_on = from_on"),
    ("a target higher than its high", "target", "UPDATE {table} SET low = 9"),
    ("a target of nothing", "target", "UPDATE {table} SET low = 0"),
    ("a target of something unknown", "target", "UPDATE {table} SET measure = 'moon'"),
    ("a target that ends before it began", "target", "UPDATE {table} SET until_on = '2000-01-01'"),
    ("a partner without a name", "partner", "UPDATE {table} SET name = ''"),
    ("a partner without a role", "track_partner", "UPDATE {table} SET role = ''"),
    ("a partner who left before he came", "track_partner", "UPDATE {table} SET until_on = '2000-01-01'"),
    ("another hand in the record", "entry", "UPDATE {table} SET actor_name = 'somebody else'"),
]  # fmt: skip


@pytest.fixture
def rows(make, cast, now):
    """One row in every guarded table."""
    from crm.core import clock
    from crm.enterprises.serving_models import Liaison, Responsibility
    from crm.handover import stand_ins

    enterprise = make.enterprise(commissioner=cast.lin, contact="王总")
    today, shared = clock.today(), {"enterprise_id": enterprise.id}
    with writing() as session:
        session.add_all(
            [
                Liaison(**shared, leader_id=cast.leader.id, from_on=today),
                Responsibility(**shared, section_id=cast.section.id, from_on=today),
                TierPeriod(**shared, tier="T1", from_on=today),
                TitleHeld(**shared, title="high_tech"),
                Followup(**shared, owner_id=cast.lin.id, text="催办", due_on=today),
                Visit(
                    **shared,
                    kind="site",
                    counts=True,
                    visited_on=today,
                    author_id=cast.lin.id,
                    met="王总",
                    text="走访",
                    client_key="k",
                ),
                Digest(recipient_id=cast.lin.id, day=today),
                Delivery(key="k", template="digest", params={}, message_id="m@example.cn"),
                Reminder(
                    kind="due",
                    subject_kind="followup",
                    subject_id=1,
                    basis="b",
                    recipient_id=cast.lin.id,
                    due_on=today,
                    **shared,
                ),
            ]
        )
        stand_ins.stand_in(cast.lin, cast.zhou, by=cast.manager)
        way_up(session, enterprise.id, today, cast.lin)
        of_the_year(session, enterprise.id, today, cast.manager)
    db.session.remove()


def way_up(session, enterprise_id, today, lin):
    """A track with its first event and span, and a step that waits for a word."""
    at = {"enterprise_id": enterprise_id, "kind": "NEEQ"}
    track = Track(**at, state="NQ_POOL", since_on=today, is_open=True, last_seq=1)
    session.add(track)
    session.flush()
    step = {"track_id": track.id, "seq": 1, "state": "NQ_POOL"}
    waiting = {"attempt": 1, "seq": 2, "state": "NQ_ENGAGED", "happened_on": today, "proposed_by_id": lin.id}
    event = TrackEvent(**step, sort="step", happened_on=today, ladder="x", proposed_by_name="x")
    session.add_all([event, TrackSpan(**at, **step, from_on=today), TrackProposal(**at, **waiting)])
    file = StoredFile(name="x", media_type="x", size=1, sha256="x", stored_as="x")
    session.add(file)
    session.flush()
    paper = {"enterprise_id": enterprise_id, "event_id": event.id, "file_id": file.id, "added_by_name": "x"}
    session.add(TrackPaper(**paper, what="x"))
    said = {"track_id": track.id, "state": "NQ_POOL", "by_name": "x"}
    session.add_all([TrackPlan(**said, seq=1), TrackReview(**said, reviewed_on=today, remark="y")])


def of_the_year(session, enterprise_id, today, manager):
    """A list with a member, a target, a partner of the track."""
    made, partner = YearlyList(kind="K", year=2017, name="x", from_on=today), Partner(name="x", name_key="x")
    session.add_all([made, partner])
    session.flush()
    track, at = session.query(Track).one(), {"enterprise_id": enterprise_id}
    by = {"set_by_id": manager.id, "set_by_name": "x", "unit_id": manager.unit_id}
    session.add_all([
        ListMember(**at, list_id=made.id, from_on=today),
        Target(measure="step", subject="NQ_BASE", year=2017, low=6, high=8, from_on=today, **by),
        TrackPartner(**at, track_id=track.id, partner_id=partner.id, role="broker", since_on=today),
    ])  # fmt: skip


def columns_of(table):
    return [c.name for c in db.metadata.tables[table].columns]


def twin(table, into):
    """The statement that writes the first row of a table once more under a new id."""
    differing = {"id": f"(SELECT max(id) + 1 FROM {table})", **TWINS[table]}
    names = columns_of(table)
    shown = [f'"{name}"' for name in names]
    return f"INSERT INTO {into} ({', '.join(shown)}) SELECT {', '.join(differing.get(n, s) for n, s in zip(names, shown, strict=True))} FROM {table} WHERE id = (SELECT min(id) FROM {table})"  # noqa: E501


def attempt(table, statement):
    """Changed rows of the unguarded copy; then whether the real table refuses."""
    bare = table.strip('"') + "_bare"
    with db.engine.connect() as raw, raw.begin() as act:
        raw.execute(text(f"CREATE TABLE {bare} AS SELECT * FROM {table}"))
        got_through = raw.execute(text(statement(bare)), values(statement(bare))).rowcount
        act.rollback()
    with db.engine.connect() as raw, raw.begin() as act:
        with pytest.raises(DatabaseError):
            raw.execute(text(statement(table)), values(statement(table)))
        act.rollback()
    return got_through


def values(statement):
    return {"no": False} if ":no" in statement else {}


@pytest.mark.parametrize("table", TWINS)
def test_a_second_one_is_refused(rows, table):
    assert attempt(table, lambda into: twin(table, into)) == 1


@pytest.mark.parametrize(("what", "table", "breach"), BREACHES, ids=[b[0] for b in BREACHES])
def test_a_broken_pair_is_refused(rows, what, table, breach):
    assert attempt(table, lambda into: breach.format(table=into)) >= 1


def test_a_provisional_name_is_taken_once(make, cast):
    make.enterprise("杭州待补科技有限公司", code=None)

    assert attempt("enterprise", lambda into: twin("enterprise", into).replace("'another'", '"name_key"')) == 1


EVENTS = "INSERT INTO {table} (id, track_id, seq, sort, state, happened_on, reason, corrects, board, grade, document_no, wording, note, warnings, ladder, at, proposed_by_name, confirmed_by_name, alone_because) SELECT 99, track_id, {values}, board, grade, document_no, wording, note, warnings, ladder, at, proposed_by_name, confirmed_by_name, alone_because FROM track_event"  # noqa: E501


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("a step without a day", "2, 'step', 'NQ_POOL', NULL, '', NULL"),
        ("a step without a state", "2, 'step', '', happened_on, '', NULL"),
        ("a baseline without its reason", "2, 'baseline', 'NQ_POOL', happened_on, '', NULL"),
        ("a void that corrects nothing", "2, 'void', '', NULL, 'x', NULL"),
        ("a void with a state", "2, 'void', 'NQ_POOL', NULL, 'x', 1"),
        ("a correction of what comes later", "2, 'void', '', NULL, 'x', 3"),
        ("a step that corrects", "2, 'step', 'NQ_POOL', happened_on, '', 1"),
        ("a step before the first", "0, 'step', 'NQ_POOL', happened_on, '', NULL"),
    ],
)
def test_an_impossible_event_is_refused(rows, what, values):
    assert attempt("track_event", lambda into: EVENTS.format(table=into, values=values)) == 1


def test_two_lists_of_a_kind_do_not_begin_on_one_day(rows):
    into_, _, chosen = twin("yearly_list", "{table}").partition(" SELECT ")
    chosen = chosen.replace("'2017-01-01'", "from_on").replace('"year"', "year + 1")
    assert attempt("yearly_list", lambda into: f"{into_.format(table=into)} SELECT {chosen}") == 1


def test_events_are_not_lost_all_at_once(rows):
    if db.engine.dialect.name == "postgresql":
        assert attempt("track_event", lambda into: f"TRUNCATE {into}") is not None


PLANS = "INSERT INTO {table} (id, track_id, seq, state, goal_class, blocker, blocked_by, reason, at, by_name) SELECT 99, track_id, {values}, at, by_name FROM track_plan"  # noqa: E501


@pytest.mark.parametrize(
    ("what", "values"),
    [
        ("a changed plan without its reason", "2, 'NQ_POOL', '', '', '', ''"),
        ("what blocks by nobody", "2, 'NQ_POOL', '', 'x', '', 'y'"),
    ],
)
def test_an_impossible_plan_is_refused(rows, what, values):
    assert attempt("track_plan", lambda into: PLANS.format(table=into, values=values)) == 1
