"""Forms about people, their duties, units and invitations."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, IntegerField, RadioField, SearchField, SelectField
from wtforms import Form as PlainForm
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from crm.accounts import queries
from crm.accounts.labels import DOMAINS, DUTIES, KINDS, ROLES
from crm.accounts.models import Unit, UnitKind
from crm.core import clock
from crm.core.compare import EditForm
from crm.core.forms import Form, TextLine
from crm.permissions import POSTS, Domain, Role


class PersonForm(EditForm):
    """Everything but the name and the unit is optional."""

    name = TextLine(_("Full name"), [DataRequired(), Length(max=80)])
    unit_id = SelectField(_("Unit"), coerce=int)
    title = TextLine(_("Position"), [Optional(), Length(max=80)])
    mobile = TextLine(_("Mobile number"), [Optional(), Length(max=30)])
    staff_no = TextLine(_("Staff number"), [Optional(), Length(max=40)])
    email = TextLine(_("E-mail"), [Optional(), Length(max=254)])
    sort = IntegerField(_("Place in lists"), [Optional(), NumberRange(0, 9999)], default=0)

    def __init__(self, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.unit_id.choices = queries.unit_choices(units)

    def values(self) -> dict[str, Any]:
        """What the services take; an empty text is None for sign-in names, "" elsewhere."""
        return {
            "name": self.name.data, "unit_id": self.unit_id.data, "title": self.title.data or "",
            "mobile": self.mobile.data, "staff_no": self.staff_no.data, "email": self.email.data,
            "sort": self.sort.data or 0,
        }  # fmt: skip


class PostForm(Form):
    role = SelectField(_("Duty"), [InputRequired()])
    unit_id = SelectField(_("Over this unit and everything below"), coerce=int)
    domain = SelectField(_("Only for one field"))
    since = DateField(_("From"), [InputRequired()])
    until = DateField(_("Until (that day not included)"), [Optional()])

    def __init__(self, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.role.choices = [("", _("Choose")), *((r.value, f"{ROLES[r]} · {DUTIES[r]}") for r in POSTS)]
        self.domain.choices = [("", _("No, for everything")), *((d.value, DOMAINS[d]) for d in Domain)]
        self.unit_id.choices = queries.unit_choices(units)
        if not self.is_submitted():
            self.since.data = clock.today()

    @property
    def as_role(self) -> Role:
        return Role(self.role.data)

    @property
    def as_domain(self) -> Domain | None:
        return Domain(self.domain.data) if self.domain.data else None


class UnitForm(EditForm):
    name = TextLine(_("Name of the unit"), [DataRequired(), Length(max=80)])
    kind = SelectField(_("Kind of unit"))
    parent_id = SelectField(_("Stands below"), coerce=int)
    is_offline = BooleanField(_("Works on paper: nobody there signs in"))
    sort = IntegerField(_("Place in lists"), [Optional(), NumberRange(0, 9999)], default=0)

    def __init__(self, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = [(kind.value, KINDS[kind]) for kind in UnitKind if kind != UnitKind.ROOT]
        self.parent_id.choices = queries.unit_choices(units)

    def be_for_root(self) -> None:
        """The whole bureau has neither a kind to choose nor anything above it."""
        del self.kind
        del self.parent_id

    def values(self) -> dict[str, Any]:
        """What the service takes, without the unit above."""
        found = {"name": self.name.data, "is_offline": self.is_offline.data, "sort": self.sort.data or 0}
        return {**found, "kind": UnitKind(self.kind.data)} if self.kind else found


class InviteForm(Form):
    """How the chosen people get their codes; who they are stands in the address of the page."""

    way = RadioField(_("How do they get it"), default="slip")

    def __init__(self, *, by_mail: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.way.choices = [("slip", _("Printed slips, good for 7 days"))]
        if by_mail:
            self.way.choices.append(("mail", _("By mail to those with an address, slips for the others")))


class PeopleFilters(PlainForm):
    """The search box and filters of the list of people (GET, no token)."""

    q = SearchField(
        _("Search"), [Length(max=80)], render_kw={"placeholder": _("Name, pinyin, number or e-mail"), "maxlength": 80}
    )
    unit = SelectField(_("Unit"))
    show = SelectField(_("Which people"))
    role = SelectField(_("Duty"))

    def __init__(self, units: list[Unit], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit.choices = [("", _("All units")), *((str(key), name) for key, name in queries.unit_choices(units))]
        self.show.choices = [
            ("", _("Active people")), ("no-access", _("Without access")), ("no-email", _("Without e-mail")),
            ("inactive", _("Deactivated")), ("all", _("All people")),
        ]  # fmt: skip
        self.role.choices = [("", _("Any duty")), *((role.value, ROLES[role]) for role in POSTS)]
