"""Who is given a follow-up by somebody else hears of it at once in the app and in the next mail."""

from datetime import date

from crm.core import clock
from crm.core.db import db, writing
from crm.enterprises.queries import commissioner_of
from crm.followups import services
from crm.handover import services as handover
from crm.reminders.planning import plan
from tests.reminders.morning import at, of, promise


def told() -> list[tuple[str, str, str]]:
    return [(r.recipient.name, str(r.state), r.cancel_reason) for r in of("followup_given")]


def given(made, to, by) -> None:
    with writing():
        services.give(made, to, version=made.version, reason="由你答复", by=by)
    db.session.expire_all()


def test_what_a_manager_passes_on_is_in_the_app_at_once_and_in_the_next_mail(app, server, firm, cast, now, page):
    made = promise(firm, cast.lin, "2026-12-20")
    given(made, cast.zhou, cast.manager)
    plan(clock.now())
    assert told() == [("周敏", "planned", "")]
    assert "转由你办理：问增容进度" in page.as_(cast.zhou).open("reminders.centre").text
    at(now, app, "2026-11-24T08:31:00"), at(now, app, "2026-11-25T08:31:00")
    [mail] = server.received
    assert mail.recipient == cast.zhou.email and "有一项跟进转由你办理" in mail.text and "增容" not in mail.text


def test_what_went_on_to_somebody_else_or_is_done_before_the_mail_is_not_told(app, server, firm, cast, now):
    first, second = promise(firm, cast.lin, "2026-12-20"), promise(firm, cast.lin, "2026-12-21")
    given(first, cast.zhou, cast.manager), given(second, cast.zhou, cast.manager)
    plan(clock.now())
    given(first, cast.lin, cast.manager)
    with writing():
        services.finish(second, by=cast.zhou)
    at(now, app, "2026-11-24T08:31:00")
    assert told() == [
        ("周敏", "cancelled", "somebody else has it"), ("周敏", "cancelled", "done"), ("林晓", "sent", ""),
    ]  # fmt: skip
    assert [mail.recipient for mail in server.received] == [cast.lin.email]


def test_what_ones_firm_asks_for_is_told_when_another_noted_it_and_ones_own_is_not(firm, cast, now):
    with writing():
        for by in (cast.zhou, cast.lin):
            services.add(firm, owner=cast.lin, text=f"{by.name}记的", due_on=date(2026, 12, 20), by=by, kind="request")
        services.add(firm, owner=cast.lin, text="代录的跟进", due_on=date(2026, 12, 20), by=cast.clerk)
    plan(clock.now()), plan(clock.now())
    assert [name for name, _state, _why in told()] == ["林晓"]


def test_what_comes_with_a_hand_over_is_told_with_its_enterprises_only(firm, cast, now):

    promise(firm, cast.lin, "2026-12-20")
    with writing():
        handover.hand_over(firm, cast.zhou, replaces=commissioner_of(firm.id).id, by=cast.manager, note="注意")
    plan(clock.now())
    assert told() == []
