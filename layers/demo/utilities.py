"""Networks along streets, their manholes, street lamps and cameras."""

from dataclasses import dataclass

import numpy as np
import shapely

from layers.demo import chance
from layers.demo.plan import Plan
from layers.demo.sheet import Sheet, Tags
from layers.demo.streets import HALF_WIDTH_M, StreetNet, runs

LONGEST_SEGMENT_M = 330.0
HOUSE_LEAD_M = 130.0


@dataclass(frozen=True)
class Network:
    """How one kind of network lies along streets.

    offset_m: from the axis, left positive; cover: share of streets, by zone use, `main` for
    main streets; manhole_m: distance of manholes, 0 for none.
    """

    kind: str
    tags: Tags
    offset_m: float
    cover: dict[str, float]
    materials: dict[str, float]
    diameters_mm: tuple[int, ...]
    years: tuple[int, int]
    operators: tuple[str, ...]
    locations: dict[str, float]
    manhole: str = ""
    manhole_m: float = 0.0
    prefix: str = ""


SLABS = {"centre": 0.85, "slabs5": 0.9, "slabs9": 0.9}
NETWORKS = (
    Network(
        "heat", {"man_made": "pipeline", "substance": "hot_water"}, 6.2,
        {**SLABS, "mixed": 0.45, "industry": 0.6, "private": 0.01, "main": 0.5},
        {"steel": 0.9, "insulated_steel": 0.1}, (80, 100, 150, 200, 250, 300, 400, 500),
        (1964, 2024), ("heat",), {"underground": 0.84, "overground": 0.16}, "heat", 105, "ТК",
    ),
    Network(
        "water", {"man_made": "pipeline", "substance": "water"}, 3.3,
        {**SLABS, "mixed": 0.9, "industry": 0.7, "private": 0.62, "newprivate": 0.5, "main": 0.9},
        {"cast_iron": 0.34, "steel": 0.3, "polyethylene": 0.36}, (63, 90, 110, 160, 225, 300, 400),
        (1958, 2024), ("water",), {"underground": 1.0}, "water", 150, "В",
    ),
    Network(
        "sewer", {"man_made": "pipeline", "substance": "sewage"}, -3.3,
        {**SLABS, "mixed": 0.6, "industry": 0.45, "private": 0.08, "newprivate": 0.05, "main": 0.6},
        {"ceramic": 0.26, "cast_iron": 0.24, "concrete": 0.2, "polyethylene": 0.3},
        (150, 200, 250, 300, 400, 600, 800), (1959, 2024), ("water",), {"underground": 1.0},
        "sewer", 62, "К",
    ),
    Network(
        "storm_drain", {"man_made": "pipeline", "substance": "rainwater"}, -1.4,
        {"centre": 0.4, "slabs5": 0.16, "slabs9": 0.3, "main": 0.38},
        {"concrete": 0.6, "polyethylene": 0.4}, (300, 400, 500, 600, 800, 1000), (1968, 2024),
        ("storm",), {"underground": 1.0}, "drain", 68, "Л",
    ),
    Network(
        "gas", {"man_made": "pipeline", "substance": "gas"}, 7.3,
        {"private": 0.5, "newprivate": 0.62, "mixed": 0.5, "centre": 0.3, "main": 0.3},
        {"steel": 0.42, "polyethylene": 0.58}, (32, 57, 63, 89, 110, 160, 219), (2006, 2025),
        ("gas",), {"overground": 0.5, "underground": 0.5}, "gas", 300, "Г",
    ),
    Network(
        "power", {"power": "minor_line"}, -7.4,
        {"private": 0.86, "newprivate": 0.82, "mixed": 0.7, "industry": 0.5, "main": 0.2},
        {"aluminium": 0.8, "sip": 0.2}, (), (1962, 2025), ("power",), {"overhead": 1.0},
    ),
    Network(
        "power cable", {"power": "cable"}, -6.2,
        {**SLABS, "industry": 0.3, "main": 0.42}, {"aluminium": 0.7, "copper": 0.3}, (),
        (1966, 2025), ("power",), {"underground": 1.0}, "power", 280, "Э",
    ),
    Network(
        "telecom", {"communication": "cable"}, 5.0,
        {**SLABS, "mixed": 0.35, "industry": 0.2, "private": 0.06, "main": 0.6},
        {"fibre": 0.55, "copper": 0.45}, (), (1975, 2025), ("telecom", "telecom", "fibre"),
        {"underground": 1.0}, "telecom", 95, "КС",
    ),
    Network(
        "telecom line", {"communication": "line"}, -7.9, {"private": 0.16, "newprivate": 0.3},
        {"fibre": 0.8, "copper": 0.2}, (), (2008, 2025), ("fibre", "telecom"), {"overhead": 1.0},
    ),
)  # fmt: skip
MANHOLE_STATES = {"ok": 0.925, "damaged": 0.031, "sunken": 0.03, "open": 0.014}


