"""A Django application that does nothing: one view, no middleware. The baseline for ours."""

import sys

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

ANSWER = b'{"status": "ok"}'


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ANSWER, content_type="application/json")


urlpatterns = [path("healthz", empty)]


def make_application() -> WSGIHandler:
    """The application, with settings of its own; for a process of its own."""
    settings.configure(
        ALLOWED_HOSTS=["127.0.0.1"], MIDDLEWARE=[], ROOT_URLCONF=__name__, SECRET_KEY="-" * 50
    )
    return WSGIHandler()


# granian imports the module for its `application`; tests and checks import it for nothing.
if "granian" in sys.modules:
    application = make_application()
