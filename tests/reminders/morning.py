"""A promise, the scheduler's tick, and what was planned: shared by the stories of reminders."""

from datetime import date, time

from sqlalchemy import select, update

from crm.core import clock
from crm.core.db import db, writing
from crm.followups import services as followups
from crm.outbox.jobs import Mailroom, deliver
from crm.reminders.models import Reminder
from crm.reminders.planning import plan
from crm.visits import replanning
from crm.visits import services as visits
from crm.visits.models import Visit


def promise(firm, owner, day: str, text: str = "问增容进度"):
    with writing():
        return followups.add(firm, owner=owner, text=text, due_on=date.fromisoformat(day), by=owner)


def tick(app) -> dict[str, int]:
    counts = plan(clock.now())
    counts.update(deliver(Mailroom(app.extensions["commissioner"])))
    db.session.expire_all()
    return {key: n for key, n in counts.items() if n}


def of_followups() -> list[Reminder]:
    return list(db.session.scalars(select(Reminder).where(Reminder.kind == "followup_due").order_by(Reminder.id)))


def of(kind: str) -> list[Reminder]:
    db.session.expire_all()
    return list(db.session.scalars(select(Reminder).where(Reminder.kind == kind).order_by(Reminder.id)))


def at(now, app, moment: str) -> dict[str, int]:
    now.set(f"{moment}+08:00")
    return tick(app)


def change(row, **values) -> None:
    with writing() as session:
        session.execute(update(type(row)).where(type(row).id == row.id).values(**values))
    db.session.expire_all()


def visited(firm, by, day: date, **values) -> Visit:
    with writing():
        return visits.record(
            firm, by=by, kind="onsite", on=day, met="王总", text="x", client_key=f"key-{by.id}-{day}-{firm.id}"
        )[0]


def planned(firm, by, on: str, hour: time | None = None):
    with writing():
        return visits.plan(
            firm, by=by, kind="onsite", on=date.fromisoformat(on), at=hour, note="", client_key=f"plan-{on}-{hour}"
        )[0]


def moved(plan, by, on: str, hour: time | None = None) -> None:
    with writing():
        replanning.replan(plan, version=plan.version, on=date.fromisoformat(on), at=hour, reason="", by=by)
