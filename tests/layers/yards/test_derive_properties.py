"""What holds for yards of any town (hypothesis draws the towns)."""

import random

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.yards.derive import derive
from layers.yards.identity import match
from layers.yards.inputs import DEFAULT_RULE
from tests.layers.yards.towns import Town, towns

EXAMPLES = settings(max_examples=60, deadline=None)


def as_table(derivation) -> list[tuple]:
    return [(yard.houses, shapely.to_wkb(yard.ground, hex=True)) for yard in derivation.yards]


@EXAMPLES
@given(towns())
def test_every_house_is_in_exactly_one_yard(town: Town):
    derivation = derive(town.ground())
    placed = [house for yard in derivation.yards for house in yard.houses]
    stranded = [house for house, _ in derivation.without_yard]
    assert sorted(placed + stranded) == sorted(town.houses)
    # Only a house that other buildings cover has no ground at all.
    city = town.ground()
    for house in stranded:
        shape = city.buildings[city.building_ids == house][0]
        rest = shapely.union_all(city.buildings[city.building_ids != house])
        assert shapely.difference(shape.buffer(2), rest).area < 200


@EXAMPLES
@given(towns())
def test_yards_are_sound_polygons_within_the_caps(town: Town):
    for yard in derive(town.ground()).yards:
        assert yard.ground.geom_type == "Polygon"
        assert yard.ground.is_valid
        assert not yard.ground.is_empty
        assert yard.area_m2 <= DEFAULT_RULE.max_area_m2
        assert len(yard.houses) <= DEFAULT_RULE.max_houses


@EXAMPLES
@given(towns())
def test_yards_overlap_neither_each_other_nor_any_building(town: Town):
    city = town.ground()
    grounds = np.array([yard.ground for yard in derive(city).yards], dtype=object)
    tree = shapely.STRtree(grounds)
    a, b = tree.query(grounds, predicate="intersects")
    pairs = a < b
    overlap = shapely.area(shapely.intersection(grounds[a[pairs]], grounds[b[pairs]]))
    assert (overlap <= 1.0).all()
    building, yard = tree.query(city.buildings, predicate="intersects")
    inside = shapely.area(shapely.intersection(city.buildings[building], grounds[yard]))
    assert (inside == 0).all()


@EXAMPLES
@given(towns(), st.randoms(use_true_random=False))
def test_order_of_inputs_does_not_matter(town: Town, chance: random.Random):
    order = list(range(len(town.houses) + len(town.others)))
    chance.shuffle(order)
    assert as_table(derive(town.ground())) == as_table(derive(town.ground(order=order)))


@EXAMPLES
@given(towns(), st.data())
def test_a_small_change_leaves_other_yards_their_identity(town: Town, data):
    """One house goes: a yard that lost none of its houses is continued by the yard that shares
    most of them, and nobody's identity is given twice."""
    before = {f"y{number}": yard.houses for number, yard in enumerate(derive(town.ground()).yards)}
    gone = data.draw(st.sampled_from(sorted(town.houses)))
    town.houses.pop(gone)
    if not town.houses:
        return
    after = [yard.houses for yard in derive(town.ground()).yards]
    named = match(before=before, after=after, apartments={})
    kept = [name for name in named if name is not None]
    assert len(kept) == len(set(kept))
    same = {houses: name for name, houses in before.items()}
    for houses, name in zip(after, named, strict=True):
        if houses in same:
            assert name == same[houses]


@EXAMPLES
@given(towns(), towns())
def test_a_town_does_not_know_of_another_far_away(town: Town, other: Town):
    """Yards depend on their block alone, so that a city may be derived in pieces."""
    alone = {yard.houses: yard.ground for yard in derive(town.ground()).yards}
    far = {f"far-{name}": shapely.transform(s, lambda q: q + [5_000, 0])
           for name, s in other.houses.items()}  # fmt: skip
    joined = Town(**(vars(town) | {"houses": town.houses | far}))
    together = {
        yard.houses: yard.ground
        for yard in derive(joined.ground()).yards
        if not yard.houses[0].startswith("far-")
    }
    assert together.keys() == alone.keys()
    for houses, ground in alone.items():
        assert shapely.area(shapely.symmetric_difference(ground, together[houses])) < 1.0
