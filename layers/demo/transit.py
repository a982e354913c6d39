"""Ten bus routes: paths over the street network, stops on both sides, a GTFS feed."""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely import LineString

from citymap.geo import WGS84_SRID, transformer
from layers.demo import chance
from layers.demo.plan import PLAN_SRID, Plan
from layers.demo.sheet import Sheet
from layers.demo.streets import StreetNet

STOP_EVERY_M = 440.0
STOP_SIDE_M = 9.5
STAGGER_M = 24.0
# Driving through side streets counts as so much longer.
DETOUR = {"trunk": 1.0, "primary": 1.0, "secondary": 1.0, "tertiary": 1.1, "residential": 2.6}
SPEED_MPS = 6.4
LANDMARK_M = 230.0
LANDMARKS = ("park", "hospital", "campus", "stadium", "market", "square", "power_plant")
# Everything in the feed is of this period, so that the same seed gives the same bytes.
FEED_DATES = ("20260101", "20271231")
ZIP_TIME = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Stop:
    """A pole: id, names, position in metres, and the direction of travel past it."""

    id: str
    name_ru: str
    name_kk: str
    xy: np.ndarray


@dataclass
class Route:
    """A route with its course and stops, out (0) and back (1)."""

    id: str
    number: str
    name: str
    carrier: int
    courses: list[LineString] = field(default_factory=list)
    stops: list[list[int]] = field(default_factory=list)
    at: list[np.ndarray] = field(default_factory=list)


@dataclass
class Transit:
    """A city's poles, used or not, and its routes."""

    stops: list[Stop]
    routes: list[Route]


class _Graph:
    """Shortest paths along streets."""

    def __init__(self, net: StreetNet) -> None:
        self.edges = net.edges
        ends = np.stack(
            [shapely.get_coordinates(shapely.get_point(net.edges, i)) for i in (0, -1)]
        ).round(2)
        self.nodes, index = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
        self.start, self.end = index.reshape(2, -1)
        weight = shapely.length(net.edges) * np.array(
            [DETOUR.get(c, 1.4) for c in net.edge_class()]
        )
        n = len(self.nodes)
        self.edge_of = {}
        for number, (a, b) in enumerate(zip(self.start.tolist(), self.end.tolist(), strict=True)):
            for pair in ((a, b), (b, a)):
                if pair not in self.edge_of or weight[number] < weight[self.edge_of[pair]]:
                    self.edge_of[pair] = number
        pairs = np.array(list(self.edge_of))
        self.matrix = csr_matrix(
            (weight[list(self.edge_of.values())], (pairs[:, 0], pairs[:, 1])), shape=(n, n)
        )
        _, part = connected_components(self.matrix, directed=False)
        self.joined = np.flatnonzero(part == np.argmax(np.bincount(part)))

    def nearest(self, xy: np.ndarray) -> int:
        """The node of the network nearest to a position (2,); pockets are left out."""
        away = np.hypot(*(self.nodes[self.joined] - xy).T)
        return int(self.joined[np.argmin(away)])

    def path(self, a: int, b: int) -> tuple[LineString | None, list[int]]:
        """The way from node a to node b and its edges; (None, []) when there is none."""
        _, before = dijkstra(self.matrix, indices=a, return_predecessors=True)
        nodes = [b]
        while nodes[-1] != a:
            step = int(before[nodes[-1]])
            if step < 0:
                return None, []
            nodes.append(step)
        nodes.reverse()
        parts, used = [], []
        for u, v in zip(nodes[:-1], nodes[1:], strict=True):
            edge = self.edge_of[(u, v)]
            coords = np.asarray(self.edges[edge].coords)
            parts.append(coords if self.start[edge] == u else coords[::-1])
            used.append(edge)
        return (LineString(np.vstack(parts)), used) if parts else (None, [])


