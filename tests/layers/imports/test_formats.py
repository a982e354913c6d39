"""One set of manholes in every format and CRS that a city office sends."""

import zipfile

import geopandas as gpd
import pytest
import shapely

from citymap.geo import city_point
from layers.models import Building, Manhole, NetworkSegment

pytestmark = pytest.mark.django_db
COLUMNS = {"вид": ["тепло", "вода", "газ"], "номер": ["К-1", "К-2", "Ә-3"]}
EXPECTED = [("heat", "К-1"), ("water", "К-2"), ("gas", "Ә-3")]
# A local grid: metres from a point in the city, on the Krassovsky ellipsoid.
LOCAL_GRID = (
    "+proj=tmerc +lat_0=54.8 +lon_0=69.1 +k=1 +x_0=10000 +y_0=20000 +ellps=krass"
    " +towgs84=15,-130,-84,0,0,0,0 +units=m +no_defs"
)


def check(points, *, expected=EXPECTED, tolerance_m=0.02):
    rows = Manhole.objects.order_by("number")
    assert list(rows.values_list("network_kind", "number")) == expected
    for row, point in zip(rows, points, strict=False):
        assert row.geom.distance(city_point(point.x, point.y)) < tolerance_m


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:28412", "EPSG:2502", "EPSG:32642", "EPSG:3857"])
@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.geojson", "a.fgb"])
def test_formats_that_state_their_crs(run, save, points, name, crs):
    frame = gpd.GeoDataFrame(COLUMNS, geometry=points, crs="EPSG:4326").to_crs(crs)
    path = save(name, frame.geometry, COLUMNS, crs=crs)

    run("import_layer", "manhole", path)

    # Between Pulkovo 1942 and WGS 84 there are several official ways, metres apart.
    check(points, tolerance_m=5 if crs in ("EPSG:28412", "EPSG:2502") else 0.02)


def test_pulkovo_zone_12_is_where_its_official_parameters_put_it(run, tmp_path):
    """EPSG:28412 by hand: the Kazakh-Russian parameters of 2008 (EPSG:5044), 3 m accurate."""
    path = tmp_path / "a.csv"
    path.write_text("вид,x,y\nтепло,12509000,6085000\n")

    run("import_layer", "manhole", path, "--crs", "EPSG:28412")

    place = Manhole.objects.get().geom
    assert (place.x, place.y) == pytest.approx((508_929.80, 6_082_512.91), abs=0.05)


@pytest.mark.parametrize("crs", [LOCAL_GRID, "EPSG:28412", "28412"])
def test_crs_given_on_the_command_line(run, save, points, crs):
    known = "EPSG:28412" if crs == "28412" else crs
    frame = gpd.GeoDataFrame(COLUMNS, geometry=points, crs="EPSG:4326").to_crs(known)
    path = save("a.shp", frame.geometry, COLUMNS, crs=known)
    path.with_suffix(".prj").unlink()

    run("import_layer", "manhole", path, "--crs", crs)

    check(points, tolerance_m=5 if "28412" in crs else 0.02)


