"""The administrator's side of the suggestions box: read, answer, take along as a table."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from flask import abort, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from crm import timeline
from crm.accounts import requires, signed_in, suggestions
from crm.accounts.models import Suggestion, User
from crm.core import clock
from crm.core.bureau import bureau
from crm.core.db import db, writing
from crm.core.forms import Form, tidy
from crm.core.web import go, page, told
from crm.core.words import say
from crm.ops.views import bp
from crm.permissions import Permission
from crm.sheets.layout import Column, Content, Show
from crm.sheets.names import file_name
from crm.sheets.write import write_table

MOST_SHOWN = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = (
    Column(say("Written on"), Show.MOMENT, 17),
    Column(say("Full name"), width=10),
    Column(say("Unit"), width=20),
    Column(say("Suggestion"), width=60),
    Column(say("Answered on"), Show.MOMENT, 17),
    Column(say("Answer"), width=60),
)


class AnswerForm(Form):
    answer = TextAreaField(_("Answer"), [DataRequired(), Length(max=2000)], filters=[tidy])


@bp.get("/admin/suggestions")
@requires(Permission.SYSTEM_VIEW)
def suggestions_box() -> ResponseReturnValue:
    rows = db.session.execute(suggestions.every().limit(MOST_SHOWN)).all()
    return page("ops/suggestions.html", rows=rows, waiting=suggestions.waiting(), most=MOST_SHOWN)


@bp.route("/admin/suggestions/<int:suggestion_id>", methods=["GET", "POST"])
@requires(Permission.SETTINGS)
def answer_suggestion(suggestion_id: int) -> ResponseReturnValue:
    """The answer settles it; it can be mended later."""
    me, row = signed_in(), db.session.get(Suggestion, suggestion_id) or abort(404)
    form = AnswerForm(answer=row.answer)
    if form.validate_on_submit():
        with writing():
            suggestions.settle(row, form.answer.data or "", by=me)
            told(say("The answer stands beside the suggestion now"))
        return go("ops.suggestions_box")
    return page("ops/suggestion.html", form, row=row, person=db.session.get_one(User, row.user_id))


@bp.get("/admin/suggestions/export")
@requires(Permission.SYSTEM_VIEW, confirmed=True)
def export_suggestions() -> ResponseReturnValue:
    out = BytesIO()
    count = write_table(out, columns=COLUMNS, rows=_lines(), title=str(say("Suggestions")))
    timeline.note("suggestion.exported", by=signed_in(), rows=count)
    out.seek(0)
    name = file_name(str(say("Suggestions")), unit=bureau("bureau_name"), on=clock.today(), suffix="xlsx")
    return send_file(out, mimetype=XLSX, as_attachment=True, download_name=name)


def _lines() -> Iterator[list[Content]]:
    for row, person, unit in db.session.execute(suggestions.every()):
        yield [row.created_at, person.name, unit.name, row.text, row.answered_at, row.answer]
