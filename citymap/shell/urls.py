from django.urls import path
from django.views.decorators.http import require_safe
from django.views.i18n import set_language

from citymap.accounts.access import public
from citymap.shell import views

app_name = "shell"

urlpatterns = [
    path("", views.home, name="home"),
    path("list/", views.layer_list, name="list"),
    path("list/<slug:name>/", views.layer_table, name="list-layer"),
    path("language/", public(set_language), name="language"),
    path("too-large/", require_safe(views.too_large), name="too-large"),
    path("robots.txt", views.robots, name="robots"),
]
