"""A follow-up is kept, put off or handed back by whom it concerns; a mail's link only opens it."""

from datetime import date, time

import pytest
from sqlalchemy import select

from crm.accounts import User
from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.models import Enterprise
from crm.followups import services
from crm.followups.models import Followup, FollowupMove
from crm.timeline import Entry


@pytest.fixture
def firm(make, cast) -> Enterprise:
    return make.enterprise("杭州和达生物技术有限公司", commissioner=cast.lin)


def promise(firm: Enterprise, owner: User, on: date = date(2026, 11, 30), text: str = "问增容进度") -> Followup:
    with writing():
        made = services.add(firm, owner=owner, text=text, due_on=on, by=owner)
    db.session.expire_all()
    return made


def told() -> list[str]:
    return list(db.session.scalars(select(Entry.kind).where(Entry.kind.startswith("followup.")).order_by(Entry.id)))


def test_the_link_of_a_mail_asks_to_sign_in_and_then_opens_the_follow_up(page, cast, firm):
    followup = promise(firm, cast.lin)
    before = db.session.scalars(select(Entry.id)).all()

    page.open("followups.followup", followup_id=followup.id, expect=303)
    assert page.response.headers["Location"] == f"/sign-in?next=/followups/{followup.id}"
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.open("followups.followup", followup_id=followup.id)

    assert "问增容进度" in page.text and firm.name in page.text
    assert followup.state == "open"
    assert db.session.scalars(select(Entry.id).where(Entry.kind.startswith("followup."))).all() == [before[-1]]


def test_done_closes_it_and_the_firm_counts_one_less(page, cast, firm):
    followup = promise(firm, cast.lin)
    assert firm.open_followups == 1

    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="done-form", **{"done-result": "已答复"})

    assert (followup.state, followup.result, followup.closed_by_id) == ("done", "已答复", cast.lin.id)
    assert firm.open_followups == 0
    assert told() == ["followup.added", "followup.done"]
    page.open("followups.followup", followup_id=followup.id)
    assert page.all("form", id="done-form") == []


def test_done_twice_tells_the_second_that_somebody_was_first(page, cast, firm):
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    tree = page.tree
    page.submit(form="done-form")
    page.tree = tree
    page.submit(form="done-form", expect=409)

    assert told() == ["followup.added", "followup.done"]


def test_later_needs_a_reason_and_moves_to_a_working_day(page, cast, firm):
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="later-form", **{"later-to_on": "2026-12-05"}, expect=422)
    assert "写明改期原因" in page.text
    page.submit(form="later-form", **{"later-to_on": "2026-12-05", "later-reason": "等供电公司答复"})

    assert (followup.due_on, followup.postponed) == (date(2026, 12, 7), 1)
    move = db.session.scalars(select(FollowupMove)).one()
    assert (move.from_on, move.to_on, move.reason) == (date(2026, 11, 30), date(2026, 12, 7), "等供电公司答复")
    assert "等供电公司答复" in page.follow().text


def test_after_three_times_later_it_is_for_the_manager(page, make, cast):
    followup = promise(make.enterprise(unit=cast.section, commissioner=cast.lin), cast.lin)
    for day in ("2026-12-07", "2026-12-14", "2026-12-21"):
        with writing():
            services.postpone(followup, to_on=date.fromisoformat(day), reason="x", by=cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="later-form", **{"later-to_on": "2026-12-28", "later-reason": "再等等"}, expect=422)

    assert "已改期 3 次" in page.text
    assert followup.due_on == date(2026, 12, 21)
    page.as_(cast.manager).open("followups.followup", followup_id=followup.id)
    page.submit(form="later-form", **{"later-to_on": "2026-12-28", "later-reason": "等年后"})
    assert followup.due_on == date(2026, 12, 28)


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-30", "2029-01-01", "no day"])
def test_later_is_after_today_and_after_the_old_day_and_within_reason(page, cast, firm, day):
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="later-form", **{"later-to_on": day, "later-reason": "x"}, expect=422)

    assert followup.due_on == date(2026, 11, 30)


