"""The administration: for the role of administrator, by the one way of signing in."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import may

# Roles replace Django's groups; secrets of second factors are nobody's to look at.
HIDDEN_APPS = frozenset({"auth", "otp_totp"})


class CitymapAdminSite(AdminSite):
    """Django's administration without a door of its own: sign-in has locks and second factor."""

    site_title = site_header = _("Administration")
    index_title = _("Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        return may(request.user, "accounts.manage")

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """On to the sign-in page; those who are signed in already have no right to be here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
            wanted = resolve_url("admin:index")
        return redirect_to_login(wanted)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        return redirect("accounts:password")

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Register models, but those that are nobody's to administer."""
        models = [model_or_iterable] if isinstance(model_or_iterable, type) else model_or_iterable
        shown = [model for model in models if model._meta.app_label not in HIDDEN_APPS]
        super().register(shown, admin_class, **options)
