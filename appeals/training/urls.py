"""Training mode, mounted at `/training/`."""

from django.urls import path

from appeals.training import views

app_name = "training"

urlpatterns = [
    path("", views.index, name="index"),
    path("start/", views.start, name="start"),
    path("<int:call>/", views.call, name="call"),
]
