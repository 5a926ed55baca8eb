"""Notices of what is somebody else's by now keep neither its words nor the firm."""

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.followups import services as followups
from crm.followups.models import Followup
from crm.reminders.planning import plan
from tests.reminders.morning import at, change, promise, visited

WORDS = "上市辅导机构更换"


def test_a_promise_handed_back_is_told_without_its_words_and_without_the_firm(app, make, cast, now, page):
    firm = make.enterprise("杭州和达生物技术有限公司", short_name="和达生物", commissioner=cast.lin, unit=cast.section)
    made = promise(firm, cast.stranger, "2026-11-24", WORDS)
    at(now, app, "2026-11-24T08:31:00")
    assert WORDS in page.as_(cast.stranger).open("reminders.centre").text
    with writing():
        followups.hand_back(db.session.get_one(Followup, made.id), reason="不归我", by=cast.stranger)
    change(made, text="后来改的话")

    page.open("reminders.centre")
    assert "此事已不归你负责" in page.text and "跟进到期" in page.text
    for gone in (WORDS, "后来改的话", "和达", f"/followups/{made.id}"):
        assert gone not in page.text
    page.open("followups.followup", followup_id=made.id, expect=404)
    plan(clock.now())
    assert "后来改的话" in page.as_(cast.lin).open("reminders.centre").text, "who has it now reads it"


def test_ones_own_promise_keeps_its_words_when_it_is_done(app, firm, cast, now, page):
    made = promise(firm, cast.stranger, "2026-11-24", WORDS)
    at(now, app, "2026-11-24T08:31:00")
    with writing():
        followups.finish(db.session.get_one(Followup, made.id), by=cast.stranger)
    assert WORDS in page.as_(cast.stranger).open("reminders.centre").text


def test_a_visit_moved_to_a_firm_one_may_not_read_names_neither_firm_nor_person(app, make, firm, cast, now, page):
    theirs = make.enterprise("别处精密有限公司", short_name="别处精密", commissioner=cast.stranger, unit=cast.elsewhere)
    made = visited(firm, cast.zhou, clock.today())
    plan(clock.now())
    assert "和达" in page.as_(cast.lin).open("reminders.centre", kind="visited_by_other").text
    change(made, enterprise_id=theirs.id)

    page.open("reminders.centre", kind="visited_by_other")
    assert "别处精密" not in page.text and "周敏 已走访" not in page.text and "此事已不归你负责" in page.text


def test_a_silent_firm_given_to_another_unit_is_not_named(app, silent_firm, make, cast, now, page):
    at(now, app, "2026-11-24T08:31:00")
    assert "静默" in page.as_(cast.lin).open("reminders.centre").text
    with writing():
        commissioner_of(silent_firm.id).commissioner_id = cast.stranger.id
        db.session.get_one(Enterprise, silent_firm.id).unit_id = cast.elsewhere.id
        db.session.flush()
    assert "静默" not in page.open("reminders.centre").text
