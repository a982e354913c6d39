"""JSON endpoints of the yard editor."""

from django.urls import path

from layers.console import api

app_name = "yard_api"

urlpatterns = [
    path("", api.yards, name="yards"),
    path("<int:yard>/", api.yard, name="yard"),
    path("redraw/", api.redraw, name="redraw"),
    path("merge/", api.merge, name="merge"),
    path("split/", api.split, name="split"),
    path("quarter/", api.quarter, name="quarter"),
    path("undo/", api.undo, name="undo"),
]
