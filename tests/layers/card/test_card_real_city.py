"""The card on the real city: anywhere, in few queries, always by index."""

import random

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citymap.geo import city_bbox, lon_lat
from layers.models import Address, Building, Camera, Playground
from tests.layers.card.plans import nodes, plan

pytestmark = [pytest.mark.realdata, pytest.mark.django_db, pytest.mark.usefixtures("real_city")]
MAX_QUERIES = 10


def _questions(count):
    chance = random.Random(109)
    buildings = list(Building.objects.current().order_by("source_id").values_list("pk", flat=True))
    addresses = list(Address.objects.current().order_by("source_id").values_list("pk", "geom"))
    for building in chance.sample(buildings, count):
        yield {"building": building}
    for address, _geom in chance.sample(addresses, count):
        yield {"address": address}
    for _address, geom in chance.sample(addresses, count):
        lon, lat = lon_lat(geom)
        at = {"lon": lon + chance.uniform(-2e-3, 2e-3), "lat": lat + chance.uniform(-1e-3, 1e-3)}
        if city_bbox().contains(**at):
            yield at


def test_everywhere_there_is_a_card_in_at_most_ten_queries():
    for asked in _questions(40):
        with CaptureQueriesContext(connection) as queries:
            answer = Client().get("/api/place/", asked)
        assert answer.status_code == 200, asked
        assert len(queries) <= MAX_QUERIES, asked
        card = answer.json()
        assert all(section["items"] or section["empty"] for section in card["sections"])


def test_no_large_table_is_ever_read_whole():
    large = {"layers_building", "layers_address", "layers_yard", "layers_street"}
    for asked in _questions(5):
        with CaptureQueriesContext(connection) as queries:
            Client().get("/api/place/", asked)
        for query in queries:
            if not query["sql"].lstrip().startswith(("SELECT", "--")):
                continue
            read_whole = {
                node["Relation Name"]
                for node in nodes(plan(query["sql"]))
                if node["Node Type"] == "Seq Scan"
            }
            assert not read_whole & large, (asked, query["sql"])


def test_an_address_of_the_search_opens_its_card():
    found = Client().get("/api/addresses/", {"q": "Конституции Казахстана 28"}).json()[0]
    card = Client().get("/api/place/", {"address": found["id"], "lang": "ru"}).json()
    assert card["address"]["label"] == "Конституции Казахстана, 28"
    assert card["building"] is not None


def test_an_apartment_house_has_its_yard_and_inferred_flats_are_marked():
    house = (
        Building.objects.current()
        .filter(yard__isnull=False, apartments_basis="inferred")
        .order_by("source_id")
        .first()
    )
    card = Client().get("/api/place/", {"building": house.pk}).json()
    assert card["yard"]["id"] == house.yard_id
    assert card["building"]["apartments_inferred"] is True


def test_playgrounds_are_shown_and_cameras_are_not():
    playground = Playground.objects.current().order_by("source_id").first()
    lon, lat = lon_lat(playground.geom.centroid)
    card = Client().get("/api/place/", {"lon": lon, "lat": lat}).json()
    (grounds,) = [section for section in card["sections"] if section["name"] == "grounds"]
    assert playground.pk in {item["id"] for item in grounds["items"]}
    for camera in Camera.objects.current().order_by("source_id")[:20]:
        lon, lat = lon_lat(camera.geom)
        assert (
            "camera" not in Client().get("/api/place/", {"lon": lon, "lat": lat}).content.decode()
        )
