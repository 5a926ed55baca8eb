"""Forms about yearly lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from crm.core import clock
from crm.core.forms import Form, TextLine, tidy
from crm.cultivation.rules.yearly import ListKind, list_kinds
from crm.cultivation.yearly_models import YearlyList


class HeadForm(Form):
    """What the document of a list says; an empty name becomes year and kind."""

    year = IntegerField(_l("Year"), [InputRequired()])
    from_on = DateField(_l("In force from"), [InputRequired()])
    document_no = TextLine(_l("Document number"), [Optional(), Length(max=120)])
    name = TextLine(_l("Name of the list"), [Optional(), Length(max=160)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted() and self.from_on.data is None:
            self.from_on.data, self.year.data = clock.today(), clock.today().year

    def told(self, kind: str) -> dict[str, Any]:
        name = self.name.data or f"{self.year.data}年度{list_kinds()[kind].zh}名单"
        return {"year": self.year.data, "from_on": self.from_on.data, "name": name,
                "document_no": self.document_no.data or ""}  # fmt: skip


class NewListForm(HeadForm):
    kind = SelectField(_l("Kind of list"))

    def __init__(self, kinds: Iterable[ListKind], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.code, str(kind)) for kind in kinds]


class ListForm(HeadForm):
    version = IntegerField(widget=HiddenInput())


class EnterForm(Form):
    """Firms for a list: ticked, or by names and credit codes, one a line."""

    list = SelectField(_l("List"), coerce=int)
    from_on = DateField(_l("On the list from"), [InputRequired()])
    reason = TextLine(_l("Reason for entry"), [Optional(), Length(max=240)])
    names = TextAreaField(_l("Names or credit codes, one a line"), [Optional(), Length(max=20_000)], filters=[tidy])

    def __init__(self, lists: Sequence[YearlyList], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.list.choices = [(each.id, each.name) for each in lists]
        if not self.is_submitted():
            self.from_on.data = clock.today()


class StrikeForm(Form):
    until_on = DateField(_l("Leaves the list on"), [InputRequired()])
    reason = TextLine(_l("Reason for leaving"), [DataRequired(), Length(max=240)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not self.is_submitted():
            self.until_on.data = clock.today()
