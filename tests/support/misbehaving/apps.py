from django.apps import AppConfig


class MisbehavingConfig(AppConfig):
    name = "tests.support.misbehaving"
    label = "misbehaving"
