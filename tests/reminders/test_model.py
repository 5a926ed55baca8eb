"""Whatever people do between the mornings, and however many mornings nothing runs: the mails are those of the model."""

import re
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from crm.core import clock
from crm.core.bureau import set_bureau
from crm.core.db import db, writing
from crm.enterprises.serving_models import StandIn
from crm.followups import reopening
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.handover import stand_ins
from crm.outbox.jobs import Mailroom, deliver
from crm.permissions import Role
from crm.reminders.planning import plan
from crm.workdays.queries import calendar
from tests.reminders.model import Model

NUMBER = re.compile(r"/followups/(\d+)")
picks = strategies.integers(0, 99)
seen = strategies.booleans()  # whether the scheduler plans right after it


class Bureau(RuleBasedStateMachine):
    """The clock only goes on; each example begins with new people and without open promises."""

    app = make = server = now = None

    def __init__(self):
        super().__init__()
        with writing():
            unit = self.make.unit()
            self.people = [self.person(unit) for _ in range(3)]
            self.manager = self.person(unit, role=Role.MANAGER, over=unit)
            self.firm = self.make.enterprise(unit=unit, commissioner=self.people[0])
        self.present = {person.id: person for person in self.people}
        self.model, self.duty = Model(calendar(), self.people[0].id, self.manager.id), None
        self.former, self.done = {}, []
        self.to_working_day(1)

    def person(self, unit, **post):
        return self.make.user(unit=unit, email=f"p{next(self.make.numbers)}@example.cn", **post)

    def teardown(self):
        for number in list(self.model.promises):
            self.close(number)

    def to_working_day(self, ahead: int) -> None:
        day = calendar().add(clock.today(), ahead).on
        self.now.set(f"{day}T08:31:00+08:00")

    def one_of(self, pick: int) -> Followup:
        numbers = sorted(self.model.promises)
        return db.session.get_one(Followup, numbers[pick % len(numbers)])

    def keep(self, promise: Followup) -> None:
        self.model.promises[promise.id] = (promise.owner_id, promise.due_on)

    def close(self, number: int) -> None:
        with writing():
            followups.finish(db.session.get_one(Followup, number), by=self.people[0])
        del self.model.promises[number]
        self.done.append(number)

    def belongs_to(self, promise: Followup, owner_id: int) -> None:
        with writing() as session:
            session.get_one(Followup, promise.id).owner_id = owner_id
            session.flush()
        db.session.expire_all()
        self.keep(db.session.get_one(Followup, promise.id))

    def beat(self, seen: bool) -> None:
        """The scheduler plans between what people do."""
        if seen:
            plan(clock.now())
            db.session.expire_all()
            self.model.beat(clock.today(), set(self.present))

    @rule(who=picks, days=strategies.sampled_from([0, 0, 0, 1, 2, 5, 9]), seen=seen)
    def promise(self, who, days, seen):
        owner = self.people[who % len(self.people)]
        with writing():
            made = followups.add(
                self.firm, owner=owner, text="x", due_on=clock.today() + timedelta(days=days), by=owner
            )
        self.keep(made)
        self.beat(seen)

    @precondition(lambda self: self.model.promises)
    @rule(pick=picks, seen=seen)
    def finish(self, pick, seen):
        self.close(self.one_of(pick).id)
        self.beat(seen)

    @precondition(lambda self: self.done)
    @rule()
    def reopen(self):
        """The last one that was done, as by the button that undoes it."""
        promise = db.session.get_one(Followup, self.done.pop())
        if reopening.can_reopen(promise):
            with writing():
                reopening.reopen(promise, by=self.people[0])
            self.keep(promise)

    @precondition(lambda self: self.model.promises)
    @rule(pick=picks, days=strategies.integers(1, 6))
    def another_day(self, pick, days):
        promise = self.one_of(pick)
        if promise.postponed < 3:
            with writing():
                to_on = max(promise.due_on, clock.today()) + timedelta(days=days)
                followups.postpone(promise, to_on=to_on, reason="x", by=self.people[0])
            self.keep(promise)

    @precondition(lambda self: self.model.promises)
    @rule(pick=picks, who=picks, seen=seen)
    def somebody_else(self, pick, who, seen):
        promise = self.one_of(pick)
        self.former[promise.id] = promise.owner_id
        self.belongs_to(promise, self.people[who % len(self.people)].id)
        self.beat(seen)

    @precondition(lambda self: self.former.keys() & self.model.promises.keys())
    @rule(pick=picks)
    def back_to_the_former_owner(self, pick):
        numbers = sorted(self.former.keys() & self.model.promises.keys())
        promise = db.session.get_one(Followup, numbers[pick % len(numbers)])
        self.belongs_to(promise, self.former.pop(promise.id))

    @precondition(lambda self: len(self.present) > 1)
    @rule(who=picks)
    def leaves(self, who):
        number = sorted(self.present)[who % len(self.present)]
        with writing():
            person = self.present.pop(number)
            person.active, person.deactivated_on = False, clock.today()
            db.session.flush()

    @precondition(lambda self: len(self.present.keys() - {self.people[0].id}) > 0)
    @rule(who=picks, seen=seen)
    def stands_in(self, who, seen):
        """For the commissioner of the firm, from today; whoever did so before no longer does."""
        self.duty_ends(seen=False)
        others = [person for person in self.people[1:] if person.id in self.present]
        with writing():
            self.duty = stand_ins.stand_in(self.people[0], others[who % len(others)], by=self.people[0]).id
        self.model.deputy = others[who % len(others)].id
        self.beat(seen)

    @precondition(lambda self: self.duty)
    @rule(seen=seen)
    def duty_ends(self, seen):
        if self.duty:
            with writing() as session:
                stand_ins.end(session.get_one(StandIn, self.duty), by=self.people[0])
        self.duty = self.model.deputy = None
        self.beat(seen)

    @rule(skipped=strategies.sampled_from([1, 1, 1, 2, 3, 8]))
    def morning(self, skipped):
        self.to_working_day(skipped)
        before = len(self.server.received)
        for _ in range(2):
            plan(clock.now())
            deliver(Mailroom(self.app.extensions["commissioner"]), limit=100)
            db.session.expire_all()
        assert self.told_since(before) == self.model.morning(clock.today(), set(self.present))

    def told_since(self, before: int) -> dict[int, set[int]]:
        ids, found = {person.email: person.id for person in [*self.people, self.manager]}, defaultdict(set)
        for mail in (one for one in self.server.received[before:] if one.recipient in ids):
            assert ids[mail.recipient] not in found, "one mail a morning"
            found[ids[mail.recipient]] = {int(n) for n in NUMBER.findall(mail.text)}
        return dict(found)


