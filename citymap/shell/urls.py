from django.urls import path
from django.views.i18n import set_language

from citymap.accounts.access import public
from citymap.shell import views

app_name = "shell"

urlpatterns = [
    path("", views.home, name="home"),
    path("list/", views.layer_list, name="list"),
    path("list/<slug:name>/", views.layer_table, name="list-layer"),
    path("language/", public(set_language), name="language"),
    path("robots.txt", views.robots, name="robots"),
]
