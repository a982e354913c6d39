"""Numbers, the morning page, instructions."""

from django.urls import path

from appeals.statistics import morning, places, views

app_name = "statistics"

urlpatterns = [
    path("statistics/", views.statistics, name="index"),
    path("statistics/cases/", views.cases, name="cases"),
    path("statistics/map/", places.page, name="map"),
    path("statistics/places/", places.places, name="places"),
    path("statistics/contacts/", views.contacts, name="contacts"),
    path("morning/", morning.page, name="morning"),
    path("instructions/", morning.instructions, name="instructions"),
    path("instructions/give/", morning.give, name="give"),
    path("instructions/<int:instruction>/done/", morning.done, name="done"),
]