@dataclass
class Stretch:
    """A stretch of street that networks follow: its line and what kind of place it is."""

    line: np.ndarray
    key: np.uint64
    where: str
    road_class: str


def stretches(plan: Plan, net: StreetNet) -> list[Stretch]:
    """Streets of the town in pieces of at most LONGEST_SEGMENT_M."""
    urban = shapely.union_all([item.geom for item in plan.of("urban")])
    shapely.prepare(urban)
    zones = [zone.get("use") for zone in plan.of("zone")]
    found = []
    inside = shapely.contains(urban, shapely.centroid(net.edges))
    order = np.argsort(net.edge_street, kind="stable")
    bounds = np.searchsorted(net.edge_street[order], np.arange(len(net.streets) + 1))
    for number, street in enumerate(net.streets):
        mine = order[bounds[number] : bounds[number + 1]]
        mine = mine[inside[mine]]
        if len(mine):
            where = zones[street.zone] if street.zone >= 0 else "main"
            found += [
                Stretch(line, street.key, where, street.road_class)
                for line in runs(net.edges[mine], street.line, LONGEST_SEGMENT_M)
            ]
    return found


def networks(sheet: Sheet, found: list[Stretch], operators: dict[str, str], seed: int) -> None:
    """Draw every kind of network and its manholes."""
    streets = np.array([one.key for one in found], dtype=np.uint64)
    where = np.array([one.where for one in found], dtype=object)
    lines = shapely.linestrings(
        np.concatenate([one.line for one in found]),
        indices=np.repeat(np.arange(len(found)), [len(one.line) for one in found]),
    )
    middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    spots = chance.spots(seed, "stretch", shapely.get_x(middle), shapely.get_y(middle), 10.0)
    leads: dict[str, np.ndarray] = {}
    for network in NETWORKS:
        share = np.array([network.cover.get(w, 0.0) for w in where])
        chosen = chance.uniform(streets, network.kind) < share
        if not chosen.any():
            continue
        keys = chance.combine(spots[chosen], chance.word(network.kind))
        pipes = shapely.offset_curve(lines[chosen], network.offset_m, join_style="mitre")
        good = (shapely.get_type_id(pipes) == 1) & (shapely.length(pipes) > 15)
        pipes, keys = pipes[good], keys[good]
        tags = _segment_tags(network, keys, streets[chosen][good], operators)
        for pipe, one in zip(pipes, tags, strict=True):
            sheet.line(pipe, one)
        if network.manhole_m:
            _manholes(sheet, network, pipes, tags, keys)
        leads[network.kind] = pipes
    _house_leads(sheet, leads, operators, seed)


def _segment_tags(network: Network, keys, streets, operators: dict[str, str]) -> list[Tags]:
    """Tags of segments: a street's pipe is mostly of one age and material."""
    age = np.where(chance.uniform(keys, "relaid") < 0.25, chance.uniform(keys, "year"),
                   chance.uniform(streets, network.kind + " year"))  # fmt: skip
    years = (network.years[0] + age * (network.years[1] - network.years[0] + 1)).astype(int)
    material = chance.pick(keys, "material", network.materials)
    location = chance.pick(streets, network.kind + " location", network.locations)
    has_year = chance.uniform(keys, "has year") < 0.86
    who = (chance.uniform(streets, network.kind + " owner") * len(network.operators)).astype(int)
    diameter = np.zeros(len(keys), dtype=int)
    if network.diameters_mm:
        skewed = chance.uniform(streets, network.kind + " diameter") ** 1.6
        diameter = np.array(network.diameters_mm)[(skewed * len(network.diameters_mm)).astype(int)]
    found = []
    for i in range(len(keys)):
        tags = {**network.tags, "material": material[i], "location": location[i]}
        if diameter[i]:
            tags["diameter"] = str(diameter[i])
        if has_year[i]:
            tags["start_date"] = str(years[i])
        tags["operator"] = operators[network.operators[who[i]]]
        found.append(tags)
    return found


def _manholes(sheet: Sheet, network: Network, pipes, tags: list[Tags], keys) -> None:
    counts = np.maximum((shapely.length(pipes) / network.manhole_m).astype(int), 1)
    under = np.array([one["location"] == "underground" for one in tags])
    pipe = np.repeat(np.arange(len(pipes)), np.where(under, counts, 0))
    number = np.arange(len(pipe)) - np.searchsorted(pipe, pipe)
    own = chance.combine(keys[pipe], number)
    at = (number + chance.between(own, "at", 0.3, 0.7)) / counts[pipe]
    points = shapely.line_interpolate_point(pipes[pipe], at, normalized=True)
    state = chance.pick(own, "state", MANHOLE_STATES)
    known = chance.uniform(own, "inspected") < 0.8
    numbered = chance.uniform(own, "numbered") < 0.7
    for i, point in enumerate(points):
        found = {"man_made": "manhole", "manhole": network.manhole,
                 "operator": tags[pipe[i]]["operator"]}  # fmt: skip
        if known[i]:
            found["condition"] = state[i]
        if numbered[i]:
            found["ref"] = f"{network.prefix}-{int(own[i] % np.uint64(9000)) + 1000}"
        sheet.point(point.x, point.y, found)


