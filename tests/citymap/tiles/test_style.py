"""Styles: valid, for their reader only, in the reader's language, legible, colour never alone."""

import dataclasses
import itertools
import json
import re
import shutil
import struct
import subprocess
import zlib

import numpy as np
import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.tiles import sprite
from citymap.tiles.fonts import unicode_ranges
from citymap.tiles.palette import COLORS, THEMES, color, css, resolve
from citymap.tiles.registry import layers, sources
from citymap.tiles.style import style_layers
from layers.basestyle import BACKDROP

pytestmark = pytest.mark.django_db

VALIDATOR = "node_modules/@maplibre/maplibre-gl-style-spec/dist/gl-style-validate.mjs"
KAZAKH = "ӘәҒғҚқҢңӨөҰұҮүҺһІі"
NETWORKS = [token for token in COLORS if token.startswith("network.") and "unknown" not in token]


@pytest.fixture
def staff_client(client):
    client.force_login(User.objects.create_user("head", password="x", roles=[Role.HEAD]))
    return client


def style(client, name="light", language="ru"):
    return client.get(f"/styles/{name}.json", headers={"Accept-Language": language}).json()


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
@pytest.mark.parametrize("theme", THEMES)
def test_maplibre_s_own_validator_finds_nothing(staff_client, tmp_path, theme):
    file = tmp_path / "style.json"
    file.write_text(json.dumps(style(staff_client, theme)), encoding="utf-8")
    done = subprocess.run(
        ["node", str(settings.BASE_DIR / VALIDATOR), str(file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == ""


class TestWhoSeesWhat:
    def test_a_citizen_s_style_names_no_staff_source(self, client):
        document = style(client)
        assert set(document["sources"]) == {"base", "city", "works", "yards"}
        assert "camera" not in json.dumps(document)

    def test_staff_see_the_staff_source(self, staff_client):
        assert "city-staff" in style(staff_client)["sources"]

    def test_no_cache_shares_it(self, client):
        response = client.get("/styles/light.json")
        assert response["Cache-Control"].startswith("private")
        assert "Cookie" in response["Vary"]
        assert "Accept-Language" in response["Vary"]

    def test_attribution_is_in_every_source(self, client):
        for source in style(client)["sources"].values():
            assert "OpenStreetMap" in source["attribution"]


class TestLayerTree:
    def test_it_lists_every_layer_of_the_reader_with_its_style_layers(self, client):
        document = style(client)
        ids = {layer["id"] for layer in document["layers"]}
        tree = document["metadata"]["citymap:layers"]
        public = {source.name for source in sources if source.public}
        names = [entry["name"] for entry in tree if entry["group"]]
        assert names == [layer.name for layer in layers if layer.source in public]
        for entry in tree:
            assert entry["styleLayers"]
            assert set(entry["styleLayers"]) <= ids
            assert entry["title"]

    def test_every_layer_has_a_legend(self, client):
        for entry in style(client)["metadata"]["citymap:layers"]:
            if entry["group"]:
                assert entry["legend"]
                for item in entry["legend"]:
                    assert item["label"]
                    assert re.fullmatch(r"#[0-9a-f]{6}", item["color"])

    def test_what_is_off_by_default_is_hidden(self, client):
        document = style(client)
        shown = {
            layer["id"]: layer.get("layout", {}).get("visibility") != "none"
            for layer in document["layers"]
        }
        for entry in document["metadata"]["citymap:layers"]:
            assert {shown[id] for id in entry["styleLayers"]} == {entry["visible"]}

    def test_a_dated_layer_tells_the_date_slider(self, client):
        layer = dataclasses.replace(
            layers.get("yard"), name="dated", dated=("begins_on", "ends_on")
        )
        layers.register(layer)
        try:
            tree = style(client)["metadata"]["citymap:layers"]
        finally:
            layers.unregister("dated")
        dated = {entry["name"]: entry["dated"] for entry in tree}
        assert dated["dated"] == {"from": "begins_on", "to": "ends_on"}
        assert dated["yard"] is None


class TestLanguages:
    @pytest.mark.parametrize("language", ["ru", "kk", "en"])
    def test_names_are_asked_for_in_the_reader_s_language(self, client, language):
        document = style(client, language=language)
        fields = {
            json.dumps(layer["layout"]["text-field"])
            for layer in document["layers"]
            if layer["id"] in ("base-street-main", "base-place-city")
        }
        assert fields == {f'["coalesce", ["get", "name_{language}"], ["get", "name"]]'}

    def test_no_token_is_left(self, client):
        for theme in THEMES:
            text = json.dumps(style(client, theme)["layers"])
            assert not re.search(r'"\{[a-z_.]+\}"', text)


class TestFonts:
    def test_there_is_no_outside_service(self, client):
        document = style(client)
        assert "glyphs" not in document
        for files in document["font-faces"].values():
            for file in files:
                assert file["url"].startswith("/static/vendor/")

    def test_every_label_uses_a_declared_face(self, client):
        document = style(client)
        used = {
            font
            for layer in document["layers"]
            for font in layer.get("layout", {}).get("text-font", [])
        }
        assert used
        assert used <= set(document["font-faces"])

    def test_kazakh_letters_lie_in_the_very_files_that_claim_them(self):
        folder = settings.BASE_DIR / "node_modules/@fontsource/noto-sans"
        for name, files in unicode_ranges().items():
            for letter in KAZAKH + "ЁёЪъ№0Zz":
                (file, *_) = [path for path, ranges in files if _covers(ranges, ord(letter))]
                assert ord(letter) in TTFont(folder / file).getBestCmap(), (name, letter)


def _covers(ranges: list[str], code: int) -> bool:
    for item in ranges:
        low, _, high = item.removeprefix("U+").partition("-")
        if int(low, 16) <= code <= int(high or low, 16):
            return True
    return False


class TestColours:
    """Contrast after WCAG 2.2; colour blindness simulated after Machado et al. 2009."""

    @staticmethod
    def rgb(value: str) -> np.ndarray:
        return np.array([int(value[i : i + 2], 16) for i in (1, 3, 5)]) / 255

    def linear(self, value: str) -> np.ndarray:
        rgb = self.rgb(value)
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)

    def contrast(self, one: str, other: str) -> float:
        shares = np.array([0.2126, 0.7152, 0.0722])
        low, high = sorted(float(shares @ self.linear(value)) for value in (one, other))
        return (high + 0.05) / (low + 0.05)

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("token", ["label", "label_street", "label_quiet", "label_water"])
    def test_labels_are_legible_on_their_halo(self, theme, token):
        halo = color("base.halo", theme)
        assert self.contrast(color(f"base.{token}", theme), halo) >= 4.5

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize(
        "token",
        ["network.heat", "network.water", "bus", "playground", "sports_ground", "yard.line",
         "ui.selected", "camera"],
    )  # fmt: skip
    def test_signs_stand_out_from_the_ground(self, theme, token):
        assert self.contrast(color(token, theme), color("base.ground", theme)) >= 3

    # Machado, Oliveira, Fernandes 2009, severity 1.0, linear RGB.
    BLINDNESS = {
        "protanopia": [
            [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        "deuteranopia": [
            [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
    }  # fmt: skip

    def lab(self, linear: np.ndarray) -> np.ndarray:
        to_xyz = np.array(
            [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        )
        xyz = to_xyz @ np.clip(linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
        f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
        return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])

    @pytest.mark.parametrize("theme", THEMES)
    @pytest.mark.parametrize("blindness", BLINDNESS)
    def test_networks_differ_for_colour_blind_readers(self, theme, blindness):
        """At least 15 apart in CIELAB (2.3 is just noticeable); dashes tell them apart besides."""
        matrix = np.array(self.BLINDNESS[blindness])
        seen = {token: self.lab(matrix @ self.linear(color(token, theme))) for token in NETWORKS}
        for one, other in itertools.combinations(NETWORKS, 2):
            assert np.linalg.norm(seen[one] - seen[other]) >= 15, (one, other)

    def test_networks_differ_by_their_dashes_too(self):
        dashes = [
            str(part["paint"].get("line-dasharray"))
            for layer in layers
            if layer.name.startswith("network_")
            for part in style_layers(layer)
        ]
        assert len(dashes) == len(NETWORKS)
        assert len(set(dashes)) == len(dashes)

    def test_css_has_every_token_in_both_themes(self, client):
        text = client.get("/styles/palette.css").content.decode()
        assert text == css()
        for token in COLORS:
            assert text.count(f"--{token.replace('.', '-').replace('_', '-')}:") == 2

    def test_an_unknown_token_is_an_error(self):
        with pytest.raises(KeyError):
            resolve("{no.such}", "light", {})


class TestSigns:
    def test_the_sprite_is_a_png_with_every_shape(self, client):
        root = style(client)["sprite"].removeprefix("http://testserver")
        for scale, ratio in (("", 1), ("@2x", 2)):
            places = client.get(f"{root}{scale}.json").json()
            response = client.get(f"{root}{scale}.png")
            assert response["Content-Type"] == "image/png"
            assert "immutable" in response["Cache-Control"]
            width, height = struct.unpack("!II", response.content[16:24])
            assert set(places) == {*sprite.SHAPES, *sprite.PATTERNS}
            for place in places.values():
                assert place["x"] + place["width"] <= width
                assert place["height"] == height
                assert place["pixelRatio"] == ratio

    def test_another_version_is_not_kept_for_good(self, client):
        assert client.get("/styles/signs-old.json")["Cache-Control"] == "public, no-cache"

    def test_used_signs_exist(self, staff_client):
        used = {
            layer["layout"]["icon-image"]
            for layer in style(staff_client)["layers"]
            if "icon-image" in layer.get("layout", {})
        }
        assert used
        assert used <= set(sprite.SHAPES)

    def test_distance_is_highest_inside_and_crosses_at_the_edge(self):
        alpha = sprite.distances(sprite.SHAPES["square"], 1)
        middle = alpha.shape[0] // 2
        assert alpha[middle, middle] > 0.75 * 255 > alpha[0, 0]
        inside = alpha > 0.75 * 255
        assert inside.sum() == pytest.approx(12 * 12, abs=4)

    def test_a_hatch_has_no_seam(self):
        pixels = sprite.hatch((1, 2, 3), 2)[..., 3].astype(int)
        assert {0, 255} <= set(np.unique(pixels))
        across = np.hstack([pixels, pixels])
        period = sprite.HATCH_PERIOD * 2
        assert (across[:, period:] == across[:, :-period]).all()

    def test_used_patterns_exist(self, client):
        used = {
            layer["paint"]["fill-pattern"]
            for layer in style(client)["layers"]
            if "fill-pattern" in layer.get("paint", {})
        }
        assert used == set(sprite.PATTERNS)

    def test_png_pixels_come_back(self):
        pixels = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
        data = sprite.png(pixels)
        start = data.index(b"IDAT") + 4
        rows = np.frombuffer(zlib.decompress(data[start:-16]), np.uint8).reshape(2, 13)
        assert (rows[:, 1:].reshape(2, 3, 4) == pixels).all()


def test_the_base_style_names_only_layers_that_are_built():
    for part in (BACKDROP.ground, BACKDROP.buildings, BACKDROP.volumes, BACKDROP.labels):
        for layer in part:
            if layer["type"] != "background":
                assert layer["source-layer"] in BACKDROP.vector_layers
