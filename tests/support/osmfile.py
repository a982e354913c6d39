"""Small OpenStreetMap files made by hand, for tests of the import."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
import osmium.io
from osmium.osm import Box
from osmium.osm.mutable import Node, Relation, Way

# The middle of the test city, degrees.
LON, LAT = 69.15, 54.87
Tags = Mapping[str, str]


class OsmFile:
    """Collects objects, then writes them in the order that OSM files have.

    Positions are given in thousandths of a degree from the middle of the city.
    """

    def __init__(self, box: tuple[float, float, float, float] | None = (69.0, 54.8, 69.3, 55.0)):
        self.box = box
        self.nodes: dict[int, Node] = {}
        self.ways: dict[int, Way] = {}
        self.relations: dict[int, Relation] = {}

    def point(self, x: float, y: float, **tags: str) -> int:
        """A node; `tags` take `__` for the colon: `addr__street="Мира"`."""
        return self.node(len(self.nodes) + 1, x, y, _tags(tags))

    def node(self, number: int, x: float, y: float, tags: Tags | None = None) -> int:
        where = (LON + x / 1000, LAT + y / 1000)
        self.nodes[number] = Node(id=number, version=1, location=where, tags=dict(tags or {}))
        return number

    def way(self, nodes: Sequence[int], **tags: str) -> int:
        number = len(self.ways) + 1
        self.ways[number] = Way(id=number, version=1, nodes=list(nodes), tags=_tags(tags))
        return number

    def line(self, *points: tuple[float, float], **tags: str) -> int:
        """An open way along the points."""
        return self.way([self.point(x, y) for x, y in points], **tags)

    def ring(self, *points: tuple[float, float], **tags: str) -> int:
        """A closed way along the points."""
        nodes = [self.point(x, y) for x, y in points]
        return self.way([*nodes, nodes[0]], **tags)

    def square(self, x: float, y: float, side: float = 0.2, **tags: str) -> int:
        """A closed way around a square with its south-west corner at x, y."""
        return self.ring((x, y), (x + side, y), (x + side, y + side), (x, y + side), **tags)

    def relation(self, members: Sequence[tuple[str, int, str]], **tags: str) -> int:
        number = len(self.relations) + 1
        self.relations[number] = Relation(
            id=number, version=1, members=list(members), tags=_tags(tags)
        )
        return number

    def write(self, path: Path) -> Path:
        """Write the file; its name says the format."""
        header = osmium.io.Header()
        if self.box:
            header.add_box(Box(*self.box))
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path), header=header) as writer:
            for node in sorted(self.nodes.values(), key=lambda item: item.id):
                writer.add_node(node)
            for way in sorted(self.ways.values(), key=lambda item: item.id):
                writer.add_way(way)
            for relation in sorted(self.relations.values(), key=lambda item: item.id):
                writer.add_relation(relation)
        return path


def _tags(tags: Tags) -> dict[str, str]:
    return {key.replace("__", ":"): value for key, value in tags.items()}