def _house_leads(sheet: Sheet, leads: dict[str, np.ndarray], operators, seed: int) -> None:
    """Heat and water from the street to each apartment house."""
    homes = [
        h.geom for h in sheet.houses
        if h.tags.get("building") in ("apartments", "dormitory", "hospital", "school")
    ]  # fmt: skip
    if not homes:
        return
    centres = shapely.point_on_surface(np.array(homes, dtype=object))
    for kind, diameter, operator, shift in (
        ("heat", "80", "heat", 0.0),
        ("water", "63", "water", 2.5),
    ):
        pipes = leads.get(kind)
        if pipes is None or not len(pipes):
            continue
        house, pipe = shapely.STRtree(pipes).query_nearest(
            centres, max_distance=HOUSE_LEAD_M, all_matches=False
        )
        lines = shapely.shortest_line(centres[house], pipes[pipe])
        spots = centres[house]
        keys = chance.spots(seed, kind, shapely.get_x(spots), shapely.get_y(spots), 4.0)
        years = (1966 + 58 * chance.uniform(keys, "year")).astype(int)
        network = next(n for n in NETWORKS if n.kind == kind)
        for line, year in zip(lines, years, strict=True):
            if line.length > 12:
                coords = np.asarray(line.coords) + [shift, 0]
                sheet.line(coords, {**network.tags, "material": "steel", "diameter": diameter,
                                    "start_date": str(year), "location": "underground",
                                    "operator": operators[operator]})  # fmt: skip


def lamps(sheet: Sheet, found: list[Stretch], seed: int) -> None:
    """Lamps on lit streets, on alternating sides."""
    for one in found:
        if one.where == "main":
            spacing = 40.0
        elif one.key % np.uint64(100) < {"centre": 90, "slabs5": 70, "slabs9": 80}.get(
            one.where, 22
        ):
            spacing = 52.0
        else:
            continue
        line = shapely.LineString(one.line)
        count = int(line.length / spacing)
        if count < 1:
            continue
        side = HALF_WIDTH_M.get(one.road_class, 8.5) - 3.5
        at = (np.arange(count) + 0.5) * line.length / count
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, at + 0.5))
        step = ahead - points
        step /= np.maximum(np.hypot(*step.T), 1e-9)[:, None]
        turn = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)[:, None]
        spots = points + np.column_stack([-step[:, 1], step[:, 0]]) * side * turn
        for x, y in spots:
            sheet.point(x, y, {"highway": "street_lamp", "support": "pole"})


CAMERAS = 300


def cameras(sheet: Sheet, net: StreetNet, plan: Plan, seed: int) -> None:
    """Cameras at the busiest crossings and at schools."""
    busy = np.isin(net.edge_class(), ["trunk", "primary", "secondary", "tertiary"])
    ends = np.vstack(
        [shapely.get_coordinates(shapely.get_point(net.edges[busy], place)) for place in (0, -1)]
    ).round(2)
    crossings, count = np.unique(ends, axis=0, return_counts=True)
    crossings = crossings[count >= 3]
    urban = shapely.union_all([item.geom for item in plan.of("urban")])
    crossings = crossings[shapely.contains_xy(urban, *crossings.T)]
    keys = chance.spots(seed, "camera", *crossings.T)
    order = np.argsort(chance.uniform(keys, "busy"), kind="stable")
    schools = [
        h.geom.centroid.coords[0] for h in sheet.houses
        if h.tags.get("building") in ("school", "kindergarten", "hospital")
    ]  # fmt: skip
    spots: list[tuple[float, float, float, Tags]] = []
    for x, y in schools[:60]:
        spots.append((x + 16, y + 9, 200.0, {"camera:type": "dome", "camera:mount": "wall"}))
    for which in range(4):
        for index in order:
            key = chance.combine(keys[index : index + 1], which)
            if chance.uniform(key, "there")[0] < 0.75 - 0.14 * which:
                turn = np.pi / 4 + np.pi / 2 * which
                x, y = crossings[index] + 15 * np.array([np.cos(turn), np.sin(turn)])
                facing = (270.0 - np.degrees(turn)) % 360
                fixed = chance.uniform(key, "fixed")[0] < 0.7
                spots.append((x, y, facing, {"camera:type": "fixed" if fixed else "panning",
                                             "camera:mount": "pole"}))  # fmt: skip
    for x, y, facing, tags in spots[:CAMERAS]:
        sheet.point(x, y, {"man_made": "surveillance", "surveillance:type": "camera",
                           "camera:direction": str(round(facing)), **tags})  # fmt: skip
