"""What a city is drawn on: points, lines and areas with tags, in metres."""

from dataclasses import dataclass, field

import numpy as np
import shapely

Tags = dict[str, str]


@dataclass
class House:
    """A building before it has an address. `front` is the middle of its street side."""

    geom: shapely.Polygon
    tags: Tags
    front: tuple[float, float]
    wants_address: bool = True
    society: str = ""


@dataclass
class Sheet:
    """Everything of one city; turned into OSM nodes, ways and relations at the end."""

    points: list[tuple[float, float, Tags]] = field(default_factory=list)
    lines: list[tuple[np.ndarray, Tags]] = field(default_factory=list)
    areas: list[tuple[shapely.Polygon, Tags]] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)

    def point(self, x: float, y: float, tags: Tags) -> None:
        """Draw a tagged point."""
        self.points.append((float(x), float(y), tags))

    def line(self, line: shapely.LineString | np.ndarray, tags: Tags) -> None:
        """Draw a line; (n, 2) or a LineString."""
        coords = line if isinstance(line, np.ndarray) else np.asarray(line.coords)
        self.lines.append((coords, tags))

    def area(self, geometry: shapely.Geometry, tags: Tags) -> None:
        """Each polygon of `geometry` becomes an object of its own."""
        for part in shapely.get_parts(geometry):
            if part.geom_type == "Polygon" and part.area > 1.0:
                self.areas.append((part, tags))

    def house(
        self,
        geom: shapely.Polygon,
        tags: Tags,
        *,
        front: np.ndarray | None = None,
        wants_address: bool = True,
        society: str = "",
    ) -> None:
        """Draw a building; without `front` its middle stands for its street side."""
        if front is None:
            centre = geom.centroid
            front = np.array([centre.x, centre.y])
        self.houses.append(
            House(geom, tags, (float(front[0]), float(front[1])), wants_address, society)
        )
