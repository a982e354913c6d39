"""The public pages of yards."""

from django.urls import path

from planning.portal import exports, views

app_name = "yards"

urlpatterns = [
    path("yards/", views.queue, name="index"),
    path("yards.csv", exports.as_csv, name="csv"),
    path("yards.geojson", exports.as_geojson, name="geojson"),
    path("yards/<int:yard>/", views.yard, name="yard"),
    path("yards/<int:yard>.geojson", exports.yard_as_geojson, name="yard-geojson"),
    path("api/yards/queue/", views.api_queue, name="api-queue"),
]
