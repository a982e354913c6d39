import dataclasses

import pytest
from django.db import connection

from citymap.tiles.checks import edits_mark_tiles, layers_can_be_drawn
from citymap.tiles.registry import layers
from layers.models import Building


@pytest.fixture
def registered():
    """Registers a copy of a layer with other values, for one test."""
    names = []

    def register(**values):
        layer = dataclasses.replace(layers.get("yard"), name="copy", **values)
        layers.register(layer)
        names.append(layer.name)

    yield register
    for name in names:
        layers.unregister(name)


def test_all_layers_can_be_drawn():
    assert layers_can_be_drawn(None) == []


@pytest.mark.parametrize(
    "values, expected",
    [
        ({"source": "nowhere"}, "tiles.E001"),
        ({"geometry": "no_such_column"}, "tiles.E002"),
        ({"geometry": "geom"}, "tiles.E002"),
        ({"queryset": Building.objects.current}, "tiles.E002"),
    ],
)
def test_a_layer_that_cannot_is_refused(registered, values, expected):
    registered(**values)
    assert [message.id for message in layers_can_be_drawn(None)] == [expected]


@pytest.mark.django_db
class TestTriggers:
    def test_all_are_there(self):
        assert edits_mark_tiles(None, databases=["default"]) == []

    def test_a_dropped_one_is_noticed(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'layers_yard'::regclass"
                " AND tgname LIKE 'citymap_tiles_update%%'"
            )
            (name,) = cursor.fetchone()
            cursor.execute(f'DROP TRIGGER "{name}" ON layers_yard')
        (message,) = edits_mark_tiles(None, databases=["default"])
        assert message.id == "tiles.W001"
        assert "layers_yard" in message.msg

    def test_before_the_first_migrate_it_is_silent(self):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE layers_yard RENAME TO layers_yard_away")
        assert edits_mark_tiles(None, databases=["default"]) == []

    def test_the_runtime_role_may_look(self, runtime_role):
        assert edits_mark_tiles(None, databases=["default"]) == []
