from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "citymap.places"
    label = "places"
