"""Forms about tracks: the next step, the word on a proposed one, a correction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, MultipleFileField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from crm.core import clock
from crm.core.forms import Form, TextLine, tidy
from crm.core.words import _
from crm.cultivation.rules.gates import Proposed
from crm.cultivation.rules.history import MEANWHILE, Sort
from crm.cultivation.rules.ladder import ladder
from crm.cultivation.rules.states import Kind, State

SORTS = {
    Sort.REDATE: _l("It was on another day"),
    Sort.RESTATE: _l("It was another step or board"),
    Sort.VOID: _l("It never happened"),
}

OFFERED = {"list": "papers"}
"""The words of the evidence that the step asks for stand beside the field."""


class Placed(Form):
    """A form that is filled in over a history: `attempt` and `seq` are the place of the next event in it."""

    attempt = IntegerField(widget=HiddenInput())
    seq = IntegerField(widget=HiddenInput())

    @property
    def place(self) -> tuple[int, int]:
        return self.attempt.data or 0, self.seq.data or 0

    def stand_at(self, place: tuple[int, int]) -> None:
        """Shown again after somebody else's step, it can be sent again: its reader sees the history as it is now."""
        if self.is_submitted() and self.place != place and MEANWHILE not in self.problems:
            self.refuse(MEANWHILE)
        for field, number in zip((self.attempt, self.seq), place, strict=True):
            field.raw_data, field.data, field.errors = None, number, []


class StepForm(Placed):
    """The next step of a kind of track, with one of its papers."""

    state = SelectField(_l("Step"))
    on = DateField(_l("Day of the step"), [InputRequired()])
    board = SelectField(_l("Board"))
    reason = SelectField(_l("Reason"))
    grade = SelectField(_l("Evidence"))
    document_no = TextLine(_l("Document number"), [Optional(), Length(max=120)])
    told_by = TextLine(_l("Told by"), [Optional(), Length(max=80)])
    told_on = DateField(_l("Told on"), [Optional()])
    wording = TextLine(_l("Words of the announcement"), [Optional(), Length(max=240)])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=2000)], filters=[tidy])
    files = MultipleFileField(_l("Photos or PDF"))
    what = TextLine(_l("What the paper is"), [Optional(), Length(max=80)], render_kw=OFFERED)

    def __init__(self, kind: Kind, after: Sequence[State], board: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.state.choices = [(state.code, str(state)) for state in after]
        self.grade.choices = [("", _("Choose")), *((grade.code, str(grade)) for grade in ladder().grades)]
        reasons = [(reason.code, f"{state}：{reason}") for state in after for reason in state.reasons]
        self.reason.choices = [("", "--"), *dict.fromkeys(reasons)]
        self.board.choices = [("", "--"), *((each.code, str(each)) for each in kind.boards.values())]
        if not self.is_submitted():
            self.on.data, self.board.data = clock.today(), board
        if not reasons:
            del self.reason
        if not kind.boards:
            del self.board

    def _text(self, name: str) -> str:
        field = self._fields.get(name)
        return (field.data or "") if field is not None else ""

    def proposed(self) -> Proposed:
        assert self.on.data is not None
        names = ("board", "grade", "document_no", "note", "reason", "wording", "told_by")
        told_on: Any = self.told_on.data
        texts = {name: self._text(name) for name in names}
        return Proposed(self.state.data, self.on.data, self.attempt.data or 0, **texts, told_on=told_on)


class PaperForm(Form):
    """A paper of a step; `what` is chosen from its list of evidence, or free."""

    files = MultipleFileField(_l("Photos or PDF"))
    what = TextLine(_l("What the paper is"), [Optional(), Length(max=80)], render_kw=OFFERED)
    ends_on = DateField(_l("Holds until"), [Optional()])


class DecideForm(Placed):
    """The word on a proposed step."""

    because = TextLine(_l("Reason"), [Optional(), Length(max=240)])


class CorrectForm(Placed):
    """What was wrong with an event."""

    sort = SelectField(_l("What was wrong"))
    on = DateField(_l("The right day"), [Optional()])
    state = SelectField(_l("The right step"))
    board = SelectField(_l("The right board"))
    reason = TextLine(_l("Reason for the correction"), [DataRequired(), Length(max=240)])

    def __init__(self, kind: Kind, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sort.choices = [(str(sort), str(label)) for sort, label in SORTS.items()]
        self.state.choices = [(state.code, str(state)) for state in kind.states.values()]
        self.board.choices = [("", "--"), *((each.code, str(each)) for each in kind.boards.values())]
        if not kind.boards:
            del self.board
