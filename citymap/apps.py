from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CitymapConfig(AppConfig):
    """The platform floor: shell, commands, checks. Has no tables of its own."""

    name = "citymap"

    def ready(self) -> None:
        from citymap import checks  # noqa: F401, PLC0415 (registers the checks)

        # Each app offers what it has to the platform in files of these names;
        # the floor never lists its guests. `demo` is left to loaddemo: servers do not need it.
        autodiscover_modules(
            "permissions", "tiles", "places", "jobs", "notices", "navigation", "phrases"
        )
