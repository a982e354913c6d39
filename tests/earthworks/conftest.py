"""What tests of earthworks share."""

import pytest
from django.db.models.signals import post_migrate

from earthworks.first_rows import fill_empty_tables


@pytest.fixture
def rules(db):
    """The first rules are there, also after a test that emptied the tables."""
    fill_empty_tables(sender=None)
    assert post_migrate.has_listeners()


@pytest.fixture
def media(settings, tmp_path):
    """Photos and documents of a test lie in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path
