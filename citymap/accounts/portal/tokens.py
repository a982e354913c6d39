"""Pages of API tokens: one's own, made and revoked; everybody's for auditor and administrator."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.accounts.choices import TokenScope
from citymap.accounts.models import ApiToken, User
from citymap.accounts.services import tokens as services
from citymap.accounts.signin import secondfactor
from citymap.accounts.signin.lockout import count_wrong_code, is_locked

OWN, ALL, MANAGE = "accounts.own", "accounts.tokens", "accounts.manage"
PER_PAGE = 50
LENGTHS = (7, 30, 90, 365)
_DAYS = ngettext_lazy("%d day", "%d days")


class TokenForm(forms.Form):
    """What a token is for, what it may, how long; and a proof that it is the user who asks."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=100,
        help_text=gettext_lazy("The program that will use it: “export for the GIS department”."),
    )  # fmt: skip
    scope = forms.ChoiceField(label=gettext_lazy("Scope"), choices=TokenScope)
    days = forms.TypedChoiceField(label=gettext_lazy("Good for"), coerce=int)
    proof = forms.CharField(max_length=200, strip=False)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        longest = services.longest_days(user)
        self.fields["days"].choices = [(n, _DAYS % n) for n in LENGTHS if n <= longest]
        self.fields["days"].initial = 30
        if services.is_privileged(user):
            self.fields["scope"].choices = [(TokenScope.READ, TokenScope.READ.label)]
        proof = self.fields["proof"]
        if secondfactor.device_of(user) is not None:
            proof.label = _("Code of the second factor")
            proof.widget = forms.TextInput({"autocomplete": "one-time-code"})
        else:
            proof.label = _("Your password")
            proof.widget = forms.PasswordInput({"autocomplete": "current-password"})
        for name, field in self.fields.items():
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"id_{name}_help"


@sensitive_variables("proof")
def _is_proved(user: User, proof: str) -> bool:
    if secondfactor.device_of(user) is not None:
        return secondfactor.verify(user=user, code=proof)
    return user.check_password(proof)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("proof")
@never_cache
@requires(OWN)
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens; a new one is shown once."""
    user = request.user
    form = TokenForm(user, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            if is_locked(request, user.get_username()):
                return HttpResponse(status=429)  # Axes' middleware puts the page in its place.
            if _is_proved(user, form.cleaned_data["proof"]):
                made = _made(request, form)
                if made is not None:
                    return made
            else:
                count_wrong_code(request, user.get_username())
                form.add_error("proof", _("This is wrong: nothing was made."))
        status = 400
    context = {
        "form": form,
        "tokens": ApiToken.objects.filter(user=user).with_people()[:PER_PAGE],
        "privileged": services.is_privileged(user),
        "may_see_all": may(user, ALL),
    }
    return render(request, "accounts/tokens.html", context, status=status)


def _made(request: HttpRequest, form: TokenForm) -> HttpResponse | None:
    """The page that shows the secret; None when the services refused."""
    data = form.cleaned_data
    try:
        token, secret = services.make_token(
            user=request.user, name=data["name"], scope=data["scope"], days=data["days"]
        )
    except services.TokenRefusedError as error:
        form.add_error(None, str(error))
        return None
    address = request.build_absolute_uri("/api/place/?lon=69.15&lat=54.87")
    example = f'curl -H "Authorization: Bearer {token}" \\\n  "{address}"'
    context = {"token": token, "secret": secret, "example": example}
    return render(request, "accounts/token_made.html", context)


@require_POST
@requires(OWN)
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    """End one's own token, or anybody's as administrator."""
    rows = ApiToken.objects.select_related("user")
    found = rows.filter(pk=token).first()
    if found is None or (found.user != request.user and not may(request.user, MANAGE)):
        raise Http404
    if services.revoke_token(token=found, user=request.user):
        messages.success(request, _("The token %(token)s is revoked.") % {"token": found})
    else:
        messages.info(request, _("The token %(token)s was revoked already.") % {"token": found})
    return redirect("accounts:tokens" if found.user == request.user else "accounts:all-tokens")


@require_safe
@never_cache
@requires(ALL)
def all_tokens(request: HttpRequest) -> HttpResponse:
    """Everybody's tokens, newest first; `?good=1`: those that open something."""
    rows = ApiToken.objects.with_people()
    only_good = request.GET.get("good") == "1"
    if only_good:
        rows = rows.good()
    context = {
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "only_good": only_good,
        "may_revoke": may(request.user, MANAGE),
    }
    return render(request, "accounts/all_tokens.html", context)
