"""Tiles decoded: geometry, attributes, counts, and the index that finds them."""

import json

import pytest
from django.contrib.gis.geos import Point
from django.contrib.postgres.indexes import GistIndex
from django.db import connection
from shapely import box
from shapely.geometry import Polygon

from citymap.geo import city_point
from citymap.tiles.grid import Tile, tile_at
from citymap.tiles.mvt import GRID_CELLS, layer_statement, render
from citymap.tiles.registry import MapLayer, layers, layers_of
from layers.models import Manhole, Playground, WasteSite, Yard
from tests.support.tiles import decode_tile, make, mercator_wkt

pytestmark = pytest.mark.django_db

LON, LAT = 69.15, 54.87
TILE = tile_at(LON, LAT, 16)


def awkward_layer(**values) -> MapLayer:
    """Waste sites have no constraint on their geometry, so they show what a tile makes of it."""
    return MapLayer(
        name="thing", source="test", title="", group="", min_zoom=0, **values,
        queryset=WasteSite.objects.current,
    )  # fmt: skip


def drawn(layer: MapLayer, tile: Tile = TILE):
    decoded = decode_tile(render([layer], tile).data, tile)
    return decoded[layer.name].features if layer.name in decoded else []


def square(tile: Tile, share: float) -> Polygon:
    """A square in the middle of a tile, `share` of its width, EPSG:3857."""
    west, south, east, north = tile.bounds
    x, y, half = (west + east) / 2, (south + north) / 2, (east - west) * share / 2
    return box(x - half, y - half, x + half, y + half)


def test_a_feature_carries_its_key_and_attributes():
    yard = make(Yard, mercator_wkt(square(TILE, 0.3)), label="Абая, 10", houses=3, apartments=180)
    (feature,) = drawn(layers.get("yard"))
    assert feature.id == yard.pk
    assert feature.properties == {"label": "Абая, 10", "houses": 3, "apartments": 180}
    assert feature.geometry.hausdorff_distance(square(TILE, 0.3)) < 0.5


def test_attributes_arrive_with_their_zoom():
    make(Yard, mercator_wkt(square(tile_at(LON, LAT, 13), 0.5)), label="Абая, 10")
    (feature,) = drawn(layers.get("yard"), tile_at(LON, LAT, 13))
    assert feature.properties == {}


def test_kazakh_letters_come_through():
    name = "Ә ә Ғ ғ Қ қ Ң ң Ө ө Ұ ұ Ү ү Һ һ І і"
    make(Playground, city_point(LON, LAT), name=name)
    (feature,) = drawn(layers.get("playground"))
    assert feature.properties["name"] == name


def test_retired_objects_are_not_drawn():
    make(Yard, mercator_wkt(square(TILE, 0.3)), label="x", valid_to="2025-02-01")
    assert drawn(layers.get("yard")) == []


def test_layers_of_a_source_share_one_tile():
    make(Yard, mercator_wkt(square(TILE, 0.3)), label="x")
    make(Playground, city_point(LON, LAT))
    decoded = decode_tile(render(layers_of("city"), TILE).data, TILE)
    assert set(decoded) == {"yard", "playground"}


def test_nothing_makes_an_empty_tile():
    assert render(layers_of("city"), TILE).data == b""


def test_what_shares_only_the_box_makes_an_empty_tile():
    west, south, east, north = TILE.bounds
    width = east - west
    corner = Polygon(
        [(west - width, south + width / 2), (west - width, south - width), (east, south - width)]
    )
    make(WasteSite, mercator_wkt(corner))
    assert render([awkward_layer()], TILE).data == b""


@pytest.mark.parametrize("z", [10, 13, 14, 16])
def test_small_areas_are_left_out_below_zoom_14_only(z):
    tile = tile_at(LON, LAT, z)
    make(Yard, mercator_wkt(square(tile, 1.5 / 512)), label="small")
    large = make(Yard, mercator_wkt(square(tile, 30 / 512)), label="large")
    shown = {feature.id for feature in drawn(layers.get("yard"), tile)} if z >= 12 else None
    if z >= 14:
        assert len(shown) == 2
    elif z >= 12:
        assert shown == {large.pk}


@pytest.mark.parametrize("z", [10, 13, 14, 16])
def test_geometry_stays_inside_the_buffer_and_is_valid(z):
    tile = tile_at(LON, LAT, z)
    west, south, east, north = tile.bounds
    span = east - west
    comb = Polygon(
        [(west - span, south - span), (east + span, south - span)]
        + [
            (east + span - step * span / 10, (north + span) if step % 2 else (south - span / 2))
            for step in range(31)
        ]
    )
    make(WasteSite, mercator_wkt(comb.buffer(0)))
    (feature,) = drawn(awkward_layer(), tile)
    low, high = -tile.buffer, tile.extent + tile.buffer
    assert feature.grid.is_valid
    assert feature.grid.within(box(low, low, high, high))


