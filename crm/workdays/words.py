"""What is said of days: holidays and make-up days by name, and that a year's holidays are not published yet."""

from __future__ import annotations

from datetime import date

from flask import Flask

from crm.core.shown import day
from crm.core.words import Say, is_english, say
from crm.workdays.queries import calendar, is_estimated
from crm.workdays.rules import SATURDAY, Special

WEEKEND = (say("Sat"), say("Sun"))
WHY_ESTIMATED = say("The holidays of that year are not published yet; it was counted from Monday to Friday")


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        is_estimated=is_estimated, rest_name=rest_name, why_estimated=lambda: str(WHY_ESTIMATED)
    )
    app.jinja_env.filters["counted_day"] = counted


def counted(due: date | None) -> str:
    """A day that was counted in working days, as text for mails, papers and sentences: 2027-02-23（暂定）."""
    text = day(due)
    return str(say("%(day)s est.", day=text)) if is_estimated(due) else text


def marked(due: date | None) -> date | str | None:
    """A day as the cell of a file: 2027-02-23（暂定） in words where it is estimated, else the day itself."""
    return counted(due) if is_estimated(due) else due


def name_of(special: Special | None) -> str:
    """国庆节, or National Day on an English page where it is known; "" for ordinary days."""
    if special is None:
        return ""
    return (special.en or special.label) if is_english() else special.label


def rest_name(on: date) -> str:
    """周六, or the holiday by its name; "" on a working day."""
    days = calendar()
    if days.is_working_day(on):
        return ""
    weekday = WEEKEND[on.weekday() - SATURDAY] if on.weekday() >= SATURDAY else say("rest day")
    return name_of(days.special(on)) or str(weekday)


def late_by(days: int) -> Say:
    """逾期 3 天."""
    return say("1 day overdue") if days == 1 else say("%(n)s days overdue", n=days)
