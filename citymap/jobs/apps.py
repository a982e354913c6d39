from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "citymap.jobs"
    label = "jobs"
