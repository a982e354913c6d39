"""Files and arguments that cannot be used: a sentence, exit code 2, nothing changed."""

import os
import subprocess
import sys
import zipfile

import pandas as pd
import pyogrio
import pytest
import shapely
from django.conf import settings

from layers.imports.errors import ImportRefusedError
from layers.imports.files import open_zip
from layers.models import Manhole

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_changed(request):
    yield
    assert not Manhole.objects.exists()


def written(tmp_path, name: str, content: str | bytes):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "name, content, words",
    [
        ("a.geojson", "", "is empty"),
        ("a.geojson", "just text", "cannot be read"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "has no rows"),
        ("a.gpkg", b"\x00" * 500, "cannot be read"),
        ("a.shp", "text", "cannot be read"),
        ("a.xyz", "text", "cannot be read"),
        ("a.dxf", "text", "cannot be read"),
        ("a.zip", "text", "is not a zip file"),
        ("a.csv", "", "is empty"),
        ("a.csv", "\n\n", "is empty"),
        ("a.csv", "lon,lat\n", "has no rows"),
        ("a.csv", b"\x89PNG\x00\x00\x00", "not a text file"),
        ("a.csv", "a,b\n1,2\n", "neither columns lon and lat"),
        ("a.csv", "lon,lat\n1,2,3,4\n1,\"2\n", "not a well-formed CSV"),
        ("a.csv", "lon,lat\n54.87,69.15\n54.88,69.16\n", "when the coordinates are swapped"),
        ("a.csv", "lon,lat\n54.87,169.15\n", "exists in 'WGS 84'"),
        ("a.csv", "lon,lat\nnan,54.87\n,\ninf,54\n", "no row has a geometry"),
        ("a.csv", "x,y\n509600,6080500\n", "--crs"),
        ("a.csv", "lon,lat\n37.6,55.75\n", "the first at lon 37.6000, lat 55.7500"),
        ("a.csv", "wkt\nPOINT (69.15\nhello\n", "not WKT"),
        ("a.csv", "wkt\nPOLYGON ((69.1 54.8, 69.2 54.8, 69.2 54.9, 69.1 54.8))\n", "is polygon"),
        ("a.csv", "lon,lat,kind\n69.15,54.87,метро\n", "no row can be imported: network_kind"),
        (
            "a.geojson",
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            '"geometry":{"type":"Point","coordinates":[NaN,54.87]}}]}',
            "finite numbers",
        ),
        (
            "a.geojson",
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":1},'
            '"geometry":null}]}',
            "no geometry",
        ),
        (
            "a.geojson",
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
            '"geometry":{"type":"Point","coordinates":[509600,6080500]}}]}',
            "--crs",
        ),
    ],
)  # fmt: skip
def test_files(refused, tmp_path, name, content, words):
    message = refused("import_layer", "manhole", written(tmp_path, name, content))

    assert words in message
    assert message.endswith("Nothing was changed.")


@pytest.mark.parametrize(
    "options, words",
    [
        (["--crs", "EPSG:999999"], "is not a coordinate system"),
        (["--crs", "+proj=nonsense"], "is not a coordinate system"),
        (["--crs", "EPSG:5773"], "is not a geographic or projected system"),
        (["--encoding", "klingon"], "no encoding 'klingon'"),
        (["--map", "kind"], "field=value pairs"),
        (["--map", "knd=kind"], "no field 'knd'"),
        (["--map", "network_kind=knd"], "no column 'knd'; did you mean 'kind'"),
        (["--map", "number=kind", "number=lon"], "twice"),
        (["--set", "network_kind=метро"], "--set network_kind"),
        (["--set", "owner=Никто"], "there is no 'Никто'"),
        (["--set", "nothing=1"], "no field 'nothing'"),
        (["--set", "source_id=1"], "no field 'source_id'"),
        (["--id-column", "nr"], "no column 'nr'"),
        (["--bbox", "69,54"], "four numbers"),
        (["--bbox", "1,2,3,4"], "outside the city"),
        (["--max-mb", "0"], "MB allowed"),
        (["--report", "/no/such/folder/report.json"], "no folder for the report"),
    ],
)
def test_arguments(refused, tmp_path, options, words):
    path = written(tmp_path, "a.csv", "kind,lon,lat\nheat,69.15,54.87\n")

    assert words in refused("import_layer", "manhole", path, *options)


