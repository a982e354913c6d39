"""Pages of bodies."""

from django.urls import path

from appeals.inbox import acting, appeal, links, promises, views

app_name = "inbox"

urlpatterns = [
    path("", views.worklist, name="worklist"),
    path("places.json", views.places, name="places"),
    path("photos/<uuid:key>/", views.photo, name="photo"),
    path("photos/<uuid:key>/<slug:size>/", views.photo, name="photo-sized"),
    path("promises/", promises.promises, name="promises"),
    path("promises/<int:promise>/<slug:what>/", promises.decide, name="promise"),
    path("<int:appeal>/", appeal.page, name="appeal"),
    path("<int:appeal>/photos/", acting.add_photos, name="add-photos"),
    path("<int:appeal>/reply-check/", acting.reply_check, name="reply-check"),
    path("<int:appeal>/links/", links.send, name="send-link"),
    path("<int:appeal>/links/<int:link>/", links.revoke, name="revoke-link"),
    path("<int:appeal>/<slug:step>/", acting.act, name="act"),
]