def build_transit(sheet: Sheet, plan: Plan, net: StreetNet, seed: int) -> Transit:
    """Routes and stops; stops are drawn on the sheet as `highway=bus_stop`."""
    graph = _Graph(net)
    terminals = {item.name_ru: np.array(item.geom.coords[0]) for item in plan.of("terminal")}
    routes: list[Route] = []
    used: set[int] = set()
    for item in plan.of("bus_route"):
        start, end = item.get("from_stop"), item.get("to_stop")
        course, edges = graph.path(graph.nearest(terminals[start]), graph.nearest(terminals[end]))
        if course is None:
            continue
        used.update(edges)
        number = item.get("number")
        route = Route(
            f"r{plan.number}-{number}", number, f"{start} — {end}", len(routes) % 2,
            [course, LineString(np.asarray(course.coords)[::-1])],
        )  # fmt: skip
        routes.append(route)
    stops = _stops(plan, net, sorted(used))
    poles = shapely.points([stop.xy for stop in stops])
    for route in routes:
        for course in route.courses:
            called, at = _called(course, poles)
            route.stops.append(called)
            route.at.append(at)
    wanted = sorted({index for route in routes for called in route.stops for index in called})
    for index in wanted:
        stop = stops[index]
        sheet.point(*stop.xy, {
            "highway": "bus_stop", "public_transport": "platform", "bus": "yes",
            "name": stop.name_ru, "name:ru": stop.name_ru, "name:kk": stop.name_kk,
            "ref": stop.id, "shelter": "yes" if chance.word(seed, stop.id) % np.uint64(3) else "no",
        })  # fmt: skip
    return Transit(stops, routes)


def _stops(plan: Plan, net: StreetNet, used: list[int]) -> list[Stop]:
    """Pairs of poles along the streets that buses use, at even steps of each street."""
    landmarks = [
        (item.geom, item.name_ru, item.name_kk)
        for item in plan.of("area")
        if item.get("use") in LANDMARKS and item.name_ru
    ]
    terminals = [
        (item.geom.buffer(60), item.name_ru, item.get("name_kk") or item.name_ru)
        for item in plan.of("terminal")
    ]
    cross = shapely.STRtree(net.edges)
    edges = net.edges[used]
    street_of = net.edge_street[used]
    found: list[Stop] = []
    for number in sorted(set(street_of.tolist())):
        street = net.streets[number]
        mine = edges[street_of == number]
        spans = np.sort(
            [sorted(street.line.project(shapely.get_point(e, i)) for i in (0, -1)) for e in mine],
            axis=0,
        )
        first, last = spans[0][0], spans[-1][1]
        steps = np.arange(np.ceil(first / STOP_EVERY_M), np.floor(last / STOP_EVERY_M) + 1)
        for step in steps * STOP_EVERY_M:
            if not any(a - 1 <= step <= b + 1 for a, b in spans):
                continue
            here = np.array(street.line.interpolate(step).coords[0])
            ahead = np.array(street.line.interpolate(step + 1).coords[0])
            along = (ahead - here) / max(np.hypot(*(ahead - here)), 1e-9)
            right = np.array([along[1], -along[0]])
            ru, kk = _stop_name(here, number, net, cross, terminals + landmarks)
            for side, turn in (("a", 1.0), ("b", -1.0)):
                xy = here + turn * (right * STOP_SIDE_M + along * STAGGER_M)
                code = chance.word("stop", round(xy[0]), round(xy[1])) % np.uint64(10**8)
                found.append(Stop(f"{int(code):08d}{side}", ru, kk, xy))
    return found


def _stop_name(here, number, net, cross, landmarks) -> tuple[str, str]:
    point = shapely.Point(here)
    near = min(landmarks, key=lambda mark: mark[0].distance(point), default=None)
    if near and near[0].distance(point) < LANDMARK_M:
        return near[1], near[2]
    for edge in sorted(cross.query(point.buffer(330), "intersects"),
                       key=lambda e: net.edges[e].distance(point)):  # fmt: skip
        street = net.streets[net.edge_street[edge]]
        if net.edge_street[edge] != number and street.name_ru and street.road_class != "trunk":
            return street.name_ru, street.name_kk
    own = net.streets[number]
    return own.name_ru or "Остановка", own.name_kk or "Аялдама"


