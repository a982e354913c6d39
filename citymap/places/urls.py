"""The places API."""

from django.urls import path

from citymap.places import views

app_name = "places"
urlpatterns = [
    path("api/addresses/", views.addresses, name="addresses"),
    path("api/place/", views.place, name="place"),
]
