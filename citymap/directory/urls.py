from django.urls import path

from citymap.directory import api, views

app_name = "directory"

urlpatterns = [
    path("organizations/", views.index, name="list"),
    path("organizations/<int:organization>/", views.organization, name="organization"),
    path("api/organizations/", api.organizations, name="api"),
]
