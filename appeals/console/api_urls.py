"""The desk's part of the API, mounted at `/api/`."""

from django.urls import path

from appeals.console import api

app_name = "desk_api"

urlpatterns = [path("calls/", api.calls, name="calls")]
