"""Pages of the yard editor."""

from django.urls import path

from layers.console import views

app_name = "yard_console"

urlpatterns = [
    path("", views.editor, name="editor"),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/<int:correction>/undo/", views.undo, name="undo"),
    path("quarters/", views.quarters, name="quarters"),
    path("quarters/<int:quarter>/rename/", views.rename, name="rename"),
]
