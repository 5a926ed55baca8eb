"""The suggestions box: write one, see what became of one's own."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from crm.accounts import suggestions
from crm.accounts.access import everyone, signed_in
from crm.accounts.views.room import bp
from crm.core.db import db, writing
from crm.core.errors import RuleBroken
from crm.core.forms import Form, tidy
from crm.core.web import go, page, told
from crm.core.words import say


class SuggestionForm(Form):
    text = TextAreaField(_("What should be better?"), [DataRequired(), Length(max=2000)], filters=[tidy])


@bp.route("/suggestions", methods=["GET", "POST"])
@everyone
def suggest() -> ResponseReturnValue:
    me, form = signed_in(), SuggestionForm()
    if form.validate_on_submit():
        with form.showing(RuleBroken), writing():
            suggestions.suggest(form.text.data or "", by=me)
            told(say("Thank you. The answer will stand on this page"))
            return go("accounts.suggest")
    return page("accounts/suggest.html", form, rows=db.session.scalars(suggestions.of(me)).all())
