"""Signing in; citizens do not sign in."""

from django.contrib.auth.views import LoginView
from django.shortcuts import resolve_url

from citymap.accounts.access import is_city_staff


class SignInView(LoginView):
    """Asks for `username` and `password`; staff of the city land on the desk."""

    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        return resolve_url("shell:desk" if is_city_staff(self.request.user) else "shell:home")