def test_a_local_grid_of_unknown_datum_is_noted(run, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y\n509600,6082600\n")
    grid = "+proj=tmerc +lat_0=0 +lon_0=69 +k=1 +x_0=500000 +ellps=krass +units=m"

    report = run("import_layer", "manhole", path, "--crs", grid)

    assert any("+towgs84" in note for note in report["notes"])


@pytest.mark.parametrize("language_driver, with_cpg", [(None, True), (0xC9, False), (0x00, False)])
def test_shapefile_in_windows_cyrillic(run, save, points, language_driver, with_cpg):
    columns = {"вид": ["тепло", "вода", "газ"], "номер": ["К-1", "К-2", "К-3"]}
    path = save("a.shp", points, columns, encoding="cp1251")
    if not with_cpg:
        path.with_suffix(".cpg").unlink()
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        table[29] = language_driver
        path.with_suffix(".dbf").write_bytes(table)

    run("import_layer", "manhole", path)

    check(points, expected=[("heat", "К-1"), ("water", "К-2"), ("gas", "К-3")])


def test_shapefile_in_another_encoding_by_option(run, save, points):
    columns = {"вид": ["тепло", "вода", "газ"], "номер": ["К-1", "К-2", "К-3"]}
    path = save("a.shp", points, columns, encoding="cp866")
    path.with_suffix(".cpg").unlink()

    run("import_layer", "manhole", path, "--encoding", "cp866")

    check(points, expected=[("heat", "К-1"), ("water", "К-2"), ("gas", "К-3")])


def test_a_zipped_shapefile(run, save, points, tmp_path):
    path = save("a.shp", points, COLUMNS)
    packed = tmp_path / "packed.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in tmp_path.glob("a.*"):
            archive.write(part, part.name)
    path.unlink()

    run("import_layer", "manhole", packed)

    check(points)


@pytest.mark.parametrize("name", ["a.tab", "a.mif"])
def test_mapinfo(run, save, points, name):
    columns = {"вид": ["тепло", "вода", "газ"], "номер": ["К-1", "К-2", "К-3"]}
    frame = gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326").to_crs("EPSG:28412")
    options = {"dataset_options": {"FORMAT": "MIF"}} if name.endswith("mif") else {}
    path = save(
        name, frame.geometry, columns, crs="EPSG:28412", driver="MapInfo File",
        layer_options={"ENCODING": "CP1251"}, **options,
    )  # fmt: skip

    run("import_layer", "manhole", path)

    check(points, expected=[("heat", "К-1"), ("water", "К-2"), ("gas", "К-3")], tolerance_m=5)


@pytest.mark.parametrize(
    "text",
    [
        "kind,number,lon,lat\nheat,К-1,69.15,54.87\nwater,К-2,69.151,54.8705\ngas,Ә-3,69.152,54.871\n",
        "вид;номер;долгота;широта\nтепло;К-1;69,15;54,87\nвода;К-2;69,151;54,8705\nгаз;Ә-3;69,152;54,871\n",
        "kind\tnumber\twkt\nheat\tК-1\tPOINT (69.15 54.87)\nwater\tК-2\tPOINT(69.151 54.8705)\n"
        "gas\tӘ-3\tSRID=4326;POINT(69.152 54.871)\n",
        "\ufeffkind,number,lon,lat\r\nheat,К-1,69.15,54.87\r\nwater,К-2,69.151,54.8705\r\n\r\n"
        "gas,Ә-3,69.152,54.871\r\n",
    ],
    ids=["commas", "semicolons", "wkt", "mark-and-crlf"],
)  # fmt: skip
def test_csv(run, points, tmp_path, text):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())

    run("import_layer", "manhole", path)

    check(points)


