from django.urls import path

from citymap.personal import views

app_name = "personal"

urlpatterns = [
    path("", views.search, name="search"),
    path("<slug:number>/", views.person, name="person"),
    path("<slug:number>/reveal/", views.reveal, name="reveal"),
    path("<slug:number>/export/", views.export, name="export"),
    path("<slug:number>/erase/", views.erase, name="erase"),
    path("<slug:number>/merge/", views.merge, name="merge"),
]