def test_a_huge_polygon_fills_every_tile_within():
    make(WasteSite, mercator_wkt(square(tile_at(LON, LAT, 8), 0.9)))
    (feature,) = drawn(awkward_layer(), TILE)
    margin = TILE.buffer
    assert feature.grid.equals(box(-margin, -margin, TILE.extent + margin, TILE.extent + margin))


@pytest.mark.parametrize(
    "wkt",
    ["POINT EMPTY", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "LINESTRING EMPTY"],
)
def test_empty_geometry_is_no_feature(wkt):
    make(WasteSite, f"SRID=3857;{wkt}")
    make(WasteSite, city_point(LON, LAT))
    assert len(drawn(awkward_layer())) == 1


def test_a_bow_tie_becomes_valid():
    west, south, east, north = square(TILE, 0.4).bounds
    make(
        WasteSite,
        mercator_wkt(Polygon([(west, south), (east, north), (east, south), (west, north)])),
    )
    (feature,) = drawn(awkward_layer())
    assert feature.grid.is_valid
    assert feature.grid.area > 0


def test_touching_areas_stay_two_and_still_touch():
    west, south, east, north = square(TILE, 0.4).bounds
    middle = (west + east) / 2
    make(WasteSite, mercator_wkt(box(west, south, middle, north)))
    make(WasteSite, mercator_wkt(box(middle, south, east, north)))
    first, second = drawn(awkward_layer())
    assert first.grid.touches(second.grid)


class TestGridCounts:
    """Points below a zoom are counts: every point in one cell of one tile."""

    def layer(self) -> MapLayer:
        return awkward_layer(grid_below_zoom=15)

    def test_counts_add_up_over_neighbouring_tiles(self):
        z = 13
        middle = tile_at(LON, LAT, z)
        west, south, east, north = middle.bounds
        step = (east - west) / 7
        points = [(west + i * step, south + j * step) for i in range(8) for j in range(8)]
        for x, y in points:
            make(WasteSite, Point(x, y, srid=3857))
        tiles = [Tile(z, middle.x + dx, middle.y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        counts = [
            feature.properties["count"] for tile in tiles for feature in drawn(self.layer(), tile)
        ]
        assert sum(counts) == len(points)

    def test_a_cell_is_one_feature_at_its_middle(self):
        tile = tile_at(LON, LAT, 12)
        for _ in range(5):
            make(WasteSite, city_point(LON, LAT))
        (feature,) = drawn(self.layer(), tile)
        assert feature.properties == {"count": 5}
        assert feature.id is None
        cell = tile.extent / GRID_CELLS
        assert feature.grid.x % cell == cell / 2
        assert feature.grid.y % cell == cell / 2

    def test_from_that_zoom_on_they_are_points(self):
        for _ in range(2):
            make(WasteSite, city_point(LON, LAT))
        assert len(drawn(self.layer(), tile_at(LON, LAT, 15))) == 2


@pytest.mark.parametrize("name", [layer.name for layer in layers])
@pytest.mark.parametrize("z", [12, 16])
def test_every_layer_is_found_by_its_index(name, z):
    layer = layers.get(name)
    statement = layer_statement(layer, z)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement.for_tile(tile_at(LON, LAT, z))}")
        plan = json.dumps(cursor.fetchone()[0])
    assert "Seq Scan" not in plan
    assert f'"Index Name": "{_mercator_index(layer)}"' in plan


def _mercator_index(layer):
    """Rooms name their indexes in their own way; `tiles.E002` sees to it that there is one."""
    (name,) = [
        index.name
        for index in layer.queryset().model._meta.indexes
        if isinstance(index, GistIndex) and index.fields == [layer.geometry]
    ]
    return name


def test_the_index_is_chosen_by_itself_among_many_rows():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO layers_manhole (source, source_id, valid_from, network_kind, state,"
            " owner_name, number, geom) SELECT 'test', 'm' || n, '2025-01-01', 'water', 'ok', '',"
            " '', ST_Transform(ST_SetSRID(ST_MakePoint(69 + 0.3 * random(), 54.8 + 0.2 * random()),"
            " 4326), ST_SRID(%s::geometry)) FROM generate_series(1, 20000) AS n",
            [city_point(LON, LAT).ewkb],
        )
        cursor.execute("ANALYZE layers_manhole")
        statement = layer_statement(layers.get("manhole"), TILE.z)
        cursor.execute(f"EXPLAIN {statement.for_tile(TILE)}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "layers_manhole_merc" in plan
    assert Manhole.objects.count() == 20000
