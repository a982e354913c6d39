"""The import of small files: every object accounted for, nothing lost, nothing half done."""

from pathlib import Path

import pytest
from django.db import connection

from citymap.geo import BBox
from layers import models
from layers.choices import Basis
from layers.osm_import.pipeline import LAYERS
from layers.services import RetireRefusedError
from tests.layers.osm_import.loading import load
from tests.support.osmfile import OsmFile

pytestmark = pytest.mark.django_db


class TestFirstAndSecond:
    def test_every_layer_gets_its_object(self, village, tmp_path):
        report = load(village.write(tmp_path / "city.osm.pbf"))
        expected = dict.fromkeys(LAYERS, 1) | {"building": 4, "address": 4, "place": 2}
        assert {name: counts.created for name, counts in report.layers.items()} == expected
        assert list(report.as_json()["layers"]) == list(LAYERS)
        assert report.skipped == []

    def test_the_same_file_again_writes_nothing(self, village, tmp_path):
        path = village.write(tmp_path / "city.osm.pbf")
        load(path)
        before = _row_versions()
        report = load(path)
        for name, counts in report.layers.items():
            assert not counts.wrote, name
            assert counts.unchanged + counts.merged == counts.read, name
        assert _row_versions() == before

    @pytest.mark.parametrize("name", ["city.osm", "city.osm.gz", "city.osm.bz2"])
    def test_other_formats_are_the_same_city(self, village, tmp_path, name):
        load(village.write(tmp_path / "city.osm.pbf"))
        report = load(village.write(tmp_path / name))
        assert not any(counts.wrote for counts in report.layers.values())

    def test_one_changed_tag_is_one_update(self, village, tmp_path):
        load(village.write(tmp_path / "a.osm.pbf"))
        village.ways[2].tags["building:levels"] = "2"
        report = load(village.write(tmp_path / "b.osm.pbf"))
        assert report.layer("building").updated == 1
        assert models.Building.objects.get(source_id="w2").levels == 2

    def test_dry_run_counts_and_writes_nothing(self, village, tmp_path):
        report = load(village.write(tmp_path / "city.osm.pbf"), dry_run=True)
        assert report.layer("building").created == 4
        assert not models.Building.objects.exists()


class TestWhatIsDerived:
    def test_addresses_know_street_and_building(self, village, tmp_path):
        load(village.write(tmp_path / "city.osm.pbf"))
        street = models.Street.objects.get()
        assert (street.name_kk, street.name_key) == ("Бейбітшілік көшесі", "мира")
        assert street.geom.length == pytest.approx(640, abs=20)
        assert street.territory.name_ru == "Петропавловск"
        for address in models.Address.objects.all():
            assert address.street == street
            assert address.building.source_id == address.source_id
        assert models.Road.objects.get().street == street

    def test_flats_are_inferred_and_marked(self, village, tmp_path):
        load(village.write(tmp_path / "city.osm.pbf"))
        house = models.Building.objects.get(use="apartments")
        assert house.apartments == round(house.area_m2 * 5 / 70)
        assert (house.use_basis, house.apartments_basis) == (Basis.STATED, Basis.INFERRED)
        assert house.yard is not None

    def test_an_address_point_finds_its_house_and_repeats_are_merged(self, tmp_path):
        city = OsmFile()
        city.square(0, 0, 1, building="retail", addr__street="Мира", addr__housenumber="1")
        city.point(0.5, 0.5, shop="toys", addr__street="улица Мира", addr__housenumber="1")
        city.point(0.6, 0.5, shop="shoes", addr__street="Мира", addr__housenumber="1А")
        city.point(5, 5, shop="books", addr__street="Мира", addr__housenumber="9")
        report = load(city.write(tmp_path / "city.osm.pbf"))
        found = {
            a.house_number: a.building_id and a.building.source_id
            for a in models.Address.objects.all()
        }
        assert found == {"1": "w1", "1А": "w1", "9": None}
        assert [(m.id, m.reason) for m in report.merged if m.layer == "address"] == [
            ("n5", "repeats the address of w1")
        ]

    def test_territories_are_nested(self, tmp_path):
        city = OsmFile()
        city.square(0, 0, 50, place="city", name="Город")
        city.square(1, 1, 20, boundary="administrative", admin_level="6", name="Отдел полиции")
        city.square(2, 2, 5, place="suburb", name="Борки")
        city.square(-90, -9, 5, place="village", name="Якорь")
        load(city.write(tmp_path / "city.osm.pbf"))
        parents = dict(models.Territory.objects.values_list("name", "parent__name"))
        assert parents == {
            "Город": None, "Отдел полиции": "Город", "Борки": "Отдел полиции", "Якорь": None,
        }  # fmt: skip

    def test_a_street_keeps_its_lines_outside_the_box(self, village, tmp_path):
        village.line((30, 0), (40, 0), highway="residential", name="улица Мира")
        path = village.write(tmp_path / "city.osm.pbf")
        load(path)
        west = BBox(69.14, 54.86, 69.17, 54.88)
        report = load(path, bbox=west)
        assert not any(counts.wrote for counts in report.layers.values())
        assert len(models.Street.objects.get().geom) == 2


