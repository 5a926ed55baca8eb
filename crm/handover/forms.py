"""Forms about who serves."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from crm.core import clock
from crm.core.forms import Form, TextLine, tidy
from crm.core.typed import id_from
from crm.core.words import say
from crm.handover.queries import Load


class ServeForm(Form):
    """Choose a commissioner; `by_document` makes the document number and the note obligatory."""

    to = SelectField(_("Commissioner"), coerce=int)
    on = DateField(_("From"), [InputRequired()])
    document_no = TextLine(_("Document number"), [Optional(), Length(max=80)])
    over_limit_reason = TextLine(_("Reason for going over the limit"), [Optional(), Length(max=240)])

    def __init__(
        self, candidates: list[Load], *, by_document: bool = False, may_go_over: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.by_document = by_document
        self.to.choices = [(0, _("Choose")), *((load.id, load.label) for load in candidates)]
        self.to.flags.required = True
        self.document_no.flags.required = by_document
        if not self.is_submitted():
            self.on.data = clock.today()
        if not may_go_over:
            del self.over_limit_reason

    @property
    def reason(self) -> str:
        field = self._fields.get("over_limit_reason")
        return (field.data or "") if field else ""

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.to.data:
            self.refuse(say("Choose who is to serve"), "to")
        if self.by_document and not self.document_no.data:
            self.refuse(say("Give the number of the document that orders it"), "document_no")
        return not self.is_refused


class HandOverForm(ServeForm):
    """Replace the commissioner; `replaces` names the assignment the decision was made on."""

    replaces = HiddenField()
    note = TextAreaField(_("Hand-over note"), [DataRequired(), Length(max=4000)], filters=[tidy])


class StandInForm(Form):
    deputy = SelectField(_("Deputy"), coerce=int)
    official = SelectField(_("Stands in for"), coerce=int)
    from_on = DateField(_("From"), [InputRequired()])
    until_on = DateField(_("Until (that day not included)"), [Optional()])
    reason = TextLine(_("Reason"), [Optional(), Length(max=240)])

    def __init__(self, people: list[Load], officials: list[Load], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.deputy.choices = [(0, _("Choose")), *((load.id, load.label) for load in people)]
        self.deputy.flags.required = self.official.flags.required = True
        known = [(load.id, load.label) for load in officials]
        self.official.choices = known if len(known) == 1 else [(0, _("Choose")), *known]
        if not self.is_submitted():
            self.from_on.data = clock.today()

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if not self.deputy.data:
            self.refuse(say("Choose a deputy"), "deputy")
        if not self.official.data:
            self.refuse(say("Choose a person"), "official")
        return not self.is_refused


class AttachForm(Form):
    """Choose whom or what an enterprise is attached to; `replaces` names the row the decision was made on."""

    replaces = HiddenField()
    to = SelectField(_("Responsible section"), coerce=int)
    on = DateField(_("From"), [InputRequired()])

    def __init__(
        self, choices: list[tuple[int, str]], now: int | None = None, open_id: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.to.choices = [(0, _("None")), *choices]
        if not self.is_submitted():
            self.to.data, self.replaces.data, self.on.data = now or 0, str(open_id or 0), clock.today()

    @property
    def seen(self) -> int:
        """The row the page had shown, 0 for none."""
        return id_from(self.replaces.data) or 0

    @property
    def day(self) -> date:
        """Only after a successful `validate`."""
        assert self.on.data is not None
        return self.on.data

    def look_again(self, current: Any) -> None:
        """Somebody was first: say so, and decide anew on what stands there now."""
        self.replaces.data = str(current.id if current else 0)
        self.refuse(say("Somebody changed this meanwhile. Look at the history below and press the button once more"))


class LeaderForm(AttachForm):
    to = SelectField(_("Liaison leader"), coerce=int)
    document_no = TextLine(_("Document number"), [Optional(), Length(max=80)])
    by_document = False

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        if self.by_document and not self.document_no.data:
            self.refuse(say("Give the number of the document that orders it"), "document_no")
        return not self.is_refused
