from django.urls import path

from citymap.notices.views import bell, callbacks, kinds, outbox

app_name = "notices"

urlpatterns = [
    path("", outbox.index, name="index"),
    path("retry/", outbox.retry_all, name="retry-all"),
    path("<int:pk>/", outbox.detail, name="detail"),
    path("<int:pk>/retry/", outbox.retry, name="retry"),
    path("<int:pk>/cancel/", outbox.cancel, name="cancel"),
    path("<int:pk>/readdress/", outbox.readdress, name="readdress"),
    path("<int:pk>/letter.eml", outbox.letter, name="letter"),
    path("kinds/", kinds.kind_list, name="kinds"),
    path("kinds/<slug:name>/<slug:language>/", kinds.preview, name="preview"),
    path("mine/", bell.mine, name="mine"),
    path("mine/read/", bell.read, name="read"),
    path("mine/unread/", bell.unread, name="unread"),
    path("callbacks/<slug:channel>/", callbacks.callback, name="callback"),
]