def test_not_mine_goes_to_the_commissioner_of_the_firm(page, cast, firm):
    followup = promise(firm, cast.stranger)
    page.as_(cast.stranger).open("followups.followup", followup_id=followup.id)
    page.submit(form="not-mine-form", **{"notmine-reason": "应由专员跟进"})

    assert followup.owner == cast.lin
    assert "应由专员跟进" in page.as_(cast.lin).open("followups.followup", followup_id=followup.id).text


def test_not_mine_of_the_commissioner_himself_goes_to_the_managers_list(page, cast, firm, make):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).open("followups.followup", followup_id=followup.id)
    page.submit(form="not-mine-form", **{"notmine-reason": "专业性太强"})

    assert followup.owner_id is None
    assert "问增容进度" in page.as_(cast.manager).open("desk.home").text


def test_strangers_find_nothing_and_readers_change_nothing(page, make, cast):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    followup = promise(firm, cast.lin)

    page.as_(cast.stranger).open("followups.followup", followup_id=followup.id, expect=404)
    page.as_(cast.leader).open("followups.followup", followup_id=followup.id)
    assert not page.all("form", id="done-form")
    token = page.all("input", name="csrf_token")[0].get("value")
    for act in ("done", "later", "not_mine"):
        page.post(f"followups.{act}", {"csrf_token": token}, followup_id=followup.id, expect=403)
    page.as_(cast.manager).open("followups.followup", followup_id=followup.id)
    page.submit(form="done-form")
    assert (followup.state, followup.closed_by_id) == ("done", cast.manager.id)


def test_a_post_without_the_token_changes_nothing(page, cast, firm):
    followup = promise(firm, cast.lin)
    page.as_(cast.lin).post("followups.done", {}, followup_id=followup.id, expect=422)

    assert followup.state == "open"


def test_when_the_firm_leaves_everything_open_ends_with_the_reason(cast, firm):
    promise(firm, cast.lin), promise(firm, cast.zhou)
    with writing():
        assert services.cancel_open(firm, reason="企业迁出", by=cast.manager) == 2
    db.session.expire_all()

    assert set(db.session.scalars(select(Followup.result))) == {"企业迁出"}
    assert firm.open_followups == 0


def test_home_parts_what_is_overdue_today_and_soon(page, cast, firm, now):
    for day in (23, 24, 30):
        promise(firm, cast.lin, date(2026, 11, day), f"第{day}件")
    now.move(days=1)
    page.as_(cast.lin).open("desk.home")

    text = page.text[page.text.index("已逾期") :]
    order = [text.index(words) for words in ("已逾期", "第23件", "今天到期", "第24件", "未来 7 天", "第30件")]
    assert order == sorted(order)
    assert "逾期 1 天" in text


def test_a_manager_opens_the_overdue_of_his_unit_by_person(page, cast, make, now):
    firm = make.enterprise(unit=cast.section, commissioner=cast.lin)
    promise(firm, cast.lin, clock.today(), "林的")
    promise(firm, cast.zhou, clock.today(), "周的")
    now.move(days=1)
    page.as_(cast.manager).open("desk.home")
    overdue = "/followups?of=unit&when=overdue"
    [card] = page.all("a", href=overdue, **{"class": "number"})
    assert "".join(card.itertext()).split() == ["2", "逾期跟进"]

    text = page.open(overdue).text
    assert text.index("林的") < text.index("周的")
    assert "林的" not in page.open(f"{overdue}&person={cast.zhou.id}").text
    page.open("/todo?of=unit", expect=303)
    assert page.follow().url == overdue
    assert "林的" not in page.as_(cast.stranger).open(overdue).text


