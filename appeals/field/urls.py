"""Pages of inspectors."""

from django.urls import path

from appeals.field import views

app_name = "field"

urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("sw.js", views.service_worker, name="service-worker"),
    path("<int:appeal>/check/", views.check, name="check"),
]
