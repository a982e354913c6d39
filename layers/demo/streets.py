"""Streets and blocks: main streets from the plan, side streets as warped grids inside faces.

Main streets, the town's edge and the railway cut the town into faces; a face takes the zone
that covers most of it; the zone's grid lines, cut by the face, are its side streets. All is
noded once; blocks are the polygons of the resulting edges.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.strtree import STRtree

from layers.demo import chance
from layers.demo.plan import Plan, PlanFeature
from layers.demo.shapes import biggest_part

SNAP_M = 0.01
# Half the width of the ground that a street takes, from its axis to the fronts, metres.
HALF_WIDTH_M = {
    "trunk": 22.0,
    "primary": 20.0,
    "secondary": 16.0,
    "tertiary": 13.0,
    "unclassified": 10.0,
    "residential": 8.5,
}
RAIL_HALF_WIDTH_M = 16.0
TRACK_GAP_M = 5.3
MIN_BLOCK_M2 = 1200.0
# Zones where single stretches of side street are left out, and how often.
MISSING_STRETCHES = {"private": 0.07, "newprivate": 0.05, "mixed": 0.16, "centre": 0.14}
MISSING_STRETCHES |= {"slabs5": 0.16, "slabs9": 0.22, "industry": 0.25}


@dataclass
class Street:
    """A street with one name; `line` is its whole course (metres), gaps included."""

    key: np.uint64
    road_class: str
    line: LineString
    zone: int = -1
    name_ru: str = ""
    name_kk: str = ""
    old_name: str = ""
    ref: str = ""


@dataclass
class Block:
    """Ground between streets. `inner` is what is left of it behind the fronts."""

    polygon: Polygon
    inner: Polygon
    zone: PlanFeature | None
    key: np.uint64
    use: str = ""
    area: PlanFeature | None = None


@dataclass
class StreetNet:
    """Noded edges (n,), the street of each, and the blocks between them."""

    streets: list[Street]
    edges: np.ndarray
    edge_street: np.ndarray
    blocks: list[Block] = field(default_factory=list)

    def edge_class(self) -> np.ndarray:
        """Road class of each edge (n,)."""
        classes = np.array([street.road_class for street in self.streets], dtype=object)
        return classes[self.edge_street]


def rail_corridor(plan: Plan) -> shapely.Geometry:
    """The railway's ground: main line, branch and station yard."""
    parts = [
        item.geom.buffer(RAIL_HALF_WIDTH_M + item.get("tracks", 1) * TRACK_GAP_M / 2)
        for item in plan.of("rail")
        if item.get("role") != "siding"
    ]
    return shapely.union_all(parts)


def river_polygon(plan: Plan) -> shapely.Geometry:
    """The river's water: its course widened here and narrowed there."""
    parts = []
    for item in plan.of("river"):
        line = item.geom.segmentize(60.0)
        points = np.asarray(line.coords)
        width = item.get("width_m", 80.0) * (
            1 + 0.22 * np.sin(points[:, 1] / 410.0) + 0.15 * np.sin(points[:, 0] / 170.0)
        )
        pieces = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1))
        parts.append(shapely.union_all(shapely.buffer(pieces, (width[:-1] + width[1:]) / 4)))
    return shapely.union_all(parts).intersection(plan.cell)


def main_streets(plan: Plan, seed: int) -> list[Street]:
    """The plan's own streets, in the plan's order."""
    return [
        Street(
            key=chance.word(seed, plan.number, "main", item.name_ru, number),
            road_class=item.get("class", "tertiary"),
            line=item.geom,
            name_ru=item.name_ru,
            name_kk=item.name_kk,
            old_name=item.get("old_name", ""),
            ref=item.get("ref", ""),
        )
        for number, item in enumerate(plan.of("street"))
    ]