def test_position_columns_are_for_csv(refused, save, points):
    path = save("a.gpkg", points, {"a": [1, 2, 3]})

    assert "for CSV files" in refused("import_layer", "manhole", path, "--map", "lon=a")


def test_unknown_layers_and_missing_files(refused, tmp_path):
    assert "did you mean 'manhole'" in refused("import_layer", "manhol", tmp_path / "a.csv")
    assert "there is no file" in refused("import_layer", "manhole", tmp_path / "a.csv")
    assert "is not a file" in refused("import_layer", "manhole", tmp_path)


def test_yards_are_derived_not_imported(refused, tmp_path):
    assert "/plan/yards/" in refused("import_layer", "yard", tmp_path / "a.csv")


def test_fields_that_a_layer_needs(refused, tmp_path):
    path = written(tmp_path, "a.csv", "wkt\nLINESTRING (69.15 54.87, 69.16 54.87)\n")

    assert "--set road_class=VALUE" in refused("import_layer", "road", path)


def test_a_geopackage_without_geometry(refused, tmp_path):
    path = tmp_path / "tables.gpkg"
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="table")

    assert "only tables: table" in refused("import_layer", "manhole", path)
    assert "no geometry" in refused("import_layer", "manhole", path, "--layer-name", "table")


def test_a_shapefile_without_prj(refused, save, points):
    path = save("a.shp", points)
    path.with_suffix(".prj").unlink()

    message = refused("import_layer", "manhole", path)

    assert "has no .prj file" in message
    assert "--crs" in message


def test_a_shapefile_without_its_table_or_index(refused, save, points):
    path = save("a.shp", points)
    path.with_suffix(".shx").unlink()

    assert "cannot be read" in refused("import_layer", "manhole", path)


def test_a_mapinfo_file_without_earth_coordinates(refused, tmp_path):
    path = written(
        tmp_path,
        "a.mif",
        'Version 300\nCharset "WindowsCyrillic"\nDelimiter ","\n'
        'CoordSys NonEarth Units "m" Bounds (0, 0) (900000, 9000000)\n'
        "Columns 1\n  a Char(9)\nData\n\nPoint 509600 6080500\n",
    )
    written(tmp_path, "a.mid", '"x"\n')

    assert "no earth coordinates" in refused("import_layer", "manhole", path)


def test_wrong_types_of_geometry(refused, save, points):
    areas = [point.buffer(0.001) for point in points]

    message = refused("import_layer", "manhole", save("a.gpkg", areas))

    assert "is polygon, the layer takes point (3)" in message


def test_attributes_in_another_encoding_than_said(refused, save, points):
    path = save("a.shp", points, {"номер": ["а", "б", "в"]}, encoding="cp1251")
    path.with_suffix(".cpg").write_text("UTF-8")

    assert "--encoding" in refused("import_layer", "manhole", path)


def test_a_zip_bomb(tmp_path):
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 30_000_000)

    with pytest.raises(ImportRefusedError, match="zip bomb"):
        open_zip(path)
    with pytest.raises(ImportRefusedError, match="more than 10 MB"):
        open_zip(path, max_mb=10)


def test_killed_by_a_rule_of_the_database_nothing_stays(run, refused, tmp_path):
    """The last step of the transaction fails: what went before is rolled back."""
    few = "".join(f"heat,69.15,{54.87 + n / 1000}\n" for n in range(3))
    path = written(tmp_path, "a.csv", "kind,lon,lat\n" + few)
    run("import_layer", "manhole", path, "--source", "x")
    written(tmp_path, "a.csv", "kind,lon,lat\nheat,69.2,54.9\n")

    assert "would be retired" in refused(
        "import_layer", "manhole", path, "--source", "x", "--retire"
    )

    assert Manhole.objects.filter(geom__isnull=False).count() == 3
    Manhole.objects.all().delete()


def test_the_exit_code_of_the_process(tmp_path):
    """Not even a traceback where there is no database to ask."""
    done = subprocess.run(
        [sys.executable, "manage.py", "import_layer", "manhole", str(tmp_path / "no.csv")],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
        env={**os.environ, "CITYMAP_LANGUAGE": "en"},
    )  # fmt: skip

    assert done.returncode == 2
    assert "there is no file" in done.stderr
    assert "Traceback" not in done.stderr
    assert shapely.__name__ not in done.stderr
