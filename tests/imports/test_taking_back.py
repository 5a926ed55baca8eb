"""An import taken back from its page within a day, unless somebody has worked on its firms."""

from __future__ import annotations

from crm.core.db import writing
from crm.enterprises.services import add_contact
from crm.imports.models import RunState
from tests.imports.conftest import HEAD, SAMPLE, dump
from tests.imports.wizard import bring_to_check, firm, last, row, token


def test_taking_back_from_the_page(clerk):
    before = dump()
    bring_to_check(clerk, SAMPLE).submit(form="write").follow()

    clerk.post("imports.undo", {"csrf_token": token(clerk)}, run_id=last().id).follow()

    assert dump() == before and last().state == RunState.UNDONE


def test_no_undo_after_somebody_worked_on_it(clerk, page, cast, make, book):
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司"), row(make, 2, "杭州博拓有限公司")])).submit(
        form="write"
    ).follow()
    with writing():
        add_contact(firm("杭州博拓有限公司"), name="赵六", by=cast.manager)
    before = dump()

    clerk.open("imports.run", run_id=last().id)
    clerk.post("imports.undo", {"csrf_token": token(clerk)}, expect=409, run_id=last().id)

    assert "杭州博拓有限公司" in clerk.text and "杭州和达有限公司" not in clerk.text
    assert dump() == before and last().state == RunState.WRITTEN


def test_after_a_day_there_is_no_way_back(clerk, now, make, book):
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司")])).submit(form="write").follow()
    now.move(hours=25)

    clerk.open("imports.run", run_id=last().id)
    clerk.post("imports.undo", {"csrf_token": token(clerk)}, run_id=last().id).follow()

    assert last().state == RunState.WRITTEN and firm("杭州和达有限公司")