@pytest.fixture
def bureau(app, server, make, now):
    with writing():
        set_bureau("silence_days", 3650, by_id=None, by_name="x")
    plan(clock.now())
    for name, value in {"app": app, "make": make, "server": server, "now": now}.items():
        setattr(Bureau, name, value)
    return Bureau


def test_the_mails_are_those_of_the_model(bureau):
    run_state_machine_as_test(bureau, settings=settings(max_examples=6, stateful_step_count=20, deadline=None))


def test_the_model_meets_what_is_done_by_mistake_and_what_comes_back(bureau):
    story = bureau()
    story.promise(who=0, days=0, seen=True)
    story.finish(pick=0, seen=True)
    story.reopen()
    story.promise(who=1, days=0, seen=True)
    story.somebody_else(pick=1, who=2, seen=True)
    story.back_to_the_former_owner(pick=0)
    for _ in range(3):
        story.morning(skipped=1)


def test_the_model_meets_a_deputy_and_what_he_had_been_told_himself(bureau):
    story = bureau()
    story.promise(who=0, days=0, seen=True)
    story.promise(who=1, days=0, seen=True)
    story.morning(skipped=1)
    story.stands_in(who=0, seen=True)
    story.somebody_else(pick=1, who=0, seen=True)
    story.morning(skipped=1)
    story.finish(pick=0, seen=True)
    story.reopen()
    story.morning(skipped=2)
    story.duty_ends(seen=False)
    story.stands_in(who=1, seen=False)
    story.morning(skipped=8)


def test_the_model_meets_what_stays_late_and_its_manager(bureau):
    story = bureau()
    story.promise(who=0, days=0, seen=True)
    story.promise(who=1, days=0, seen=True)
    story.promise(who=2, days=1, seen=True)
    story.leaves(who=1)
    for skipped in (3, 2, 1, 1):
        story.morning(skipped=skipped)
    story.finish(pick=0, seen=True)
    story.reopen()
    story.another_day(pick=2, days=1)
    for skipped in (1, 8):
        story.morning(skipped=skipped)
