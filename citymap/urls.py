"""The roof's URL map: each room mounts its own."""

from django.contrib import admin
from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from citymap.accounts.access import public
from citymap.api import openapi

words_of_scripts = JavaScriptCatalog.as_view(packages=["citymap", "layers"])

urlpatterns = [
    path("", include("citymap.shell.urls")),
    path("", include("citymap.tiles.urls")),
    path("", include("citymap.places.urls")),
    path("", include("citymap.jobs.urls")),
    path("", include("citymap.operations.urls")),
    path("inbox/", include("appeals.inbox.urls")),
    path("task/", include("appeals.task.urls")),
    path("field/", include("appeals.field.urls")),
    path("desk/", include("appeals.console.urls")),
    path("api/", include("appeals.console.api_urls")),
    path("works/", include("earthworks.console.urls")),
    path("plan/yards/", include("layers.console.urls")),
    path("api/plan/yards/", include("layers.console.api_urls")),
    path("", include("appeals.portal.urls")),
    path("", include("appeals.statistics.urls")),
    path("training/", include("appeals.training.urls")),
    path("", include("planning.portal.urls")),
    path("plan/", include("planning.console.urls")),
    path("accounts/", include("citymap.accounts.urls")),
    path("", include("citymap.directory.urls")),
    path("history/", include("citymap.history.urls")),
    path("audit/", include("citymap.audit.urls")),
    path("personal/", include("citymap.personal.urls")),
    path("notices/", include("citymap.notices.urls")),
    path("admin/", admin.site.urls),
    path("api/openapi.json", public(openapi), name="openapi"),
    path("jsi18n/", public(words_of_scripts), name="jsi18n"),
]

handler400 = "citymap.shell.views.bad_request"
handler403 = "citymap.shell.views.permission_denied"
handler404 = "citymap.shell.views.page_not_found"
handler500 = "citymap.shell.views.server_error"