def test_csv_in_windows_cyrillic_with_columns_of_its_own(run, points, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(
        "сеть;№;В;С\nтепло;К-1;69,15;54,87\nвода;К-2;69,151;54,8705\n".encode("cp1251")
    )

    run("import_layer", "manhole", path, "--map", "lon=В", "lat=С", "--map", "number=№")

    check(points, expected=EXPECTED[:2])


def test_csv_in_metres(run, points, tmp_path):
    frame = gpd.GeoSeries(points, crs="EPSG:4326").to_crs("EPSG:32642")
    path = tmp_path / "a.csv"
    path.write_text(
        "kind,number,x,y\n"
        + "".join(
            f"{kind},{number},{place.x},{place.y}\n"
            for (kind, number), place in zip(EXPECTED, frame, strict=True)
        )
    )

    run("import_layer", "manhole", path, "--crs", "EPSG:32642")

    check(points)


def test_layers_of_a_geopackage_are_chosen_by_name(run, refused, save, points):
    save("a.gpkg", points, COLUMNS, layer="manholes")
    path = save("a.gpkg", points, COLUMNS, layer="other", mode="a")

    assert "choose one with --layer-name: manholes, other" in refused(
        "import_layer", "manhole", path
    )
    assert "did you mean 'manholes'" in refused(
        "import_layer", "manhole", path, "--layer-name", "manhole"
    )
    run("import_layer", "manhole", path, "--layer-name", "manholes")

    check(points)


def dxf(*entities: str, code_page: str = "ANSI_1251", version: str = "AC1015") -> bytes:
    header = (
        f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n"
        f"9\n$DWGCODEPAGE\n3\n{code_page}\n0\nENDSEC\n"
    )
    block = (
        "0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n8\n0\n2\nLUK\n70\n0\n10\n0\n20\n0\n0\nCIRCLE\n8\n0\n"
        "10\n0\n20\n0\n40\n0.5\n0\nENDBLK\n8\n0\n0\nENDSEC\n"
    )
    body = "".join(entities)
    return f"{header}{block}0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n".encode("cp1251")


def line(layer: str, *points: tuple[float, float], closed: bool = False) -> str:
    corners = "".join(f"10\n{x}\n20\n{y}\n" for x, y in points)
    return (
        f"0\nLWPOLYLINE\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline\n90\n{len(points)}\n"
        f"70\n{int(closed)}\n{corners}"
    )


def insert(layer: str, x: float, y: float) -> str:
    return (
        f"0\nINSERT\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbBlockReference\n"
        f"2\nLUK\n10\n{x}\n20\n{y}\n"
    )


def text(layer: str, x: float, y: float) -> str:
    return f"0\nTEXT\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbText\n10\n{x}\n20\n{y}\n40\n1\n1\nК-1\n"


X, Y = 509_600.0, 6_080_500.0


@pytest.fixture
def drawing(tmp_path):
    path = tmp_path / "plan.dxf"
    path.write_bytes(
        dxf(
            line("НС_Теплосеть", (X, Y), (X + 50, Y)),
            line("НС_Водопровод", (X, Y + 5), (X + 50, Y + 5), (X + 50, Y + 80)),
            line("Рамка", (X - 9, Y - 9), (X + 99, Y - 9)),
            insert("Колодцы К1", X + 10, Y),
            text("Колодцы К1", X + 11, Y),
            line(
                "Здания", (X, Y + 20), (X + 10, Y + 20), (X + 10, Y + 30), (X, Y + 30), closed=True
            ),
        )
    )
    return path


def test_drawing_attributes_come_from_cad_layers(run, drawing):
    report = run("import_layer", "network_segment", drawing, "--crs", "EPSG:32642")

    assert sorted(NetworkSegment.objects.values_list("kind", flat=True)) == ["heat", "water"]
    heat = NetworkSegment.objects.get(kind="heat")
    assert (heat.geom.coords[0], heat.length_m) == ((X, Y), 50)
    reasons = {item["reason"] for item in report["skipped"]}
    assert "a text of the drawing" in reasons
    assert any("'Рамка' names none of heat" in reason for reason in reasons)


def test_drawing_signs_are_points_for_layers_of_points(run, drawing):
    run(
        "import_layer", "manhole", drawing, "--crs", "EPSG:32642", "--layer-name", "Колодцы К1",
    )  # fmt: skip

    manhole = Manhole.objects.get()
    assert (manhole.network_kind, manhole.geom.coords) == ("sewer", (X + 10, Y))


def test_drawing_outlines_are_areas_for_layers_of_areas(run, drawing):
    run("import_layer", "building", drawing, "--crs", "EPSG:32642", "--layer-name", "Здания")

    assert Building.objects.get().area_m2 == pytest.approx(100)


def test_a_drawing_needs_a_crs_and_a_layer_that_it_has(refused, drawing):
    assert "--crs EPSG:28412" in refused("import_layer", "network_segment", drawing)
    assert "no layer in the drawing 'Сети'" in refused(
        "import_layer", "network_segment", drawing, "--crs", "EPSG:32642", "--layer-name", "Сети"
    )


def test_heights_are_dropped_and_curves_become_lines(run, tmp_path):
    path = tmp_path / "a.geojson"
    solid = shapely.LineString([(69.15, 54.87, 120), (69.151, 54.87, 121)])
    path.write_text(gpd.GeoSeries([solid], crs="EPSG:4326").to_json())

    run("import_layer", "network_segment", path, "--set", "kind=gas")

    assert not NetworkSegment.objects.get().geom.hasz
