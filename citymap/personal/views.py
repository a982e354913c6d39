"""Pages of personal data: find somebody, see what is needed, export, merge, erase."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.personal import services
from citymap.personal.choices import Field, PersonState
from citymap.personal.errors import PersonalDataError
from citymap.personal.forms import MergeForm, ReasonForm, RevealForm, SearchForm
from citymap.personal.models import Person
from citymap.personal.permissions import MANAGE, REVEAL
from citymap.personal.retention import FOREVER

MOST_FOUND = 50
LATEST_EVENTS = 20

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Kept in no cache, and its form in no report of an error."""
    return never_cache(sensitive_post_parameters()(view))


@require_http_methods(["GET", "HEAD", "POST"])
@private
@requires(REVEAL)
def search(request: HttpRequest) -> HttpResponse:
    """Exact look-up. What was typed is sent in the body and stands in no address."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found, problem = None, ""
    if form.is_bound and form.is_valid():
        try:
            people = services.find_people(**form.cleaned_data).order_by("pk")[:MOST_FOUND]
            found = [(one, services.masked_values(one)) for one in people]
        except PersonalDataError as error:
            problem = str(error)
    status = 200 if not form.errors else 400
    context = {"form": form, "found": found, "problem": problem}
    return render(request, "personal/search.html", context, status=status)


@require_safe
@private
@requires(REVEAL)
def person(request: HttpRequest, number: str) -> HttpResponse:
    """One person, masked, with what was done with the record."""
    return _person_page(request, get_object_or_404(Person, number=number))


def _person_page(
    request: HttpRequest,
    row: Person,
    *,
    values: dict[str, Any] | None = None,
    failed: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    kept = row.state == PersonState.ACTIVE
    context = {
        "person": row,
        "kept": kept,
        "masked": services.masked_values(row) if kept else {},
        "values": [
            (Field(name).label, value if isinstance(value, list) else value.splitlines())
            for name, value in (values or {}).items()
        ],
        "events": row.events.select_related("user").order_by("-at", "-pk")[:LATEST_EVENTS],
        "may_manage": may(request.user, MANAGE),
        "reveal_form": RevealForm(prefix="reveal"),
        "export_form": ReasonForm(prefix="export"),
        "erase_form": ReasonForm(prefix="erase"),
        "merge_form": MergeForm(prefix="merge"),
        **(failed or {}),
    }
    return render(request, "personal/person.html", context, status=400 if failed else 200)


def acts(permission: str, name: str, form_class: type[forms.Form]) -> Callable[[View], View]:
    """A POST about one person: checks right and form, shows what the service refuses."""

    def decorate(act: View) -> View:
        @require_POST
        @private
        @requires(permission)
        @functools.wraps(act)
        def view(request: HttpRequest, number: str) -> HttpResponse:
            row = get_object_or_404(Person, number=number)
            form = form_class(request.POST, prefix=name)
            if form.is_valid():
                try:
                    return act(request, row, form)
                except PersonalDataError as error:
                    form.add_error(None, str(error))
            return _person_page(request, row, failed={f"{name}_form": form})

        return view

    return decorate


@acts(REVEAL, "reveal", RevealForm)
def reveal(request: HttpRequest, row: Person, form: RevealForm) -> HttpResponse:
    """Show values once, in the answer itself; a reload asks again."""
    values = services.reveal(
        person=row,
        fields=form.cleaned_data["fields_wanted"],
        user=request.user,
        why=form.cleaned_data["why"],
    )
    return _person_page(request, row, values=values)


@acts(MANAGE, "export", ReasonForm)
def export(request: HttpRequest, row: Person, form: ReasonForm) -> HttpResponse:
    """The person's own data as a zip archive."""
    made = services.export_person(person=row, why=form.cleaned_data["why"], user=request.user)
    disposition = f'attachment; filename="{made.filename}"'
    return HttpResponse(
        made.content,
        content_type="application/zip",
        headers={"Content-Disposition": disposition},
    )


@acts(MANAGE, "erase", ReasonForm)
def erase(request: HttpRequest, row: Person, form: ReasonForm) -> HttpResponse:
    """The person's wish to be erased: done at once, or as soon as nothing needs the record."""
    result = services.ask_erasure(person=row, why=form.cleaned_data["why"], user=request.user)
    if result.done:
        messages.success(request, _("The personal data is erased."))
    elif result.until == FOREVER:
        messages.warning(request, _("Still needed for an open matter; erased when it is closed."))
    else:
        day = formats.date_format(result.until, "DATE_FORMAT")
        messages.warning(request, _("Still needed until %(day)s; erased after it.") % {"day": day})
    return redirect("personal:person", number=row.number)


@acts(MANAGE, "merge", MergeForm)
def merge(request: HttpRequest, row: Person, form: MergeForm) -> HttpResponse:
    """Make another record part of this one."""
    other = Person.objects.filter(number=form.cleaned_data["number"]).first()
    if other is None:
        form.add_error("number", _("There is no record with this number."))
        return _person_page(request, row, failed={"merge_form": form})
    services.merge_people(
        keep=row, duplicate=other, why=form.cleaned_data["why"], user=request.user
    )
    messages.success(request, _("The two records are one."))
    return redirect("personal:person", number=row.number)
