"""Forms about people."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from crm.core.forms import Form, TextLine


class SignInForm(Form):
    name = TextLine(_("Mobile number, staff number or e-mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=128)])
    trusted = BooleanField(_("My own phone: stay signed in for 30 days"))
    next = HiddenField()


class InvitationCodeForm(Form):
    code = TextLine(_("Code on the slip"), [InputRequired(), Length(max=40)])


class NewPasswordForm(Form):
    password = PasswordField(_("New password"), [InputRequired(), Length(max=128)])
    again = PasswordField(_("New password again"), [InputRequired(), Length(max=128)])


class ConfirmForm(Form):
    password = PasswordField(_("Password"), [InputRequired(), Length(max=128)])
    next = HiddenField()
