"""The form of the figures of a period: money in 万元, the return on equity in percent."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from crm.core.forms import Form, TextLine
from crm.core.words import say
from crm.tiers.annual.models import CODES, PeriodFigures
from crm.tiers.annual.rules import MEASURES, SOURCES, Measure, Period, Sort, Source
from crm.tiers.annual.services import Entered

UNITS = {Sort.MONEY: 10_000, Sort.RATIO: 100, Sort.COUNT: 1}
"""How many of the table's units one of the form's is."""
MOST = 10**15
MOST_SMALL = 2**31 - 1
_GROUPED = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")


class Figure(TextLine):
    """A number as it is typed; `amount` is it in the units of the table, None when nothing was typed."""

    def __init__(self, measure: Measure, **kwargs: Any) -> None:
        self.measure = measure
        self.amount: int | None = None
        super().__init__(measure.label, [Optional(), Length(max=30)], **kwargs)

    def pre_validate(self, form: Any) -> None:
        text = unicodedata.normalize("NFKC", self.data or "").replace(" ", "").replace("−", "-")
        self.amount = self._read(text) if text else None

    def _read(self, text: str) -> int:
        bare = text.removesuffix("%") if self.measure.sort == Sort.RATIO else text
        try:
            value = Decimal(bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare) * UNITS[self.measure.sort]
        except InvalidOperation:
            raise ValidationError(say("Write digits only, such as 1200.5")) from None
        if not value.is_finite():
            raise ValidationError(say("Write digits only, such as 1200.5"))
        if value != value.to_integral_value():
            raise ValidationError(say("There are too many decimals"))
        if abs(value) > (MOST if self.measure.sort == Sort.MONEY else MOST_SMALL):
            raise ValidationError(say("This is too large. Is the unit right?"))
        return int(value)

    def show(self, amount: int | None) -> None:
        self.data = "" if amount is None else written(self.measure, amount)


def written(measure: Measure, amount: int) -> str:
    """As somebody would type it."""
    value = Decimal(amount) / UNITS[measure.sort]
    return f"{value.normalize():f}" if value != value.to_integral_value() else f"{value.to_integral_value():f}"


class FiguresForm(Form):
    """`replaces` is the row looked at, `stands_by` the digest of the doubts that were shown."""

    source = SelectField(_l("Source"), [InputRequired()])
    is_audited = BooleanField(_l("Audited"))
    note = TextLine(_l("Note"), [Optional(), Length(max=240)])
    is_right = BooleanField(_l("I have compared them: the figures are right"))
    replaces = HiddenField()
    stands_by = HiddenField()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source.choices = [("", "--"), *((str(code), str(label)) for code, label in SOURCES.items())]

    @property
    def figures(self) -> list[Figure]:
        return [self._fields[code] for code in CODES]

    def show(self, row: PeriodFigures | None) -> None:
        if row is None:
            return
        for figure in self.figures:
            figure.show(getattr(row, figure.name))
        self.source.data, self.is_audited.data, self.note.data = str(row.source), row.is_audited, row.note
        self.replaces.data = str(row.id)

    def entered(self, period: Period) -> Entered:
        values = {figure.name: figure.amount for figure in self.figures}
        source, audited = Source(self.source.data), bool(self.is_audited.data)
        return Entered(period, values, source, audited, self.note.data or "")


for _code, _measure in MEASURES.items():
    setattr(FiguresForm, _code, Figure(_measure))


class WithdrawForm(Form):
    """Of another period, or of another firm."""

    reason = TextLine(_l("Reason"), [DataRequired(), Length(max=240)])
