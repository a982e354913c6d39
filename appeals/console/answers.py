"""Which domain error means which status, and how the desk's scripts are answered."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from appeals.errors import (
    AppealError,
    ConflictError,
    InvalidError,
    NotPermittedError,
    WrongStateError,
)
from appeals.permissions import ARTICLES, INCIDENTS, READ, TRAY
from citymap.accounts.access import AnyUser, may
from citymap.personal.errors import PersonalDataError
from citymap.problems import problem

View = Callable[..., HttpResponse]
STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotPermittedError, 403),
    (ConflictError, 409),
    (WrongStateError, 409),
)
REFUSALS = (AppealError, PersonalDataError)


def rights_of(user: AnyUser) -> dict[str, bool]:
    """Which pages of the desk the reader may open; its navigation shows these."""
    return {
        "appeals": may(user, READ),
        "tray": may(user, TRAY),
        "calls": may(user, "appeals.call_back"),
        "incidents": may(user, INCIDENTS),
        "articles": may(user, ARTICLES),
    }


def desk_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """A page of the desk, with its navigation by right."""
    rights = {"rights": rights_of(request.user)}
    return render(request, template, context | rights, status=status)


def status_of(error: Exception) -> int:
    """The HTTP status of something that was refused."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


def field_of(error: Exception) -> str:
    """The field that a refused value stood in, when it is known."""
    return error.field if isinstance(error, InvalidError) else getattr(error, "field", "")


def refused(error: Exception) -> HttpResponse:
    """What cannot be done, as problem JSON with its reason in words."""
    return problem(status_of(error), detail=str(error), field=field_of(error))


def form_refused(form: forms.Form) -> HttpResponse:
    """The faults of a form as problem JSON, the first field's first."""
    faults = [(name, str(text)) for name, texts in form.errors.items() for text in texts]
    field = next((name for name, _text in faults if name != forms.forms.NON_FIELD_ERRORS), "")
    return problem(400, detail=" ".join(text for _name, text in faults), field=field)


def for_scripts(view: View) -> View:
    """Kept in no cache, its form in no report; refusals become problem JSON."""

    @never_cache
    @sensitive_post_parameters()
    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except REFUSALS as error:
            return refused(error)
        except Http404:
            return problem(404)

    return wrapper
