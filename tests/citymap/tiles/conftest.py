"""What tests of tiles share."""

import pytest

from citymap.tiles.models import DirtyTile


@pytest.fixture
def own_cache(settings, tmp_path):
    settings.CITYMAP_VAR = tmp_path


@pytest.fixture
def clean(db):
    """No marks left by the fixtures of other tests."""
    DirtyTile.objects.all().delete()