def test_a_manager_gives_what_nobody_owns_to_somebody(page, make, cast):
    firm = make.enterprise("杭州和达生物技术有限公司", unit=cast.section, commissioner=cast.lin)
    with writing():
        made = services.add(firm, owner=cast.lin, text="答复增容", due_on=date(2026, 12, 1), by=cast.lin)
        services.hand_back(made, reason="不归我办", by=cast.lin)
    assert made.owner_id is None
    page.as_(cast.manager).open("followups.followup", followup_id=made.id)
    page.submit(form="give-form", **{"give-owner": str(cast.zhou.id), "give-reason": "由你答复"})
    db.session.expire_all()
    assert made.owner_id == cast.zhou.id
    assert "周敏" in page.follow().text and "由你答复" in page.text
    page.submit(form="give-form", expect=422, **{"give-owner": str(cast.zhou.id)})
    assert "已经由此人负责" in page.text
    assert page.as_(cast.zhou).open("followups.followup", followup_id=made.id).all("form", id="give-form") == []


def test_of_two_who_give_it_away_the_second_is_told(page, make, cast, firm):
    with writing():
        made = services.add(firm, owner=cast.lin, text="答复增容", due_on=date(2026, 12, 1), by=cast.lin)
    page.as_(cast.manager).open("followups.followup", followup_id=made.id)
    with writing():
        services.give(made, cast.clerk, version=made.version, reason="", by=cast.clerk)
    page.submit(form="give-form", expect=422, **{"give-owner": str(cast.zhou.id)})
    db.session.expire_all()
    assert made.owner_id == cast.clerk.id and "先看现在由谁负责" in page.text
    page.submit(form="give-form", **{"give-owner": str(cast.zhou.id)})
    db.session.expire_all()
    assert made.owner_id == cast.zhou.id


def test_a_time_of_day_is_kept_shown_and_goes_with_the_old_day(page, cast, firm):
    page.as_(cast.lin).open("desk.new_followup", enterprise=firm.id)
    page.submit(followup_text="参加评审会", followup_on="2026-12-01", at="14:30")
    made = db.session.scalars(select(Followup)).one()
    assert (made.due_on, made.due_time) == (date(2026, 12, 1), time(14, 30))
    assert "2026-12-01 14:30" in " ".join(page.open("followups.followup", followup_id=made.id).text.split())

    page.submit(form="later-form", **{"later-to_on": "2026-12-03", "later-reason": "改期"})
    db.session.expire_all()
    assert (made.due_on, made.due_time) == (date(2026, 12, 3), None)
    page.open("followups.followup", followup_id=made.id)
    page.submit(
        form="later-form", **{"later-to_on": "2026-12-04", "later-at": "25:61", "later-reason": "改期"}, expect=422
    )
    assert "25:61" in page.response.text


def test_who_is_to_answer_for_a_firm_of_others_may_look_whom_to_ask_there(page, make, cast):
    there = make.enterprise("杭州远山仪器有限公司", unit=cast.section, commissioner=cast.lin, contact="赵总",
                            phone="13900001111")  # fmt: skip
    own = promise(there, cast.handler)
    page.as_(cast.handler).open("followups.followup", followup_id=own.id)
    assert "赵总" not in page.text, "nobody opens a contact by a promise to himself"
    page.post("followups.reveal", followup_id=own.id, expect=403)

    made = promise(there, cast.lin)
    with writing():
        services.give(made, cast.handler, version=made.version, reason="", by=cast.manager)
    page.open("followups.followup", followup_id=made.id)
    assert "赵总" in page.text and "139****1111" in page.text and "13900001111" not in page.response.text
    next(f for f in page.all("form") if "/contact" in (f.get("action") or "")).set("id", "reveal")
    page.submit(form="reveal", expect=200)
    assert "13900001111" in page.text
    looked = db.session.scalars(select(Entry).where(Entry.kind == "contact.revealed")).one()
    assert (looked.actor_id, looked.enterprise_id) == (cast.handler.id, there.id)

    with writing():
        services.finish(made, by=cast.handler)
    assert "赵总" not in page.open("followups.followup", followup_id=made.id).text, "only as long as it is open"
    page.post("followups.reveal", followup_id=made.id, expect=403)
