"""Forms about signing in, passwords and one's own settings."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, Optional

from crm.accounts import ageing, passwords, rules
from crm.accounts.models import User
from crm.core.forms import Form, TextLine
from crm.core.words import say


class SignInForm(Form):
    name = TextLine(_("Mobile number, staff number or e-mail"), [DataRequired(), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=128)])
    trusted = BooleanField(_("My own phone: stay signed in for 30 days"))
    next = HiddenField()


class InvitationCodeForm(Form):
    code = TextLine(_("Code on the slip"), [DataRequired(), Length(max=40)])


class NewPasswordForm(Form):
    password = PasswordField(_("New password"), [InputRequired(), Length(max=1000)])
    password_again = PasswordField(_("New password again"), [InputRequired(), Length(max=1000)])

    def fits(self, user: User) -> bool:
        """Is this a password the person may take? Otherwise the form says why not."""
        typed = self.password.data or ""
        if typed != self.password_again.data:
            self.refuse(say("The two passwords differ"), "password_again")
        elif problem := passwords.problem(typed, user) or ageing.used_before(typed, user):
            self.refuse(problem, "password")
        return not self.is_refused


class AcceptForm(NewPasswordForm):
    """Who has no sign-in name at all (people come with a roster as bare names) gives one here."""

    sign_in_name = TextLine(_("What you will sign in with"), [DataRequired(), Length(max=254)])

    def __init__(self, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if user.mobile or user.staff_no or user.email:
            del self.sign_in_name

    @property
    def new_name(self) -> dict[str, str]:
        """The column and value of a sign-in name given here: e-mail, mobile number, else staff number."""
        given = (self.sign_in_name.data or "") if self.sign_in_name else ""
        return rules.sorted_sign_in_name(given) if given else {}


class ChangePasswordForm(NewPasswordForm):
    current_password = PasswordField(_("Present password"), [InputRequired(), Length(max=128)])


class ConfirmForm(Form):
    password = PasswordField(_("Password"), [InputRequired(), Length(max=128)])
    next = HiddenField()


class ForgottenForm(Form):
    name = TextLine(_("Mobile number, staff number or e-mail"), [DataRequired(), Length(max=254)])


class ReachForm(Form):
    """How I am reached and sign in; the password stands for me."""

    mobile = TextLine(_("Mobile number"), [Optional(), Length(max=30)])
    email = TextLine(_("E-mail"), [Optional(), Length(max=254)])
    current_password = PasswordField(_("Present password"), [InputRequired(), Length(max=128)])
    version = HiddenField()


class PreferencesForm(Form):
    """One choice at a time; the fields that are not sent stay as they are."""

    theme = StringField(validators=[Optional(), AnyOf(("auto", "light", "dark"))])
    text_size = StringField(validators=[Optional(), AnyOf(("standard", "large", "extra"))])
    shortcuts = StringField(validators=[Optional(), AnyOf(("on", "off"))])
    language = StringField(validators=[Optional(), AnyOf(("zh_Hans_CN", "en"))])
    next = HiddenField()

    @property
    def chosen(self) -> dict[str, str | bool]:
        """What was sent, as it is kept."""
        sent = {f.name: f.data for f in (self.theme, self.text_size, self.language) if f.data}
        return {**sent, "shortcuts": self.shortcuts.data == "on"} if self.shortcuts.data else sent
