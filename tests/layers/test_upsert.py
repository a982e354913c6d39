"""The upsert engine: exact counts, nothing written for what is the same, nothing half done."""

import datetime as dt

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from layers.models import Address, Building, Camera, Playground, Street, Water
from layers.report import ImportReport
from layers.services import Batch, RetireRefusedError, RetireScope, upsert

DAY = dt.date(2026, 3, 1)
LATER = dt.date(2026, 4, 1)


def squares(count: int, *, start: float = 0) -> np.ndarray:
    """Disjoint 10 m squares in the city CRS."""
    west = 500_000 + start + 20 * np.arange(count)
    return shapely.box(west, 6_080_000, west + 10, 6_080_010)


def buildings(names: dict[str, str], **columns) -> Batch:
    return Batch(
        source_ids=list(names),
        columns={"name": list(names.values()), **columns},
        geometries=squares(len(names)),
    )


def load(*batches: Batch, model=Building, when=DAY, retire=None, report=None, **kwargs):
    return upsert(
        model=model,
        source="test",
        batches=batches,
        when=when,
        report=report or ImportReport(),
        layer=model._meta.model_name,
        retire=retire,
        **kwargs,
    )


def row_versions(model=Building) -> set[tuple]:
    """Physical row versions: any write, even a lock, changes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT source_id, ctid::text, xmin::text, xmax::text FROM {model._meta.db_table}"
        )
        return set(cursor.fetchall())


@pytest.mark.django_db
class TestCounts:
    def test_new_rows_are_created_with_defaults(self):
        counts = load(buildings({"w1": "Школа", "w2": "a\tb\\n\nc"}))
        assert (counts.read, counts.created) == (2, 2)
        school = Building.objects.get(source_id="w1")
        assert (school.use, school.valid_from, school.valid_to) == ("unknown", DAY, None)
        assert school.geom.geom_type == "MultiPolygon"
        assert school.area_m2 == pytest.approx(100)
        assert Building.objects.get(source_id="w2").name == "a\tb\\n\nc"

    def test_second_run_writes_nothing(self):
        batch = buildings({"w1": "A", "w2": "B"}, levels=[5, None])
        load(batch)
        before = row_versions()
        counts = load(batch, when=LATER, retire=RetireScope())
        assert (counts.unchanged, counts.wrote) == (2, False)
        assert row_versions() == before

    def test_only_what_differs_is_written(self):
        load(buildings({"w1": "A", "w2": "B"}))
        before = dict.fromkeys(row for row in row_versions() if row[0] == "w1")
        counts = load(buildings({"w1": "A", "w2": "C"}), when=LATER)
        assert (counts.updated, counts.unchanged) == (1, 1)
        assert set(before) <= row_versions()
        changed = Building.objects.get(source_id="w2")
        assert (changed.name, changed.valid_from) == ("C", DAY)

    def test_null_and_value_differ(self):
        load(buildings({"w1": "A"}, levels=[None]))
        assert load(buildings({"w1": "A"}, levels=[3])).updated == 1
        assert load(buildings({"w1": "A"}, levels=[3])).unchanged == 1
        assert load(buildings({"w1": "A"}, levels=[None])).updated == 1

    def test_geometry_is_compared_point_by_point(self):
        batch = buildings({"w1": "A"})
        load(batch)
        # Same area, another first point: a different outline as written, so it is updated.
        turned = shapely.Polygon(np.roll(batch.geometries[0].exterior.coords[:-1], 1, axis=0))
        moved = Batch(source_ids=["w1"], columns={"name": ["A"]}, geometries=np.array([turned]))
        assert load(moved).updated == 1

    def test_columns_not_given_stay_as_they_are(self):
        load(buildings({"w1": "A"}))
        Building.objects.update(rca_code="0201300123")
        load(buildings({"w1": "B"}))
        assert Building.objects.get().rca_code == "0201300123"

    def test_other_sources_are_left_alone(self):
        load(buildings({"w1": "A"}))
        report = ImportReport()
        upsert(
            model=Building, source="city", batches=[buildings({"w1": "B"})], when=DAY,
            report=report, layer="building", retire=RetireScope(),
        )  # fmt: skip
        assert Building.objects.filter(valid_to=None).count() == 2


@pytest.mark.django_db
class TestRetiring:
    def test_gone_is_retired_and_comes_back(self):
        load(buildings({"w1": "A", "w2": "B"}))
        counts = load(buildings({"w1": "A"}), when=LATER, retire=RetireScope())
        assert (counts.retired, counts.unchanged) == (1, 1)
        assert Building.objects.get(source_id="w2").valid_to == LATER
        again = load(buildings({"w1": "A"}), when=LATER, retire=RetireScope())
        assert again.retired == 0
        back = load(buildings({"w1": "A", "w2": "B"}), when=LATER, retire=RetireScope())
        assert (back.updated, back.unchanged) == (1, 1)
        assert Building.objects.get(source_id="w2").valid_to is None

    def test_outside_the_area_nothing_is_retired(self):
        load(buildings({"w1": "A", "w2": "B", "w3": "C"}))
        around_second = shapely.box(500_015, 6_079_000, 500_045, 6_081_000)
        load(buildings({"w1": "A"}), retire=RetireScope(area=around_second), when=LATER)
        gone = Building.objects.filter(valid_to=LATER).values_list("source_id", flat=True)
        assert set(gone) == {"w2"}  # w3 lies only partly inside

    def test_kept_ids_stay(self):
        load(buildings({"w1": "A", "w2": "B"}))
        counts = load(buildings({"w1": "A"}), retire=RetireScope(keep={"w2"}))
        assert counts.retired == 0

    def test_a_row_that_became_unusable_is_not_retired(self):
        load(buildings({"w1": "A", "w2": "B"}, levels=[1, 1]))
        counts = load(buildings({"w1": "A", "w2": "B"}, levels=[1, 900]), retire=RetireScope())
        assert (counts.skipped, counts.retired) == (1, 0)

    def test_too_many_are_refused_and_nothing_is_done(self):
        names = {f"w{number}": "A" for number in range(40)}
        load(buildings(names))
        few = dict.fromkeys(list(names)[:20], "changed")
        with pytest.raises(RetireRefusedError, match="20 of 40"):
            load(buildings(few), retire=RetireScope())
        assert not Building.objects.filter(name="changed").exists()
        assert load(buildings(few), retire=RetireScope(max_share=1)).retired == 20

    def test_no_rows_at_all_retires_the_rest(self):
        load(buildings({"w1": "A"}))
        assert load(retire=RetireScope()).retired == 1


@pytest.mark.django_db
class TestBadRows:
    def test_each_is_skipped_with_a_reason(self):
        report = ImportReport()
        shapes = squares(6)
        shapes[2] = shapely.Point(0, 0)
        shapes[3] = shapely.Polygon()
        with np.errstate(invalid="ignore"):
            shapes[4] = shapely.Polygon([(0, 0), (1, 0), (np.nan, 1)])
        batch = Batch(
            source_ids=["w0", "w1", "w2", "w3", "w4", "w5"],
            columns={
                "name": ["fine", "x" * 301, "point", "empty", "nan", "levels"],
                "levels": [1, 1, 1, 1, 1, 900],
            },
            geometries=shapes,
        )
        counts = load(batch, report=report)
        report.check()
        assert (counts.created, counts.skipped) == (1, 5)
        reasons = {item.id: item.reason for item in report.skipped}
        assert reasons == {
            "w1": "name: longer than 300 characters",
            "w2": "a Point where a multipolygon is needed",
            "w3": "geometry is empty",
            "w4": "a coordinate is not a finite number",
            "w5": "breaks the rule building_levels_sane",
        }

    def test_a_bow_tie_is_repaired(self):
        bow_tie = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
        batch = Batch(source_ids=["w1"], columns={"name": [""]}, geometries=np.array([bow_tie]))
        counts = load(batch)
        assert (counts.created, counts.repaired) == (1, 1)
        assert Building.objects.get().area_m2 == pytest.approx(50)
        again = load(batch)
        assert (again.unchanged, again.repaired) == (1, 1)

    def test_unknown_kind_missing_value_and_number_out_of_range(self):
        report = ImportReport()
        points = shapely.points([[500_000, 6_080_000]] * 3)
        load(
            Batch(
                source_ids=["a", "b"], columns={"kind": ["lake", "puddle"]}, geometries=points[:2]
            ),
            model=Water,
            report=report,
        )
        load(
            Batch(source_ids=["a", "b", "c"], columns={"direction_deg": [0.0, 360.0, float("nan")]},
                  geometries=points),
            model=Camera,
            report=report,
        )  # fmt: skip
        load(buildings({"w1": None, "w2": "B"}, levels=[1, 10**9]), report=report)
        report.check()
        assert [(item.id, item.reason) for item in report.skipped] == [
            ("b", "kind: 'puddle' is not a known kind"),
            ("c", "direction_deg: not a finite number"),
            ("b", "breaks the rule camera_direction_sane"),
            ("w1", "name: missing"),
            ("w2", "levels: 1000000000 is outside 0..32767"),
        ]

    def test_an_id_given_twice_is_merged(self):
        report = ImportReport()
        first, second = buildings({"w1": "first", "w2": "B"}), buildings({"w1": "second"})
        counts = load(first, second, report=report)
        report.check()
        assert (counts.read, counts.created, counts.merged) == (3, 2, 1)
        assert Building.objects.get(source_id="w1").name == "second"
        assert report.merged[0].id == "w1"

    def test_columns_of_different_length_are_the_callers_fault(self):
        with pytest.raises(ValueError, match="levels"):
            load(buildings({"w1": "A"}, levels=[1, 2]))


@pytest.mark.django_db
class TestReferences:
    def street(self, source_id: str) -> Street:
        return Street.objects.create(
            source="test", source_id=source_id, kind="street", name=source_id,
            name_key=source_id, valid_from=DAY,
        )  # fmt: skip

    def addresses(self, streets: list[str | None]) -> Batch:
        return Batch(
            source_ids=[f"n{number}" for number in range(len(streets))],
            columns={"house_number": ["1"] * len(streets), "street": streets},
            geometries=shapely.points(500_000 + np.arange(len(streets)), 6_080_000),
        )

    def test_ids_in_the_source_become_keys(self):
        pushkin = self.street("пушкина")
        batch = self.addresses(["пушкина", None, "нет такой"])
        load(batch, model=Address, references={"street": "test"})
        found = Address.objects.order_by("source_id").values_list("street_id", flat=True)
        assert list(found) == [pushkin.pk, None, None]
        again = load(batch, model=Address, references={"street": "test"})
        assert again.unchanged == 3

    def test_array_and_missing_geometry(self):
        batch = Batch(
            source_ids=["s1"],
            columns={
                "kind": ["street"], "name": ["Абая"], "name_key": ["абая"],
                "old_names": [['Ленина "старая"', "Свободы\\1"]],
            },
        )  # fmt: skip
        load(batch, model=Street)
        assert Street.objects.get().old_names == ['Ленина "старая"', "Свободы\\1"]
        assert load(batch, model=Street).unchanged == 1


@pytest.mark.django_db
def test_dates_and_booleans_arrive():
    batch = Batch(
        source_ids=["n1"],
        columns={"installed_on": [dt.date(2019, 5, 20)], "installed_on_precision": ["day"]},
        geometries=shapely.points([[500_000, 6_080_000]]),
    )
    load(batch, model=Playground)
    assert Playground.objects.get().installed_on == dt.date(2019, 5, 20)


class RoundTrip(TestCase):
    """Whatever text comes in comes out again, and is then the same."""

    @settings(max_examples=30, deadline=None)
    @given(st.lists(st.text(max_size=300), min_size=1, max_size=8))
    def test_text(self, names):
        batch = buildings({f"w{number}": name for number, name in enumerate(names)})
        load(batch)
        stored = dict(Building.objects.values_list("source_id", "name"))
        expected = {f"w{n}": name.replace("\x00", "") for n, name in enumerate(names)}
        assert stored == expected
        assert load(batch).unchanged == len(names)
