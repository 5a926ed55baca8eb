"""What a field says when it is refused: what to do, by the name of the field, in our words instead of WTForms'."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wtforms import Field, FieldList, FileField, MultipleFileField, RadioField, SelectField

from crm.core.words import Say, say

FILL_IN = say("Fill in “%(label)s”")
CHOOSE = say("Choose “%(label)s”")
OFFERED = say("Choose for “%(label)s” what is offered")
WHOLE_NUMBER = say("Write “%(label)s” as a whole number")
AS_A_DATE = say("Write “%(label)s” as a date such as 2026-03-05")
SHORTER = say("“%(label)s” holds %(max)s characters at most, these are %(length)s: shorten it")
LONGER = say("“%(label)s” needs %(min)s characters at least")
BETWEEN = say("Write for “%(label)s” a number from %(min)s to %(max)s")
OTHER = say("Look at “%(label)s” again, it cannot be taken like this")
OURS = {
    "Not a valid choice.": OFFERED,
    "Invalid Choice: could not coerce.": OFFERED,
    "Invalid choice(s): one or more data inputs could not be coerced.": OFFERED,
    "'%(value)s' is not a valid choice for this field.": OFFERED,
    "Invalid value, must be one of: %(values)s.": OFFERED,
    "Not a valid integer value.": WHOLE_NUMBER,
    "Not a valid date value.": AS_A_DATE,
    "Field cannot be longer than %(max)d character.": SHORTER,
    "Field must be at least %(min)d character long.": LONGER,
    "Number must be between %(min)s and %(max)s.": BETWEEN,
}
CHOSEN = (SelectField, RadioField, FileField, MultipleFileField, FieldList)


@dataclass(frozen=True)
class FieldSay(Say):
    """A sentence whose numbers WTForms fills in later, as it does with its own: by `%`."""

    __hash__ = Say.__hash__

    def __mod__(self, values: dict[str, Any]) -> FieldSay:
        return replace(self, params={**self.params, **values})


class Words:
    """WTForms asks it for a translation; it answers with our sentence about this field."""

    def __init__(self, field: Field) -> None:
        self.field = field

    def gettext(self, theirs: str) -> FieldSay:
        wanted = CHOOSE if isinstance(self.field, CHOSEN) else FILL_IN
        ours = wanted if theirs == "This field is required." else OURS.get(theirs, OTHER)
        return FieldSay(ours.msgid, {"label": self.field.label.text})

    def ngettext(self, one: str, _many: str, _n: int) -> FieldSay:
        return self.gettext(one)