def _called(course: LineString, poles: np.ndarray) -> tuple[list[int], np.ndarray]:
    """Poles on the right-hand side of a course in order, and where along it (m)."""
    near = np.flatnonzero(shapely.dwithin(course, poles, STOP_SIDE_M + 3))
    at = shapely.line_locate_point(course, poles[near])
    here = shapely.get_coordinates(shapely.line_interpolate_point(course, np.maximum(at - 1, 0)))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(course, at + 1))
    step, off = ahead - here, shapely.get_coordinates(poles[near]) - here
    right = step[:, 0] * off[:, 1] - step[:, 1] * off[:, 0] < 0
    inner = right & (at > 1) & (at < course.length - 1)
    order = np.argsort(at[inner], kind="stable")
    return near[inner][order].tolist(), at[inner][order]


def write_gtfs(
    path: Path, transits: list[Transit], carriers: Iterable[tuple[str, str, str]]
) -> None:
    """The feed of all cities. carriers: (id, name, phone) of the agencies, in order."""
    to_degrees = transformer(PLAN_SRID, WGS84_SRID).transform
    tables: dict[str, list[str]] = {
        "agency": ["agency_id,agency_name,agency_url,agency_timezone,agency_lang,agency_phone"],
        "stops": ["stop_id,stop_name,stop_lat,stop_lon"],
        "routes": ["route_id,agency_id,route_short_name,route_long_name,route_type,route_color"],
        "trips": ["route_id,service_id,trip_id,trip_headsign,direction_id,shape_id"],
        "stop_times": ["trip_id,arrival_time,departure_time,stop_id,stop_sequence"],
        "shapes": ["shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence"],
        "calendar": [
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date",
            f"all,1,1,1,1,1,1,1,{FEED_DATES[0]},{FEED_DATES[1]}",
        ],
        "feed_info": [
            "feed_publisher_name,feed_publisher_url,feed_lang,feed_id,feed_version",
            "Citymap demo,https://citymap.invalid/,ru,demo,1",
        ],
    }
    agencies = list(carriers)
    for agency, name, phone in agencies:
        tables["agency"].append(
            f'{agency},"{name}",https://{agency}.invalid/,Asia/Almaty,ru,{phone}'
        )
    for transit in transits:
        calls = {i for route in transit.routes for called in route.stops for i in called}
        for index in sorted(calls):
            stop = transit.stops[index]
            lon, lat = to_degrees(*stop.xy)
            tables["stops"].append(f'{stop.id},"{stop.name_ru}",{lat:.7f},{lon:.7f}')
        for route in transit.routes:
            _route_tables(tables, route, transit, agencies[route.carrier][0], to_degrees)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            info = zipfile.ZipInfo(f"{name}.txt", ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            text = io.StringIO()
            text.write("\r\n".join(rows) + "\r\n")
            archive.writestr(info, text.getvalue())


COLORS = ("C62828", "1565C0", "2E7D32", "6A1B9A", "EF6C00", "00838F", "AD1457", "4E342E", "37474F",
          "9E9D24")  # fmt: skip


def _route_tables(tables, route: Route, transit: Transit, agency: str, to_degrees) -> None:
    color = COLORS[int(chance.word(route.number) % np.uint64(len(COLORS)))]
    tables["routes"].append(f'{route.id},{agency},{route.number},"{route.name}",700,{color}')
    for direction, (course, called, at) in enumerate(
        zip(route.courses, route.stops, route.at, strict=True)
    ):
        shape = f"{route.id}-{direction}"
        coords = np.asarray(course.coords)
        for number, (lon, lat) in enumerate(zip(*to_degrees(*coords.T), strict=True), start=1):
            tables["shapes"].append(f"{shape},{lat:.7f},{lon:.7f},{number}")
        ends = route.name.split(" — ")
        headsign = ends[1 - direction]
        every = 11 + int(chance.word(route.number, "headway") % np.uint64(14))
        for trip, start in enumerate(range(6 * 60 + 10, 22 * 60 + 30, every)):
            trip_id = f"{shape}-{trip}"
            tables["trips"].append(f'{route.id},all,{trip_id},"{headsign}",{direction},{shape}')
            for number, (index, metres) in enumerate(zip(called, at, strict=True), start=1):
                seconds = start * 60 + int(metres / SPEED_MPS) + 18 * number
                clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
                tables["stop_times"].append(
                    f"{trip_id},{clock},{clock},{transit.stops[index].id},{number}"
                )
