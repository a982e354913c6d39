"""Starting Citymap inside a Jupyter notebook: `from citymap.notebook import start; start()`."""

import os

import django


def start() -> None:
    """Set Django up for a notebook: the settings of the environment, the runtime role.

    A notebook's cells run inside an event loop, one after another: synchronous database access
    is right there, though Django would refuse it.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citymap.settings")
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    os.environ.setdefault("CITYMAP_LOG_FORMAT", "console")
    django.setup()
