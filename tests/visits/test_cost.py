"""Pages of the day cost at most 12 statements, saving a visit 7, the same for two rows as for twenty that share
nothing."""

import pytest

from crm.core import clock
from crm.core.db import writing
from crm.followups import services as followups
from crm.reminders.planning import plan
from crm.visits import services as visits

MOST = 12
MOST_TO_SAVE = {"a contact": 7, "a new name": 11, "a plan": 12, "for a colleague": 10, "also a request": 9}


def firms(make, cast, count: int) -> list:
    """Each with its own contact, visit, follow-up due today and notice, in lin's care."""
    made = [make.enterprise(unit=cast.section, commissioner=cast.lin, contact=f"联系人{n}") for n in range(count)]
    for n, firm in enumerate(made):
        with writing():
            visits.record(
                firm, by=cast.lin, kind="onsite", on=clock.today(), met="王", text="x", client_key=f"{firm.id:08}"
            )
            followups.add(firm, owner=cast.lin, text=f"第{n}件", due_on=clock.today(), by=cast.lin)
    plan(clock.now())
    return made


@pytest.fixture
def statements(page, count_statements):
    def asked(person, address: str) -> list[str]:
        page.as_(person).open(address)
        with count_statements() as seen:
            page.open(address)
        return seen

    return asked


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("lin", "/"), ("lin", "/todo"), ("lin", "/visits/new"), ("lin", "/visits/new?q=示例"), ("lin", "/notices"),
        ("lin", "/visits/new?enterprise=1"), ("lin", "/followups/1"), ("manager", "/"),
        ("manager", "/followups?of=unit"), ("lin", "/calendar"), ("lin", "/followups?state=all"),
    ],
)  # fmt: skip
def test_twenty_rows_cost_what_two_cost(make, cast, now, statements, who, address):
    firms(make, cast, 2)
    now.move(days=1)
    few = statements(getattr(cast, who), address)
    now.move(days=-1)
    firms(make, cast, 18)
    now.move(days=1)
    many = statements(getattr(cast, who), address)

    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))
    assert 0 < len(many) <= MOST, "\n".join(many)


@pytest.fixture
def colleagues(make, cast):
    """Twenty more whose visits the clerk may type, each in a section of his own."""
    return [make.user(f"同事{n}", unit=make.unit(parent=cast.bureau)) for n in range(20)]


def planned_at(firm, cast) -> int:
    with writing():
        visit, _is_new = visits.plan(
            firm, by=cast.lin, kind="onsite", on=clock.today(), at=None, note="", client_key=f"plan{firm.id:08}"
        )
    return visit.id


@pytest.mark.parametrize("which", MOST_TO_SAVE)
def test_a_save_costs_what_it_must(page, make, cast, colleagues, count_statements, which):
    """Twice, so that no day is the first; the second is a visit to a firm that shares nothing with the first."""
    more = {
        "a new name": {"met": "刘总"},
        "for a colleague": {"author": cast.zhou.id},
        "also a request": {"request": "用电增容"},
    }
    for firm in firms(make, cast, 2):
        asked = {"plan": planned_at(firm, cast)} if which == "a plan" else {"enterprise": firm.id}
        person = cast.clerk if which == "for a colleague" else cast.lin
        page.as_(person).open("desk.new_visit", **asked)
        with count_statements() as seen:
            page.submit(text=f"谈了{which}", followup_on="2026-12-07", **more.get(which, {}))

    assert {"followup", "entry"} <= {each.split()[2] for each in seen if each.startswith("INSERT")}
    assert len(seen) == MOST_TO_SAVE[which], "\n".join(seen)
