"""Pages of signing in. Citizens do not sign in."""

import functools
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.decorators import method_decorator
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import public, requires
from citymap.accounts.choices import Role
from citymap.accounts.homes import home_of
from citymap.accounts.models import User
from citymap.accounts.portal.forms import CodeForm, PasswordChangeForm, SignInForm
from citymap.accounts.services.people import change_own_password
from citymap.accounts.signin import pending, secondfactor
from citymap.accounts.signin.lockout import count_wrong_code, is_locked
from citymap.accounts.signin.sessions import PROVED

ISSUER = "Citymap"


@method_decorator(public, name="dispatch")
class SignInView(LoginView):
    """Asks for `username` and `password`; each role lands on the page it works on."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        if self.next_page:
            return resolve_url(self.next_page)
        return home_of(self.request.user)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        """Signed in, or on to the second factor."""
        user = form.get_user()
        if not secondfactor.is_asked_of(user):
            return super().form_valid(form)
        pending.remember(self.request.session, user, next_url=self.get_redirect_url())
        return redirect("accounts:second-factor")


def _with_password_given(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the view who gave the right password; others begin at the sign-in page."""

    @public
    @never_cache
    @functools.wraps(view)
    def wrapper(request: HttpRequest) -> HttpResponse:
        who = pending.recall(request.session)
        if who is None:
            pending.forget(request.session)
            return redirect("accounts:login")
        return view(request, who)

    return wrapper


def _enter(request: HttpRequest, who: pending.Pending) -> str:
    """Sign in at last; returns where to go."""
    pending.forget(request.session)
    login(request, who.user, backend=who.backend)
    request.session[PROVED] = True
    return who.next or home_of(who.user)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
@_with_password_given
def second_factor(request: HttpRequest, who: pending.Pending) -> HttpResponse:
    """Asks for the code; those without a device enrol first."""
    if secondfactor.device_of(who.user) is None:
        return redirect("accounts:enrol-first")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if is_locked(request, who.user.get_username()):
            pending.forget(request.session)
            return HttpResponse(status=429)  # Axes' middleware puts the page in its place.
        if secondfactor.verify(user=who.user, code=form.cleaned_data["code"]):
            return HttpResponseRedirect(_enter(request, who))
        count_wrong_code(request, who.user.get_username())
        form.add_error("code", _("This code is wrong or was used already."))
    return render(request, "accounts/second_factor.html", {"form": form})


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
@_with_password_given
def enrol_first(request: HttpRequest, who: pending.Pending) -> HttpResponse:
    """Enrolment on the way in, for those who may not come in without."""
    if secondfactor.device_of(who.user) is not None:
        return redirect("accounts:second-factor")
    return _enrol(request, who.user, done=lambda: _enter(request, who), demanded=True)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
@never_cache
@requires("accounts.own")
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrolment, or another device, by choice."""

    def done() -> str:
        request.session[PROVED] = True
        return resolve_url("accounts:security")

    return _enrol(request, request.user, done=done, demanded=False)


def _enrol(
    request: HttpRequest, user: User, *, done: Callable[[], str], demanded: bool
) -> HttpResponse:
    """The picture to be read by an app, then the first code, then the recovery codes."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        codes = secondfactor.confirm_enrolment(user=user, code=form.cleaned_data["code"])
        if codes is not None:
            context = {"codes": codes, "next": done()}
            return render(request, "accounts/recovery_codes.html", context)
        form.add_error("code", _("This code is wrong. Check the clock of your telephone."))
    device = secondfactor.begin_enrolment(user=user)
    context = {
        "form": form,
        "demanded": demanded,
        # Drawn by segno from our own secret: paths only, nothing of a reader's making.
        "picture": mark_safe(secondfactor.picture_of(device, ISSUER)),
        "secret": secondfactor.secret_of(device),
    }
    return render(request, "accounts/enrol.html", context)


@require_safe
@never_cache
@requires("accounts.own")
def security(request: HttpRequest) -> HttpResponse:
    """One's own account: password and second factor."""
    context = {
        "roles": [Role(role).label for role in request.user.roles],
        "device": secondfactor.device_of(request.user),
        "codes_left": secondfactor.recovery_codes_left(request.user),
        "demanded": secondfactor.is_demanded_of(request.user),
    }
    return render(request, "accounts/security.html", context)


@require_POST
@never_cache
@requires("accounts.own")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes."""
    if secondfactor.device_of(request.user) is None:
        return redirect("accounts:security")
    context = {
        "codes": secondfactor.renew_recovery_codes(user=request.user),
        "next": resolve_url("accounts:security"),
    }
    return render(request, "accounts/recovery_codes.html", context)


@require_POST
@requires("accounts.own")
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Do without the second factor, where it is not demanded."""
    if secondfactor.is_demanded_of(request.user):
        messages.error(request, _("Your role needs the second factor."))
    else:
        secondfactor.remove(user=request.user)
        messages.success(request, _("The second factor is off."))
    return redirect("accounts:security")


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
@never_cache
@requires("accounts.own")
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end, this one goes on."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = change_own_password(user=request.user, password=form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        messages.success(request, _("Your password is changed."))
        return redirect("accounts:security")
    return render(request, "accounts/password.html", {"form": form})
