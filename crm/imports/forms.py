"""Forms of the import wizard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from crm.accounts.models import Unit
from crm.accounts.queries import unit_choices
from crm.core import clock
from crm.core.forms import Form, TextLine
from crm.core.staging import Choices, Handover
from crm.core.words import say
from crm.imports.kinds import Kind
from crm.imports.models import ImportRun

NOT_READ, AS_EXTRA = "-", "extra:"


class UploadForm(Form):
    kind = SelectField(_("What it lists"), [InputRequired()])
    unit = SelectField(_("Responsible unit of new entries"), [InputRequired()], coerce=int)
    file = FileField(_("File"), [FileRequired()])
    name_head = TextLine(_("Head of the name column, if it is an unusual one"), [Optional(), Length(max=60)])

    def __init__(self, kinds: Sequence[Kind], units: Sequence[Unit], **values: Any) -> None:
        super().__init__(**values)
        self.kind.choices = [(kind.key, str(kind.label)) for kind in kinds]
        self.unit.choices = unit_choices(list(units))

    @property
    def mapping(self) -> dict[str, str]:
        return {self.name_head.data: "name"} if self.name_head.data else {}


class ColumnsForm(Form):
    """One select per head, named col_0, col_1 …; one tick per sheet whose name says something, named sheet_0 …"""

    keep_unknown = BooleanField(_("Keep every column that was not recognised, under its own name"))
    enters_unknown = BooleanField(_("Enter enterprises that are not in the register, without a code"))

    @property
    def columns(self) -> list[SelectField]:
        return [field for field in self if field.name.startswith("col_")]

    @property
    def sheets(self) -> list[BooleanField]:
        return [field for field in self if field.name.startswith("sheet_")]


class WriteForm(Form):
    """What the check asks; only the questions that came up are drawn and answered."""

    officials_unit = SelectField(_("Unit of the new officials"), coerce=int)
    creates_units = BooleanField(_("Create these units"), default=True)
    deputies = BooleanField(_("The second name is the deputy"), default=True)
    stands_by_doubts = BooleanField(_("These rows are right: write them too"))
    changes = RadioField(
        _("Changed commissioners"),
        default="make",
    )
    note = TextAreaField(_("Note for all of them"), [Optional(), Length(max=2000)])
    document_no = TextLine(_("Document number"), [Optional(), Length(max=80)])
    on = DateField(_("Day of the change"), [Optional()])

    def __init__(self, run: ImportRun, units: Sequence[Unit], *, hands_over: bool, **values: Any) -> None:
        super().__init__(
            data={"officials_unit": run.unit_id, "on": clock.today(), **run.options.get("choices", {}), **values}
        )
        self.hands_over = hands_over
        self.changes.choices = [
            ("make", _("Hand these enterprises over")),
            ("leave", _("Leave the commissioners as they are")),
        ]
        self.officials_unit.choices = [(0, _("Do not create them: leave these cells out")), *unit_choices(list(units))]

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.hands_over or self.changes.data == "leave":
            return valid
        for field in (self.note, self.document_no, self.on):
            if not field.data:
                self.refuse(say("Needed for a change of commissioner"), field.name)
        return not self.is_refused

    @property
    def choices(self) -> Choices:
        order = None
        if self.hands_over and self.changes.data == "make" and self.on.data:
            order = Handover(self.note.data or "", self.document_no.data or "", self.on.data)
        units, deputies, doubts = (bool(f.data) for f in (self.creates_units, self.deputies, self.stands_by_doubts))
        return Choices(self.officials_unit.data or None, units, deputies, order, doubts)

    @property
    def typed(self) -> dict[str, Any]:
        """What is kept when the write is refused and the file is checked again."""
        names = ("officials_unit", "creates_units", "deputies", "changes", "note", "document_no")
        return {name: self._fields[name].data for name in names}
