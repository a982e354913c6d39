"""The apartment rule: which buildings are apartment houses, and how many flats they hold.

Pure and vectorised: arrays of one value per building in, arrays out. Why the rule is what it
is, with its calibration on the real city and its sources: docs/adr/0201-apartment-rule.md.

All geometries are in the city CRS (metres), all areas in m2.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from layers.choices import CLOSED_GROUNDS, Basis, BuildingUse, LandUseKind

# Gross floor area (outline times storeys) for one flat: seven houses of the real city whose
# entrances all state their flats have 624 on 43,900 m2.
GROSS_AREA_PER_FLAT_M2 = 70.0
# An untagged house is an apartment house only with this outline and no less ...
MIN_OUTLINE_M2 = 400.0
# ... and as deep as apartment houses are: 93 % of the tagged ones are 10 to 18 m deep.
MIN_DEPTH_M, MAX_DEPTH_M = 10.0, 18.0
# Apartment houses stand in groups: an untagged one is believed only this near to a known one.
NEAR_KNOWN_M = 200.0
NEAR_KNOWN_OFF_RESIDENTIAL_M = 100.0
# `building=yes` with so many storeys and no other use is an apartment house.
MIN_LEVELS = 3
# `building=residential` is an apartment house from these on, else a private house.
RESIDENTIAL_MIN_LEVELS, RESIDENTIAL_MIN_OUTLINE_M2 = 2, 300.0
# Missing storeys are taken from known apartment houses within this reach ...
NEIGHBOUR_LEVELS_M = 150.0
# ... or else from the commonest height of tagged and of untagged apartment houses.
USUAL_LEVELS_TAGGED, USUAL_LEVELS_INFERRED = 5.0, 2.0
# Addressed houses of this outline that are not apartments are private houses; small ones
# without an address are outbuildings.
HOUSE_OUTLINE_M2 = (25.0, 400.0)
OUTBUILDING_MAX_M2 = 60.0

APARTMENT_USES = (BuildingUse.APARTMENTS, BuildingUse.DORMITORY)
# Grounds where a building is what the ground is, when its own tags say nothing.
_USE_OF_GROUND = {
    LandUseKind.GARAGES: BuildingUse.GARAGE,
    LandUseKind.INDUSTRIAL: BuildingUse.INDUSTRIAL,
    LandUseKind.RAILWAY: BuildingUse.INDUSTRIAL,
    LandUseKind.EDUCATION: BuildingUse.EDUCATION,
    LandUseKind.KINDERGARTEN: BuildingUse.KINDERGARTEN,
    LandUseKind.HEALTH: BuildingUse.HEALTH,
    LandUseKind.COMMERCIAL: BuildingUse.COMMERCIAL,
}
_NOT_LIVED_ON = (*CLOSED_GROUNDS, LandUseKind.COMMERCIAL, LandUseKind.PARKING, LandUseKind.PARK)


@dataclass(frozen=True, kw_only=True, slots=True)
class Buildings:
    """One value per building, (n,) each.

    use: BuildingUse as the tags state it; UNKNOWN when they do not.
    residential: tagged as dwellings without saying which (`building=residential`).
    plain: no tag says what it is for (`building=yes` and nothing else).
    levels: storeys, NaN when not stated. flats: stated flats, NaN when not stated.
    addressed: has a house number.
    geometries: outlines.
    """

    use: np.ndarray
    residential: np.ndarray
    plain: np.ndarray
    levels: np.ndarray
    flats: np.ndarray
    addressed: np.ndarray
    geometries: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What lies around: grounds (m,) with their LandUseKind, and positions (k,) of things that
    exclude flats where they are (schools, clinics, hotels ... mapped as points)."""

    ground_kinds: np.ndarray
    grounds: np.ndarray
    institutions: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """(n,) each: use and its basis; flats (NaN: not an apartment house) and their basis."""

    use: np.ndarray
    use_basis: np.ndarray
    apartments: np.ndarray
    apartments_basis: np.ndarray


