"""The demo city's files, read back as a stranger would read them."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import osmium
import pytest
import shapely

from citymap.demo import DemoOptions
from citymap.geo import WGS84_SRID, transformer
from layers.demo.files import DemoFiles, make_files
from layers.demo.plan import PLAN_SRID


@dataclass
class DrawnCity:
    """What an OSM file holds, in metres."""

    box: tuple[float, float, float, float]
    buildings: np.ndarray
    building_tags: list[dict[str, str]]
    building_ids: list[int]
    roads: np.ndarray
    road_tags: list[dict[str, str]]
    lines: list[dict[str, str]]
    areas: list[tuple[shapely.Polygon, dict[str, str]]]
    points: list[dict[str, str]]
    relations: list[dict[str, str]]
    incomplete: int = 0
    node_ids: list[int] = field(default_factory=list)

    def count(self, key: str, value: str) -> int:
        tagged = [*self.points, *self.lines, *(tags for _, tags in self.areas)]
        return sum(tags.get(key) == value for tags in tagged)

    def buildings_by(self, key: str) -> Counter:
        return Counter(tags[key] for tags in self.building_tags if key in tags)


def read_city(path: Path) -> DrawnCity:
    """Read a file; ways with missing nodes are only counted."""
    to_metres = transformer(WGS84_SRID, PLAN_SRID)
    outlines, roads = [], []
    city = DrawnCity((180, 90, -180, -90), None, [], [], None, [], [], [], [], [])
    west, south, east, north = city.box
    for item in osmium.FileProcessor(path).with_locations():
        tags = dict(item.tags)
        if item.is_node():
            lon, lat = item.location.lon, item.location.lat
            west, south = min(west, lon), min(south, lat)
            east, north = max(east, lon), max(north, lat)
            city.node_ids.append(item.id)
            if tags:
                city.points.append(tags)
        elif item.is_way():
            if not all(node.location.valid() for node in item.nodes):
                city.incomplete += 1
                continue
            degrees = np.array([(node.lon, node.lat) for node in item.nodes])
            coords = np.column_stack(to_metres.transform(*degrees.T))
            if "building" in tags and item.is_closed() and len(coords) > 3:
                outlines.append(shapely.Polygon(coords))
                city.building_tags.append(tags)
                city.building_ids.append(item.id)
            elif "highway" in tags:
                roads.append(shapely.LineString(coords))
                city.road_tags.append(tags)
            elif item.is_closed() and len(coords) > 3:
                city.areas.append((shapely.Polygon(coords), tags))
            else:
                city.lines.append(tags)
        else:
            city.relations.append(tags)
    city.box = (west, south, east, north)
    city.buildings, city.roads = np.array(outlines), np.array(roads)
    return city


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory) -> DemoFiles:
    """The files of the demo city, made for this run."""
    return make_files(DemoOptions(), tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def drawn(demo_files) -> DrawnCity:
    """The demo city as its file holds it."""
    return read_city(demo_files.osm)
