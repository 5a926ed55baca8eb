"""A roster that names another commissioner: its own block, with note, document number and day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.enterprises.queries import commissioner_of
from crm.enterprises.serving_models import AssignmentOrder
from crm.followups import services as followups
from crm.followups.models import FollowupMove
from tests.imports.conftest import HEAD
from tests.imports.wizard import bring_to_check, row


def test_a_changed_commissioner_needs_note_number_and_day(clerk, cast, make, book):
    known = make.enterprise(name="杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司", official="周敏")]))

    clerk.submit(form="write", note="", document_no="", expect=422)
    assert commissioner_of(known.id).commissioner_id == cast.lin.id

    clerk.submit(form="write", note="按分工调整", document_no="经发〔2026〕9号").follow()
    now = commissioner_of(known.id)
    assert (now.commissioner_id, now.document_no, str(now.started_on)) == (
        cast.zhou.id,
        "经发〔2026〕9号",
        "2026-11-23",
    )


def test_what_the_old_commissioner_promised_goes_to_the_new_one_and_his_colleagues_keep_theirs(clerk, cast, make, book):
    known = make.enterprise(name="杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    with writing():
        of_lin, done, of_another = (
            followups.add(known, owner=owner, text=text, due_on=date(2026, 12, 1), by=owner)
            for owner, text in ((cast.lin, "问增容进度"), (cast.lin, "送政策"), (cast.manager, "陪同调研"))
        )
        followups.finish(done, by=cast.lin)
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司", official="周敏")]))
    clerk.submit(form="write", note="按分工调整", document_no="经发〔2026〕9号").follow()

    db.session.expire_all()
    assert [each.owner for each in (of_lin, done, of_another)] == [cast.zhou, cast.lin, cast.manager]
    [move] = db.session.scalars(select(FollowupMove))
    assert (move.followup_id, move.from_owner_id, move.to_owner_id) == (of_lin.id, cast.lin.id, cast.zhou.id)
    assert (move.by_id, move.reason) == (cast.clerk.id, "handed over")


def test_a_change_may_be_left_out(clerk, cast, make, book):
    known = make.enterprise(name="杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司", official="周敏")]))

    clerk.submit(form="write", changes="leave").follow()

    assert commissioner_of(known.id).commissioner_id == cast.lin.id
    assert db.session.get(Enterprise, known.id).industry == "医药制造业"


def test_a_change_for_a_later_day_becomes_an_order(clerk, cast, make, book):
    known = make.enterprise(name="杭州和达有限公司", unit=cast.bureau, code=make.code(1), commissioner=cast.lin)
    bring_to_check(clerk, book([HEAD, row(make, 1, "杭州和达有限公司", official="周敏")]))

    clerk.submit(form="write", note="轮岗", document_no="经发〔2026〕9号", on="2026-12-01").follow()

    order = db.session.scalars(select(AssignmentOrder)).one()
    assert (order.enterprise_id, order.to_id, str(order.on)) == (known.id, cast.zhou.id, "2026-12-01")
    assert commissioner_of(known.id).commissioner_id == cast.lin.id
