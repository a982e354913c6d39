"""Pages of one-time links."""

from django.urls import path

from appeals.task import views

app_name = "task"

urlpatterns = [
    path("<int:link>/", views.page, name="page"),
    path("<int:link>/photos/<uuid:key>/", views.photo, name="photo"),
    path("<int:link>/<slug:step>/", views.act, name="act"),
    path("<str:key>/", views.enter, name="enter"),
]
