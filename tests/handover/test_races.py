"""Many at once: exactly one hand-over wins; on both databases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from crm.accounts import User
from crm.core.db import db, writing
from crm.core.errors import RuleBroken, Stale
from crm.enterprises import assignment
from crm.enterprises.models import Enterprise
from crm.enterprises.serving_models import Assignment
from crm.handover import bulk, services
from crm.handover.forms import HandOverForm

HANDS = 20


def at_once(app, act):
    """Run `act(n)` in threads that start together; returns what each came to."""
    ready = Barrier(HANDS)

    def one(number):
        with app.app_context():
            ready.wait(30)
            try:
                with writing():
                    act(number)
                return "done"
            except (RuleBroken, Stale):
                return "stale"
            finally:
                db.session.remove()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_of_many_first_assignments_one_wins(app, make, cast):
    enterprise_id, ids = make.enterprise().id, [cast.lin.id, cast.zhou.id]
    db.session.remove()

    def act(number):
        enterprise, to = db.session.get_one(Enterprise, enterprise_id), db.session.get_one(User, ids[number % 2])
        assignment.assign(enterprise, to, by=to)

    assert sorted(at_once(app, act)) == ["done"] + ["stale"] * (HANDS - 1)
    assert db.session.query(Assignment).filter_by(enterprise_id=enterprise_id, ended_on=None).count() == 1


def test_of_many_hand_overs_one_wins(app, make, cast):
    enterprise_id = make.enterprise(commissioner=cast.lin).id
    replaces = db.session.query(Assignment.id).filter_by(enterprise_id=enterprise_id).scalar()
    ids = [cast.zhou.id, cast.stranger.id]
    db.session.remove()

    def act(number):
        enterprise, to = db.session.get_one(Enterprise, enterprise_id), db.session.get_one(User, ids[number % 2])
        services.hand_over(enterprise, to, replaces=replaces, by=to, note="交接")

    assert sorted(at_once(app, act)) == ["done"] + ["stale"] * (HANDS - 1)
    assert db.session.query(Assignment).filter_by(enterprise_id=enterprise_id, ended_on=None).count() == 1


def test_single_and_bulk_hand_overs_of_the_same_firms_wait_for_each_other_in_one_order(app, make, cast):
    """Names run against the ids, so that acts in the order of a list meet acts in the order of ids."""
    firms = [make.enterprise(f"杭州{name}有限公司", commissioner=cast.lin).id for name in "丁丙乙甲"]
    people = [cast.zhou.id, cast.stranger.id]
    db.session.remove()

    def act(number):
        to = db.session.get_one(User, people[number % 2])
        order = firms if number % 4 < 2 else firms[::-1]
        chosen = [db.session.get_one(Enterprise, one) for one in order]
        if number % 5 == 0:
            now_open = services.commissioner_of(firms[-1])
            services.hand_over(chosen[order.index(firms[-1])], to, replaces=now_open.id, by=to, note="交接")
            return
        with app.test_request_context(method="POST", data={"note": "交接", "replaces": bulk.stamp(bulk.plan(chosen))}):
            bulk.carry_out(chosen, to, form=HandOverForm([]), by=to)

    came_to = at_once(app, act)
    assert "done" in came_to and set(came_to) <= {"done", "stale"}
    assert db.session.query(Assignment).filter_by(ended_on=None).count() == len(firms)
