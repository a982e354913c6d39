"""Layers as GeoDataFrames, and maps that are whole in themselves."""

import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from django.contrib.gis.geos import GEOSGeometry

from citymap.geo import city_srid
from layers.analysis import (
    add_backdrop,
    add_heat,
    add_shapes,
    add_switch,
    color_of,
    decade,
    labels,
    linked_files,
    offline_map,
    read_layer,
    read_table,
)
from layers.choices import NetworkKind
from layers.models import Manhole, NetworkSegment, Street

pytestmark = pytest.mark.django_db
X, Y = 509_600, 6_080_500


def manhole(number: int) -> Manhole:
    return Manhole.objects.create(
        source="city", source_id=str(number), valid_from="2024-01-01", number=f"К-{number}",
        network_kind="heat", geom=GEOSGeometry(f"POINT ({X + 100 * number} {Y})", srid=city_srid()),
    )  # fmt: skip


def test_a_layer_as_a_geodataframe(django_assert_num_queries):
    things = [manhole(number) for number in range(3)]

    with django_assert_num_queries(1):
        frame = read_layer(Manhole.objects.order_by("number"), "number", "owner__name")

    assert frame.crs.to_epsg() == city_srid()
    assert frame.index.tolist() == [thing.pk for thing in things]
    assert frame.index.name == "id"
    assert frame["number"].tolist() == ["К-0", "К-1", "К-2"]
    assert frame["owner__name"].isna().all()
    assert frame.geometry.iloc[1].distance(shapely.Point(X + 100, Y)) == 0


def test_an_empty_layer_keeps_its_columns():
    frame = read_layer(Manhole.objects.all(), "number")

    assert isinstance(frame, gpd.GeoDataFrame)
    assert list(frame.columns) == ["number", "geometry"]
    assert frame.crs.to_epsg() == city_srid()
    assert list(read_table(Manhole.objects.all(), "number").columns) == ["number"]


def test_missing_geometries_stay_missing():
    Street.objects.create(
        source="osm", source_id="s", valid_from="2024-01-01", name="улица", name_key="улица",
        kind="street", geom=None,
    )  # fmt: skip

    assert read_layer(Street.objects.all(), "name").geometry.isna().all()


def test_labels_and_decades():
    assert labels(pd.Series(["heat", "x"]), NetworkKind).tolist() == [
        str(NetworkKind.HEAT.label),
        "",
    ]
    assert decade(pd.Series([1987, 1990, None])).tolist() == [1980, 1990, pd.NA]


def test_everything_a_map_needs_is_within_it():
    for number in range(3):
        manhole(number)
    NetworkSegment.objects.create(
        source="city", source_id="1", valid_from="2024-01-01", kind="heat", laid_year=None,
        geom=GEOSGeometry(f"LINESTRING ({X} {Y}, {X + 500} {Y})", srid=city_srid()),
    )  # fmt: skip
    manholes = read_layer(Manhole.objects.all(), "number")
    networks = read_layer(NetworkSegment.objects.all(), "kind", "laid_year")
    drawn = offline_map()
    add_backdrop(drawn)
    add_shapes(drawn, manholes, name="manholes", color="#222222", tooltip={"number": "№"})
    add_shapes(
        drawn, networks, name="networks", by="kind", color={"heat": color_of("network.heat")},
        tooltip={"laid_year": "year"},
    )  # fmt: skip
    add_heat(drawn, manholes, name="density")
    add_switch(drawn)

    assert len(linked_files(drawn)) >= 4
    assert all(url.startswith("data:") for url in linked_files(drawn))
    page = re.sub(r"base64,[A-Za-z0-9+/=]+", "", drawn.get_root().render())
    assert not re.search(r"(?:src|href)=.(?:https?:)?//", page)
    assert color_of("network.heat") in page
    assert "OpenStreetMap contributors" in page
    assert "NaN" not in page