class TestWhatIsGone:
    def test_retired_in_the_box_and_back(self, village, tmp_path):
        load(village.write(tmp_path / "a.osm.pbf"))
        way = village.ways.pop(2)
        report = load(village.write(tmp_path / "b.osm.pbf"))
        assert {n for n, c in report.layers.items() if c.retired} == {"building", "address"}
        assert models.Building.objects.get(source_id="w2").valid_to is not None
        village.ways[2] = way
        report = load(village.write(tmp_path / "a.osm.pbf"))
        assert report.layer("building").updated == 1
        assert models.Building.objects.get(source_id="w2").valid_to is None

    def test_a_street_that_nobody_bears_any_more(self, village, tmp_path):
        village.square(20, 1, building="yes", addr__street="Борки СТ", addr__housenumber="7")
        load(village.write(tmp_path / "a.osm.pbf"))
        village.ways.popitem()
        report = load(village.write(tmp_path / "b.osm.pbf"))
        assert report.layer("street").retired == 1
        assert models.Street.objects.get(valid_to=None).name == "улица Мира"

    def test_outside_the_files_box_nothing_is_retired(self, village, tmp_path):
        load(village.write(tmp_path / "a.osm.pbf"))
        village.ways.clear()
        village.relations.clear()
        village.box = (69.2, 54.8, 69.3, 54.9)
        report = load(village.write(tmp_path / "b.osm.pbf"))
        assert not any(counts.retired for counts in report.layers.values())

    def test_an_object_that_became_incomplete_stays(self, village, tmp_path):
        load(village.write(tmp_path / "a.osm.pbf"))
        del village.nodes[4]
        report = load(village.write(tmp_path / "b.osm.pbf"))
        assert [item.id for item in report.skipped] == ["w2", "w2"]
        assert models.Building.objects.get(source_id="w2").valid_to is None

    def test_too_many_are_refused(self, tmp_path):
        city = OsmFile()
        for number in range(60):
            city.square(number, 0, building="yes")
        load(city.write(tmp_path / "a.osm.pbf"))
        for number in range(1, 21):
            del city.ways[number]
        path = city.write(tmp_path / "b.osm.pbf")
        with pytest.raises(RetireRefusedError, match="20"):
            load(path)
        assert models.Building.objects.filter(valid_to=None).count() == 60
        assert load(path, force=True).layer("building").retired == 20


