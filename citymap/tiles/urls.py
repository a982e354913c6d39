from django.urls import path

from citymap.tiles import views

app_name = "tiles"

urlpatterns = [
    path("tiles/<slug:name>.json", views.tilejson, name="tilejson"),
    path("tiles/<slug:name>/<int:z>/<int:x>/<int:y>.mvt", views.tile, name="tile"),
    *(
        path(
            f"styles/signs-<slug:version>{scale}.{kind}",
            views.sprite,
            {"ratio": ratio, "kind": kind},
        )
        for scale, ratio in (("", 1), ("@2x", 2))
        for kind in ("json", "png")
    ),
    path("styles/palette.css", views.palette, name="palette"),
    path("styles/<slug:name>.json", views.style, name="style"),
]
