"""A Django application that does nothing: one view, no middleware. The baseline for ours."""

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

ANSWER = b'{"status": "ok"}'


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ANSWER, content_type="application/json")


urlpatterns = [path("healthz", empty)]


# For the life of the process that `manage.py serve --application` starts.
override_settings(MIDDLEWARE=[], ROOT_URLCONF=__name__).enable()
application = WSGIHandler()
