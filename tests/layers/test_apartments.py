"""The apartment rule, house by house."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import apartments
from layers.choices import Basis, BuildingUse, LandUseKind

NAN = float("nan")


class City:
    """A few buildings side by side, 60 m apart unless said otherwise, on one ground."""

    def __init__(self, ground: str = LandUseKind.RESIDENTIAL) -> None:
        self.rows: list[dict] = []
        self.ground = ground
        self.institutions: list[shapely.Point] = []

    def house(self, *, use="unknown", plain=True, residential=False, levels=NAN, flats=NAN,
              addressed=True, length=50.0, depth=13.0, at=None):  # fmt: skip
        west = 60.0 * len(self.rows) if at is None else at
        self.rows.append(
            {"use": use, "plain": plain and use == "unknown" and not residential,
             "residential": residential, "levels": levels, "flats": flats, "addressed": addressed,
             "geometries": shapely.box(west, 0, west + length, depth)}
        )  # fmt: skip
        return self

    def judge(self) -> apartments.Verdict:
        columns = {
            name: np.array([row[name] for row in self.rows],
                           dtype=object if name in ("use", "geometries") else None)
            for name in self.rows[0]
        }  # fmt: skip
        return apartments.judge(
            apartments.Buildings(**columns),
            apartments.Surroundings(
                ground_kinds=np.array([self.ground], dtype=object),
                grounds=np.array([shapely.box(-1e4, -1e4, 1e5, 1e4)], dtype=object),
                institutions=np.array(self.institutions, dtype=object),
            ),
        )


def uses(city: City) -> list[tuple[str, str]]:
    verdict = city.judge()
    return list(zip(verdict.use, verdict.use_basis, strict=True))


INFERRED_APARTMENTS = (BuildingUse.APARTMENTS, Basis.INFERRED)


def test_tags_are_never_overruled():
    city = City(LandUseKind.INDUSTRIAL).house(use="apartments").house(use="house", levels=5)
    assert uses(city) == [("apartments", "stated"), ("house", "stated")]


def test_three_storeys_and_no_other_use():
    assert uses(City().house(levels=3, addressed=False)) == [INFERRED_APARTMENTS]
    assert uses(City().house(levels=3, plain=False)) == [("unknown", "none")]
    assert uses(City(LandUseKind.INDUSTRIAL).house(levels=4))[0][0] == "industrial"


@pytest.mark.parametrize(
    ("changes", "inferred"),
    [
        ({}, True),
        ({"addressed": False}, False),
        ({"plain": False}, False),
        ({"length": 30.0}, False),  # 390 m2
        ({"depth": 25.0}, False),
        ({"depth": 9.0}, False),
        ({"levels": 1.0}, False),
        ({"levels": 2.0}, True),
        ({"at": 240.0}, True),
        ({"at": 260.0}, False),  # 210 m from the next apartment house
    ],
)
def test_untagged_slab_among_apartment_houses(changes, inferred):
    verdict = uses(City().house(use="apartments").house(**changes))
    assert (verdict[1] == INFERRED_APARTMENTS) is inferred


def test_a_clinic_in_it_excludes_flats():
    city = City().house(use="apartments").house()
    city.institutions.append(shapely.Point(80, 5))
    assert uses(city)[1] != INFERRED_APARTMENTS


def test_residential_is_a_private_house_when_small():
    found = uses(City().house(residential=True, length=12, depth=12)
                 .house(residential=True, levels=5, length=12, depth=12)
                 .house(residential=True, length=40))  # fmt: skip
    assert found == [("house", "inferred"), INFERRED_APARTMENTS, INFERRED_APARTMENTS]


def test_the_rest_by_ground_address_and_size():
    assert (
        uses(City(LandUseKind.GARAGES).house(length=6, depth=4, addressed=False))[0][0] == "garage"
    )
    assert uses(City().house(length=10, depth=8))[0] == ("house", "inferred")
    assert uses(City().house(length=5, depth=4, addressed=False))[0] == ("outbuilding", "inferred")
    assert uses(City().house(length=20, depth=15, addressed=False))[0] == ("unknown", "none")


def test_flats_by_the_formula():
    verdict = City().house(use="apartments", levels=5, length=70, depth=13).judge()
    assert verdict.apartments[0] == 65  # 910 m2 x 5 / 70
    assert verdict.apartments_basis[0] == Basis.INFERRED


def test_stated_flats_are_kept():
    verdict = (
        City().house(use="apartments", levels=5, flats=100).house(use="house", flats=2).judge()
    )
    assert verdict.apartments.tolist() == [100, 2]
    assert verdict.apartments_basis.tolist() == [Basis.STATED, Basis.STATED]


def test_missing_storeys_come_from_the_neighbours_else_from_the_usual():
    city = City().house(use="apartments", levels=9).house(use="apartments", levels=9)
    city.house(use="apartments").house(use="apartments", at=5000)
    verdict = city.judge()
    assert verdict.apartments.tolist()[2:] == [round(650 * 9 / 70), round(650 * 5 / 70)]


def test_depth_of_wings():
    l_shape = shapely.union(shapely.box(0, 0, 60, 12), shapely.box(0, 0, 12, 60))
    depth, length = apartments.depth_and_length(np.array([shapely.box(0, 0, 60, 12), l_shape]))
    assert depth[0] == pytest.approx(12)
    assert depth[1] == pytest.approx(12, abs=0.7)
    assert length[1] == pytest.approx(108, abs=0.7)


def test_the_smallest_ground_counts():
    around = apartments.Surroundings(
        ground_kinds=np.array(["education", "residential"], dtype=object),
        grounds=np.array([shapely.box(0, 0, 10, 10), shapely.box(0, 0, 100, 100)], dtype=object),
        institutions=np.array([], dtype=object),
    )
    points = shapely.points([[5, 5], [50, 50], [500, 500]])
    assert apartments.ground_of(points, around).tolist() == ["education", "residential", ""]


_HOUSES = st.fixed_dictionaries(
    {
        "use": st.sampled_from(["unknown", "apartments", "house", "commercial", "dormitory"]),
        "residential": st.booleans(),
        "levels": st.just(NAN) | st.integers(1, 20).map(float),
        "flats": st.just(NAN) | st.integers(1, 300).map(float),
        "addressed": st.booleans(),
        "length": st.floats(2, 150),
        "depth": st.floats(2, 60),
    }
)


@settings(deadline=None)
@given(st.lists(_HOUSES, min_size=1, max_size=8), st.sampled_from(LandUseKind.values))
def test_every_verdict_is_complete(houses, ground):
    city = City(ground)
    for house in houses:
        city.house(**house)
    verdict = city.judge()
    for row, house in enumerate(houses):
        is_house = verdict.use[row] in apartments.APARTMENT_USES
        assert verdict.use[row] in BuildingUse.values
        assert (verdict.use_basis[row] == Basis.STATED) == (house["use"] != "unknown")
        assert (verdict.use_basis[row] == Basis.NONE) == (verdict.use[row] == "unknown")
        has_flats = not np.isnan(verdict.apartments[row])
        assert has_flats == (is_house or not np.isnan(house["flats"]))
        assert has_flats == (verdict.apartments_basis[row] != Basis.NONE)
        assert not has_flats or verdict.apartments[row] >= 1