def _faces(plan: Plan, mains: list[Street]) -> np.ndarray:
    urban = shapely.union_all([item.geom for item in plan.of("urban")])
    corridor = rail_corridor(plan)
    lines = [street.line for street in mains] + [urban.boundary, corridor.boundary]
    noded = shapely.union_all(lines, grid_size=SNAP_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(faces)
    shapely.prepare(urban)
    shapely.prepare(corridor)
    return faces[
        shapely.contains(urban, inside)
        & ~shapely.contains(corridor, inside)
        & (shapely.area(faces) > 4000)
    ]


def zone_of(polygons: np.ndarray, zones: list[PlanFeature]) -> np.ndarray:
    """For each polygon the number of the zone that covers most of it, or -1."""
    best = np.full(len(polygons), -1)
    share = np.zeros(len(polygons))
    if not zones or not len(polygons):
        return best
    shapes = np.array([zone.geom for zone in zones])
    which, zone = STRtree(shapes).query(polygons, "intersects")
    cover = shapely.area(shapely.intersection(polygons[which], shapes[zone]))
    for w, z, c in zip(which, zone, cover, strict=True):
        if c > share[w] + 1e-6:
            share[w], best[w] = c, z
    best[share < 0.25 * shapely.area(polygons)] = -1
    return best


def _warp(points: np.ndarray, zone: PlanFeature, seed: int) -> np.ndarray:
    """Bend straight grid lines: neighbours bend together, so none cross."""
    size = 42.0 if zone.get("rough") else 16.0
    wave = 520.0 if zone.get("rough") else 900.0
    phase = 2 * np.pi * chance.uniform(
        np.full(4, chance.word(seed, "warp", round(wave))), "phase"
    ) + np.arange(4)
    x, y = points[..., 0], points[..., 1]
    shift = np.stack(
        [
            np.sin(y / wave + phase[0]) + 0.5 * np.sin((x + y) / (1.7 * wave) + phase[1]),
            np.sin(x / wave + phase[2]) + 0.5 * np.sin((x - y) / (1.9 * wave) + phase[3]),
        ],
        axis=-1,
    )
    return points + size * shift


def grid_lines(
    zone: PlanFeature, seed: int, outline: Polygon | None = None
) -> list[tuple[str, int, LineString]]:
    """The zone's grid: (`along` or `across`, number, line) over the whole of its outline."""
    angle = np.radians(zone.get("angle", 0.0))
    u = np.array([np.cos(angle), np.sin(angle)])
    v = np.array([-u[1], u[0]])
    outline = outline or zone.geom
    centre = np.array(outline.centroid.coords[0])
    ring = np.asarray(outline.exterior.coords) - centre
    reach = np.hypot(*ring.T).max() + 400
    steps = np.arange(-reach, reach, 60.0)
    found = []
    for name, direction, offset_by, spacing in (
        ("along", u, v, zone.get("block_w", 110)),
        ("across", v, u, zone.get("block_l", 220)),
    ):
        count = int(reach / spacing) + 1
        numbers = np.arange(-count, count + 1)
        key = chance.word(seed, zone.name_ru, round(centre[0] / 50), round(centre[1] / 50), name)
        keys = chance.combine(numbers.astype(np.int64).astype(np.uint64), key)
        offsets = (numbers + 0.36 * (chance.uniform(keys, "offset") - 0.5)) * spacing
        for number, offset in zip(numbers, offsets, strict=True):
            straight = centre + offset_by * offset + direction * steps[:, None]
            found.append((name, int(number), LineString(_warp(straight, zone, seed))))
    return found


def _side_streets(
    plan: Plan, faces: np.ndarray, face_zone: np.ndarray, seed: int
) -> tuple[list[Street], list[LineString], list[int]]:
    """Grid streets and their pieces inside faces: (streets, pieces, street of each piece)."""
    streets: list[Street] = []
    pieces: list[LineString] = []
    owner: list[int] = []
    for number, zone in enumerate(plan.of("zone")):
        mine = faces[face_zone == number]
        if not len(mine):
            continue
        rings = shapely.boundary(mine)
        spacing = {"along": zone.get("block_w", 110), "across": zone.get("block_l", 220)}
        everything = shapely.convex_hull(shapely.union_all(mine))
        for name, index, line in grid_lines(zone, seed, everything):
            found = []
            for face, ring in zip(mine, rings, strict=True):
                if not line.intersects(face):
                    continue
                for part in shapely.get_parts(face.intersection(line)):
                    if part.geom_type != "LineString" or part.length < 70:
                        continue
                    middle = shapely.line_interpolate_point(
                        part, np.array([0.25, 0.5, 0.75]), normalized=True
                    )
                    if shapely.distance(middle, ring).mean() >= 0.36 * spacing[name]:
                        found.append(part)
            if found:
                start = line.coords[0]
                key = chance.word(seed, plan.number, zone.name_ru, name, index, round(start[0], -1))
                streets.append(Street(key=key, road_class="residential", line=line, zone=number))
                pieces.extend(found)
                owner.extend([len(streets) - 1] * len(found))
    return streets, pieces, owner


def _nodes_edges(lines: list[LineString]) -> tuple[np.ndarray, np.ndarray]:
    """Edges between the crossings of `lines`, and for each the line that it lies on."""
    noded = shapely.get_parts(shapely.union_all(lines, grid_size=SNAP_M))
    middle = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    return noded, STRtree(np.array(lines)).nearest(middle)


def build_streets(plan: Plan, seed: int) -> StreetNet:
    """The whole street network of the town with its blocks (uses not yet assigned)."""
    mains = main_streets(plan, seed)
    faces = _faces(plan, mains)
    zones = plan.of("zone")
    face_zone = zone_of(faces, zones)
    sides, pieces, owner = _side_streets(plan, faces, face_zone, seed)
    streets = mains + sides
    lines = [street.line for street in mains] + pieces
    line_street = np.array([*range(len(mains)), *(len(mains) + np.array(owner, dtype=int))])
    edges, line = _nodes_edges(lines)
    edge_street = line_street[line]
    keep = _kept_edges(plan, edges, edge_street, streets, seed)
    net = StreetNet(streets=streets, edges=edges[keep], edge_street=edge_street[keep])
    net.blocks = _blocks(plan, net, faces, face_zone, seed)
    return net


def _kept_edges(plan, edges, edge_street, streets, seed) -> np.ndarray:
    """Leave out side streets inside parks and campuses, and some stretches for irregularity."""
    side = np.array([street.zone >= 0 for street in streets])[edge_street]
    middle = shapely.line_interpolate_point(edges, 0.5, normalized=True)
    areas = shapely.union_all([item.geom for item in plan.of("area")])
    shapely.prepare(areas)
    keep = ~(side & shapely.contains(areas, middle))
    zones = [zone.get("use") for zone in plan.of("zone")]
    rate = np.array(
        [MISSING_STRETCHES.get(zones[s.zone], 0.0) if s.zone >= 0 else 0.0 for s in streets]
    )[edge_street]
    keys = chance.spots(seed, "stretch", shapely.get_x(middle), shapely.get_y(middle), 5.0)
    return keep & (chance.uniform(keys, "missing") >= rate)


def _blocks(
    plan: Plan, net: StreetNet, faces: np.ndarray, face_zone: np.ndarray, seed: int
) -> list[Block]:
    noded = shapely.union_all([*net.edges, *shapely.boundary(faces)], grid_size=SNAP_M)
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = shapely.point_on_surface(polygons)
    face_of = np.full(len(polygons), -1)
    block, face = STRtree(faces).query(inside, "within")
    face_of[block] = face
    good = (face_of >= 0) & (shapely.area(polygons) > MIN_BLOCK_M2)
    polygons, zone = polygons[good], face_zone[face_of[good]]
    inner = _behind_fronts(polygons, net)
    zones = plan.of("zone")
    centre = shapely.centroid(polygons)
    keys = chance.spots(seed, "block", shapely.get_x(centre), shapely.get_y(centre), 10.0)
    return [
        Block(
            polygon=polygon,
            inner=part,
            zone=zones[z] if z >= 0 else None,
            key=key,
        )
        for polygon, part, z, key in zip(polygons, inner, zone, keys, strict=True)
    ]


def _behind_fronts(polygons: np.ndarray, net: StreetNet) -> np.ndarray:
    """Blocks less the ground of the streets around them."""
    width = np.array([HALF_WIDTH_M.get(c, 8.5) for c in net.edge_class()])
    taken = shapely.buffer(net.edges, width, quad_segs=2, cap_style="square")
    block, edge = STRtree(taken).query(polygons, "intersects")
    inner = shapely.buffer(polygons, -3.0, join_style="mitre")
    order = np.argsort(block, kind="stable")
    block, edge = block[order], edge[order]
    starts = np.searchsorted(block, np.arange(len(polygons) + 1))
    for index in range(len(polygons)):
        mine = edge[starts[index] : starts[index + 1]]
        if len(mine):
            inner[index] = inner[index].difference(shapely.union_all(taken[mine]))
    return np.array([biggest_part(geometry) for geometry in inner], dtype=object)


def runs(edges: np.ndarray, course: LineString, longest_m: float) -> list[np.ndarray]:
    """Join edges of one street end to end, cut every `longest_m`; coordinates (n, 2) each."""
    ordered = edges[np.argsort(shapely.line_locate_point(course, shapely.centroid(edges)))]
    found: list[list[np.ndarray]] = []
    length = 0.0
    for edge in ordered:
        coords = np.asarray(edge.coords)
        start, end = shapely.line_locate_point(course, shapely.points(coords[[0, -1]]))
        if start > end:
            coords = coords[::-1]
        if found and length < longest_m and np.allclose(found[-1][-1][-1], coords[0], atol=0.02):
            found[-1].append(coords[1:])
            length += edge.length
        else:
            found.append([coords])
            length = edge.length
    return [np.vstack(parts) for parts in found]
