"""Pages of the day cost at most 12 statements, and the same for two rows as for twenty that share nothing."""

import pytest
from sqlalchemy import event

from crm.core import clock
from crm.core.db import db, writing
from crm.followups import services as followups
from crm.reminders.planning import plan
from crm.visits import services as visits

MOST = 12


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


def statements(page, person, address: str) -> list[str]:
    seen = []
    engine = db.engine
    page.as_(person).open(address)

    def note(_connection, _cursor, statement, *_more):
        if not statement.startswith(("BEGIN", "ROLLBACK", "COMMIT")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    page.open(address)
    event.remove(engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("lin", "/"), ("lin", "/todo"), ("lin", "/visits/new"), ("lin", "/visits/new?q=示例"), ("lin", "/notices"),
        ("lin", "/visits/new?enterprise=1"), ("lin", "/followups/1"), ("manager", "/"),
        ("manager", "/followups?of=unit"), ("lin", "/calendar"), ("lin", "/followups?state=all"),
    ],
)  # fmt: skip
def test_twenty_rows_cost_what_two_cost(page, make, cast, now, who, address):
    firms(make, cast, 2)
    now.move(days=1)
    few = statements(page, getattr(cast, who), address)
    now.move(days=-1)
    firms(make, cast, 18)
    now.move(days=1)
    many = statements(page, getattr(cast, who), address)

    assert len(many) == len(few), "\n".join(sorted(set(many) - set(few)))
    assert len(many) <= MOST, "\n".join(many)