def judge(buildings: Buildings, around: Surroundings) -> Verdict:
    """Use and flats of every building; what the tags state is never overruled."""
    use = np.array(buildings.use, dtype=object)
    basis = np.where(use == BuildingUse.UNKNOWN, Basis.NONE, Basis.STATED).astype(object)
    outline_m2 = shapely.area(buildings.geometries)
    ground = ground_of(shapely.centroid(buildings.geometries), around)
    houses = _inferred_apartments(buildings, around, outline_m2, ground)
    for value, where in (
        (BuildingUse.APARTMENTS, houses),
        *_other_uses(buildings, outline_m2, ground),
    ):
        unsaid = where & (basis == Basis.NONE)
        use[unsaid] = value
        basis[unsaid] = Basis.INFERRED
    flats, flats_basis = count_flats(buildings, np.isin(use, APARTMENT_USES), basis)
    return Verdict(use=use, use_basis=basis, apartments=flats, apartments_basis=flats_basis)


def depth_and_length(geometries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sides, short and long, of the rectangle with the same area and perimeter, metres.

    For L-, U- and O-shaped houses the short side is the depth of their wings, which the
    enclosing rectangle would not show.
    """
    quarter = shapely.length(geometries) / 4
    root = np.sqrt(np.maximum(quarter**2 - shapely.area(geometries), 0))
    return quarter - root, quarter + root


def ground_of(points: np.ndarray, around: Surroundings) -> np.ndarray:
    """(n,) kind of the smallest ground that each point lies in, '' for none."""
    found = np.full(len(points), "", dtype=object)
    if not len(around.grounds) or not len(points):
        return found
    rows, grounds = shapely.STRtree(around.grounds).query(points, predicate="within")
    # Larger grounds first, so that the smallest is written last.
    order = np.argsort(-shapely.area(around.grounds)[grounds], kind="stable")
    found[rows[order]] = np.asarray(around.ground_kinds, dtype=object)[grounds[order]]
    return found


def _inferred_apartments(
    buildings: Buildings, around: Surroundings, outline_m2: np.ndarray, ground: np.ndarray
) -> np.ndarray:
    """(n,) bool: apartment houses that no tag calls so."""
    lived_on = ~np.isin(ground, _NOT_LIVED_ON)
    residential = buildings.residential & (
        (buildings.levels >= RESIDENTIAL_MIN_LEVELS) | (outline_m2 >= RESIDENTIAL_MIN_OUTLINE_M2)
    )
    tall = buildings.plain & (buildings.levels >= MIN_LEVELS) & lived_on
    known = np.isin(buildings.use, APARTMENT_USES) | residential | tall
    depth, _length = depth_and_length(buildings.geometries)
    alike = (
        buildings.plain
        & buildings.addressed
        & lived_on
        & ~(buildings.levels < RESIDENTIAL_MIN_LEVELS)
        & (outline_m2 >= MIN_OUTLINE_M2)
        & (depth >= MIN_DEPTH_M)
        & (depth <= MAX_DEPTH_M)
    )
    reach = np.where(ground == LandUseKind.RESIDENTIAL, NEAR_KNOWN_M, NEAR_KNOWN_OFF_RESIDENTIAL_M)
    alike &= _distance_to(buildings.geometries, known, alike) <= reach
    alike &= ~_holds_any(buildings.geometries, alike, around.institutions)
    return residential | tall | alike


def _distance_to(geometries: np.ndarray, to: np.ndarray, of: np.ndarray) -> np.ndarray:
    """(n,) metres from the buildings `of` to the nearest building `to`; infinite elsewhere."""
    distance = np.full(len(geometries), np.inf)
    if to.any() and of.any():
        rows = np.flatnonzero(of)
        (index, _), metres = shapely.STRtree(geometries[to]).query_nearest(
            geometries[rows], return_distance=True, all_matches=False
        )
        distance[rows[index]] = metres
    return distance


def _holds_any(geometries: np.ndarray, which: np.ndarray, points: np.ndarray) -> np.ndarray:
    """(n,) bool: those of `which` that contain one of the points."""
    holds = np.zeros(len(geometries), dtype=bool)
    if which.any() and len(points):
        rows = np.flatnonzero(which)
        _, found = shapely.STRtree(geometries[rows]).query(points, predicate="within")
        holds[rows[found]] = True
    return holds


def _other_uses(
    buildings: Buildings, outline_m2: np.ndarray, ground: np.ndarray
) -> list[tuple[BuildingUse, np.ndarray]]:
    """Weaker inferences, the stronger first: by ground, by address and size."""
    low, high = HOUSE_OUTLINE_M2
    dwelling = buildings.plain & buildings.addressed & (outline_m2 >= low) & (outline_m2 < high)
    return [
        (BuildingUse.HOUSE, buildings.residential),
        *((use, buildings.plain & (ground == kind)) for kind, use in _USE_OF_GROUND.items()),
        (BuildingUse.HOUSE, dwelling),
        (
            BuildingUse.OUTBUILDING,
            buildings.plain & ~buildings.addressed & (outline_m2 < OUTBUILDING_MAX_M2),
        ),
    ]


def count_flats(
    buildings: Buildings, houses: np.ndarray, use_basis: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Flats (n,) of apartment houses and their basis.

    Stated flats are kept. Else: outline x storeys / GROSS_AREA_PER_FLAT_M2, at least 2.
    Buildings that are no apartment houses get NaN, unless the source states flats.
    """
    stated = ~np.isnan(buildings.flats)
    levels = assumed_levels(buildings, houses, use_basis)
    gross_m2 = shapely.area(buildings.geometries) * levels
    inferred = np.maximum(np.round(gross_m2 / GROSS_AREA_PER_FLAT_M2), 2)
    flats = np.where(stated, buildings.flats, np.where(houses, inferred, np.nan))
    basis = np.where(stated, Basis.STATED, np.where(houses, Basis.INFERRED, Basis.NONE))
    return flats, basis.astype(object)


def assumed_levels(buildings: Buildings, houses: np.ndarray, use_basis: np.ndarray) -> np.ndarray:
    """Storeys (n,) as stated, or for apartment houses without: the median of apartment houses
    with stated storeys within NEIGHBOUR_LEVELS_M, else the usual height. NaN elsewhere."""
    levels = np.array(buildings.levels, dtype=float)
    unknown = np.flatnonzero(houses & np.isnan(levels))
    known = np.flatnonzero(houses & ~np.isnan(levels))
    levels[unknown] = np.where(
        use_basis[unknown] == Basis.STATED, USUAL_LEVELS_TAGGED, USUAL_LEVELS_INFERRED
    )
    for row, heights in _neighbour_levels(buildings, levels, unknown, known):
        levels[row] = np.median(heights)
    return levels


def _neighbour_levels(
    buildings: Buildings, levels: np.ndarray, of: np.ndarray, known: np.ndarray
) -> Iterator[tuple[int, np.ndarray]]:
    """(row, storeys of the known houses near it) for rows `of` that have such neighbours."""
    if not (len(of) and len(known)):
        return
    centres = shapely.centroid(buildings.geometries)
    rows, neighbours = shapely.STRtree(centres[known]).query(
        centres[of], predicate="dwithin", distance=NEIGHBOUR_LEVELS_M
    )
    order = np.argsort(rows, kind="stable")
    found, starts = np.unique(rows[order], return_index=True)
    ends = np.append(starts, len(order))[1:]
    near = levels[known[neighbours[order]]]
    for row, start, end in zip(of[found], starts, ends, strict=True):
        yield row, near[start:end]
