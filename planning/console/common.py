"""What the planners' pages share."""

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest


def say_errors(request: HttpRequest, form: Form) -> None:
    """Every error of a form as a message, with the name of its field."""
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        for error in errors:
            messages.error(request, f"{label}: {error}" if label else str(error))
