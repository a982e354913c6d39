"""Signing in; citizens do not sign in."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import is_city_staff


class SignInForm(AuthenticationForm):
    """Django's form with words of our own: its Kazakh ones are incomplete."""

    error_messages = {
        "invalid_login": _("Wrong user name or password."),
        "inactive": _("This account is switched off."),
    }


class SignInView(LoginView):
    """Asks for `username` and `password`; staff of the city land on the desk."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        if self.next_page:
            return resolve_url(self.next_page)
        return resolve_url("shell:desk" if is_city_staff(self.request.user) else "shell:home")
