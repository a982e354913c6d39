"""Forms of signing in, in words of our own: Django's Kazakh ones are incomplete."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """`username` and `password`."""

    error_messages = {
        "invalid_login": _("Wrong user name or password."),
        "inactive": _("This account is switched off."),
    }


class CodeForm(forms.Form):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        max_length=40,
        error_messages={"required": _("Type the code.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )


class PasswordChangeForm(DjangoPasswordChangeForm):
    """The old password, and the new one twice."""

    error_messages = {
        "password_incorrect": _("The current password is wrong."),
        "password_mismatch": _("The two new passwords differ."),
    }
