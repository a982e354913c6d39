"""What every test stands on; `tests/README.md` says how to use it."""

import os

import pytest
from django.apps import apps
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from hypothesis import settings as hypothesis_settings

# Playwright keeps an event loop running in the thread of the tests after the first browser test;
# Django would then refuse every query as made "from an async context".
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# The tests fill the machine by themselves: a worker that yields would only make them wait.
os.environ.setdefault("CITYMAP_WORKER_NICE", "0")

# How long an example may take says more about the machine than about the code.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

pytest_plugins = ["tests.support.databases", "tests.support.server", "tests.support.browser"]


@pytest.fixture(scope="session", autouse=True)
def _settings_for_tests(tmp_path_factory):
    """Files go to a temporary folder, static files need no collecting, hashing is quick."""
    var = tmp_path_factory.mktemp("var")
    for folder in ("static", "media"):
        (var / folder).mkdir()
    with override_settings(
        CITYMAP_VAR=var,
        STATIC_ROOT=var / "static",
        MEDIA_ROOT=var / "media",
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
        # The second one reads what the programs that filled a city have written.
        PASSWORD_HASHERS=[
            "django.contrib.auth.hashers.MD5PasswordHasher",
            "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        ],
    ):
        yield


@pytest.fixture(autouse=True)
def _default_language():
    """A page that an earlier test asked for leaves its language behind in this thread."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(scope="module", autouse=True)
def _no_model_is_left_behind():
    """A model that a test leaves registered would be a missing migration for all tests after."""
    before = apps.get_models(include_auto_created=True)
    yield
    left = set(apps.get_models(include_auto_created=True)) ^ set(before)
    assert not left, f"models left behind or taken away: {sorted(map(str, left))}"