class TestBrokenObjects:
    def reasons(self, city: OsmFile, path: Path) -> dict[tuple[str, str], str]:
        report = load(city.write(path / "city.osm.pbf"))
        return {(item.layer, item.id): item.reason for item in report.skipped}

    def test_each_is_named_with_its_reason(self, tmp_path):
        city = OsmFile()
        city.way([1, 998, 999, 2], highway="service")
        city.point(0, 0), city.point(1, 0)
        city.line((0, 0), (1, 0), (1, 1), building="yes")
        city.point(3, 3, building="yes")
        city.ring((5, 5), (6, 5), (5, 5), building="yes")
        city.relation([("w", 998, "outer")], type="multipolygon", building="yes")
        city.relation([("w", 2, "outer")], type="multipolygon", natural="water")
        city.relation([], type="multipolygon", landuse="grass")
        city.square(8, 8, place="village")
        found = self.reasons(city, tmp_path)
        assert found == {
            ("road", "w1"): "incomplete: some of its nodes are not in the file",
            ("building", "w2"): "mapped as an open line, an outline is needed",
            ("building", "n6"): "mapped as a point, an outline is needed",
            ("building", "w3"): "the outline encloses no area",
            ("building", "r1"): "incomplete: some of its member ways are not in the file",
            ("water", "r2"): "its member ways do not close",
            ("land_use", "r3"): "it has no member ways",
            ("territory", "w4"): "it has no name",
            ("place", "w4"): "it has no name",
        }  # fmt: skip

    def test_a_line_is_cut_where_the_file_ends(self, tmp_path):
        city = OsmFile()
        first, second, third = city.point(0, 0), city.point(1, 0), city.point(2, 0)
        city.way([999, first, 998, first, second, third, 997], highway="primary")
        report = load(city.write(tmp_path / "city.osm.pbf"))
        road = report.layer("road")
        assert (road.read, road.created, road.repaired, road.skipped) == (1, 1, 1, 0)
        assert report.notes[0] == "road w1: cut: 3 of its nodes are not in the file"
        assert len(models.Road.objects.get().geom) == 3
        again = load(city.write(tmp_path / "again.osm.pbf"))
        assert not again.layer("road").wrote

    def test_a_bow_tie_is_repaired(self, tmp_path):
        city = OsmFile()
        city.ring((0, 0), (1, 1), (1, 0), (0, 1), building="yes")
        report = load(city.write(tmp_path / "city.osm.pbf"))
        assert (report.layer("building").created, report.layer("building").repaired) == (1, 1)
        assert models.Building.objects.get().geom.valid

    def test_strange_values_are_left_out_and_noted(self, tmp_path):
        city = OsmFile()
        city.square(0, 0, building="yes", building__levels="five", start_date="C19", height="tall")
        report = load(city.write(tmp_path / "city.osm.pbf"))
        assert report.layer("building").repaired == 1
        assert report.notes[0] == (
            "building w1: left out building:levels 'five', height 'tall', start_date 'C19'"
        )
        house = models.Building.objects.get()
        assert (house.levels, house.height_m, house.year_built) == (None, None, None)

    def test_courtyards_and_islands(self, tmp_path):
        city = OsmFile()
        outer, inner = city.square(0, 0, 10), city.square(3, 3, 4)
        island, second = city.square(4, 4, 1), city.square(20, 0, 10)
        city.relation(
            [("w", outer, "outer"), ("w", inner, "inner"), ("w", island, "outer"),
             ("w", second, "outer")],
            type="multipolygon", building="yes",
        )  # fmt: skip
        load(city.write(tmp_path / "city.osm.pbf"))
        geom = models.Building.objects.get(source_id="r1").geom
        square = geom.convex_hull.area / 300
        assert geom.area / square == pytest.approx(100 - 16 + 1 + 100, rel=0.01)
        assert len(geom) == 3

    def test_a_boundary_is_drawn_across_few_missing_nodes(self, tmp_path):
        city = OsmFile()
        side = [(x, 0) for x in range(11)] + [(10, y) for y in range(1, 11)]
        way = city.ring(*side, (0, 10), place="city", name="Город")
        del city.nodes[5]
        report = load(city.write(tmp_path / "city.osm.pbf"))
        assert report.layer("territory").repaired == 1
        assert f"w{way}: drawn across 1 nodes" in " ".join(report.notes)
        assert models.Territory.objects.get().name == "Город"

    def test_the_same_object_twice(self, tmp_path):
        path = tmp_path / "city.osm"
        city = OsmFile()
        city.square(0, 0, building="yes")
        text = city.write(path).read_text()
        start, end = text.index("<way"), text.index("</way>") + len("</way>")
        path.write_text(text[:end] + text[start:end] + text[end:])
        report = load(path)
        assert report.layer("building").created == 1
        assert "w1 is in the file twice; the first one counts" in report.notes


class TestBox:
    def test_only_what_touches_it(self, village, tmp_path):
        far = village.square(120, 0, building="yes")
        path = village.write(tmp_path / "city.osm.pbf")
        report = load(path, bbox=BBox(69.26, 54.8, 69.3, 54.9))
        assert report.layer("building").read == 1
        assert models.Building.objects.get().source_id == f"w{far}"

    def test_gone_only_inside_it(self, village, tmp_path):
        far = village.square(120, 0, building="yes")
        load(village.write(tmp_path / "a.osm.pbf"))
        del village.ways[2], village.ways[far]
        report = load(village.write(tmp_path / "b.osm.pbf"), bbox=BBox(69.26, 54.8, 69.3, 54.9))
        assert report.layer("building").retired == 1
        assert models.Building.objects.get(source_id="w2").valid_to is None

    def test_a_file_without_box_is_complete_where_its_objects_are(self, village, tmp_path):
        village.box = None
        load(village.write(tmp_path / "a.osm.pbf"))
        del village.ways[2]
        assert load(village.write(tmp_path / "b.osm.pbf")).layer("building").retired == 1


def _row_versions() -> dict[str, set]:
    """Physical row versions of all layers: any write, even a lock, changes them."""
    found = {}
    with connection.cursor() as cursor:
        for model in (
            models.Building, models.Address, models.Street, models.Road, models.Territory,
            models.Water, models.LandUse, models.PlaceName, models.Playground, models.Yard,
        ):  # fmt: skip
            table = model._meta.db_table
            cursor.execute(f'SELECT id, ctid::text, xmin::text, xmax::text FROM "{table}"')
            found[table] = set(cursor.fetchall())
    return found
