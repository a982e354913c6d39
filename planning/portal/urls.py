"""The public pages of yards."""

from django.urls import path

from planning.portal import exports, following, photos, programmes, views

app_name = "yards"

urlpatterns = [
    path("yards/", views.queue, name="index"),
    path("yards.csv", exports.as_csv, name="csv"),
    path("yards.geojson", exports.as_geojson, name="geojson"),
    path("yards/<int:yard>/", views.yard, name="yard"),
    path("yards/<int:yard>.geojson", exports.yard_as_geojson, name="yard-geojson"),
    path("yards/programmes/", programmes.programmes, name="programmes"),
    path("yards/programmes/<int:programme>/", programmes.programme, name="programme"),
    path("yards/programmes/<int:programme>.pdf", programmes.as_pdf, name="programme-pdf"),
    path("yards/programmes/<int:programme>.csv", programmes.as_csv, name="programme-csv"),
    path(
        "yards/programmes/<int:programme>.geojson",
        programmes.as_geojson,
        name="programme-geojson",
    ),  # fmt: skip
    path("yards/<int:yard>.atom", following.feed, name="feed"),
    path("yards/<int:yard>/follow/", following.ask, name="ask-to-follow"),
    path("yards/follow/<str:token>/", following.follow, name="follow"),
    path("yards/photos/<uuid:key>.jpg", photos.photo, name="photo"),
    path("yards/photos/<uuid:key>-small.jpg", photos.photo, {"small": True}, name="photo-small"),
    path("api/yards/queue/", views.api_queue, name="api-queue"),
]
