"""How a small form of a page is answered: what went wrong is said, and nothing is half-done."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from citymap.geo import CoordinateError
from citymap.places.card import OutsideCityError
from earthworks.deadlines import DeadlineError
from earthworks.errors import WorksError

TROUBLES = (WorksError, DeadlineError, CoordinateError, OutsideCityError)


def answered(
    request: HttpRequest,
    form: forms.Form,
    *,
    run: Callable[[], Any],
    done: str,
    to: HttpResponse,
) -> HttpResponse:
    """Run a service with a valid form; tell what came of it, and return `to`."""
    if not form.is_valid():
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, f"{label}: {' '.join(errors)}" if label else " ".join(errors))
        return to
    try:
        run()
    except TROUBLES as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return to
