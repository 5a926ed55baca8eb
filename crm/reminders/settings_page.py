"""My notifications: kind by kind, how I want to hear."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from wtforms import SelectField

from crm.accounts import User, everyone, signed_in
from crm.core.db import writing
from crm.core.forms import Form
from crm.core.web import go, page, told
from crm.core.words import Say, say
from crm.reminders import choices
from crm.reminders.choices import Way
from crm.reminders.kind import KINDS
from crm.reminders.views import bp

WORDS: dict[Way, Say] = {
    Way.BOTH: say("In the app and by mail"),
    Way.APP: say("In the app only"),
    Way.OFF: say("Not at all"),
}


@bp.route("/me/notifications", methods=["GET", "POST"])
@everyone
def settings() -> ResponseReturnValue:
    me = signed_in()
    form = _form(me)
    if form.validate_on_submit():
        with writing():
            choices.choose(me, {name: Way(form[name].data) for name in KINDS})
        told(say("Kept"))
        return go("reminders.settings")
    return page("reminders/settings.html", form, kinds=KINDS, person=me)


def _form(me: User) -> Any:
    """One select per kind, drawn from the kinds themselves."""
    drawn = type("NotificationsForm", (Form,), {name: SelectField(kind.label) for name, kind in KINDS.items()})
    form: Any = drawn(data={name: way.value for name, way in choices.of(me).items()})
    for name, kind in KINDS.items():
        form[name].choices = [(way.value, str(WORDS[way])) for way in choices.possible(kind)]
    return form
