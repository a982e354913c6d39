from django.apps import AppConfig


class TilesConfig(AppConfig):
    name = "citymap.tiles"
    label = "tiles"
