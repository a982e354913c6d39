"""The place card over `/api/place/`: what it says, to whom, at which cost."""

import pytest
from django.test import Client

from citymap.geo import lon_lat
from layers.models import SnowplowTrack

pytestmark = pytest.mark.django_db


def _card(client=None, **asked):
    answer = (client or Client()).get("/api/place/", {"lang": "en", "date": "2026-02-01", **asked})
    assert answer.status_code == 200, answer.content
    return answer.json()


def _section(card, name):
    return next((s for s in card["sections"] if s["name"] == name), None)


def _facts(item):
    return {fact["label"]: fact["value"] for fact in item.get("facts", [])}


def _at(corner, east, north):
    lon, lat = lon_lat(corner.plan.point(east, north))
    return {"lon": lon, "lat": lat}


def test_a_click_into_a_house_finds_house_address_yard_and_territory(corner):
    card = _card(**_at(corner, 30, 7))
    assert card["address"]["label"] == "Абая, 5"
    assert card["building"]["id"] == corner.building.pk
    assert card["yard"]["label"] == "Абая, 5, 7"
    assert card["yard"]["quarter"]["label"] == "Квартал 12"
    assert card["territory"]["label"] == "Центр"
    assert [outer["label"] for outer in card["territory"]["within"]] == ["Петропавловск"]
    assert card["at"]["date"] == "2026-02-01"


def test_house_and_address_lead_to_the_same_place(corner):
    by_building = _card(building=corner.building.pk)
    by_address = _card(address=corner.address.pk)
    assert by_building["address"]["id"] == by_address["address"]["id"]
    assert by_address["address"]["distance_m"] == 0
    assert by_building["building"] == by_address["building"]
    assert by_building["sections"] == by_address["sections"]


def test_a_click_beside_a_house_finds_the_nearest(corner):
    assert _card(**_at(corner, 75, 7))["building"]["id"] == corner.building.pk
    assert _card(**_at(corner, 95, 7))["building"] is None


def test_a_click_into_the_yard_finds_the_yard_without_a_house(corner):
    card = _card(**_at(corner, 98, 85))
    assert card["building"] is None
    assert card["yard"]["id"] == corner.yard.pk


def test_open_ground_has_a_card_too(corner):
    card = _card(**_at(corner, 1500, 1500))
    assert (card["address"], card["building"], card["yard"]) == (None, None, None)
    assert card["territory"]["label"] == "Петропавловск"
    for section in card["sections"]:
        assert section["items"] or section["empty"]


def test_networks_within_30_m_with_what_is_known_of_them(corner):
    (network,) = _section(_card(building=corner.building.pk), "networks")["items"]
    assert network["network"] == "heat"
    assert network["distance_m"] == 10
    assert _facts(network) == {
        "Material": "steel",
        "Diameter": "300 mm",
        "Laid in": "1986",
        "Laid": "underground",
        "Owner": "Тепловые сети",
    }


def test_dated_layers_follow_the_day_asked_about(corner):
    before = _section(_card(building=corner.building.pk, date="2023-06-01"), "networks")["items"]
    assert {item["network"] for item in before} == {"heat", "gas"}
    long_ago = _section(_card(building=corner.building.pk, date="2010-06-01"), "networks")
    assert long_ago["items"] == []


def test_manholes_with_the_state_of_their_cover(corner):
    (manhole,) = _section(_card(building=corner.building.pk), "manholes")["items"]
    assert manhole["state"] == "open"
    assert _facts(manhole)["Number"] == "К-12"


def test_installation_dates_are_as_exact_as_they_are_known(corner):
    items = _section(_card(building=corner.building.pk), "grounds")["items"]
    playground, pitch = items
    assert _facts(playground)["Installed"] == "May 2019"
    assert _facts(playground)["Condition"] == "Poor"
    assert _facts(pitch)["Installed"] == "2021"
    assert playground["installed_on"] == "2019-05-01"
    assert playground["installed_on_precision"] == "month"


def test_the_manager_of_the_day_and_the_owners_of_networks_are_responsible(corner):
    manager, owner = _section(_card(building=corner.building.pk), "organizations")["items"]
    assert manager["title"] == "ОСИ Абая 5"
    assert _facts(manager)["Since"] == "17 September 2025"
    assert owner["title"] == "Тепловые сети"
    earlier = _section(_card(building=corner.building.pk, date="2025-09-16"), "organizations")
    assert earlier["items"][0]["title"] == "КСК Восток"


def test_stops_name_the_routes_that_serve_them_in_order(corner):
    (stop,) = _section(_card(building=corner.building.pk), "stops")["items"]
    assert stop["title"] == "Рынок"
    assert stop["routes"] == ["2", "10"]


def test_the_last_pass_is_that_on_the_street_of_the_address(corner):
    (track,) = _section(_card(building=corner.building.pk), "snowplow")["items"]
    assert _facts(track)["Vehicle"] == "late"
    assert track["at"] == "2026-01-10T14:30:00+05:00"
    before = _section(_card(building=corner.building.pk, date="2026-01-09"), "snowplow")
    assert before["items"] == []
    assert before["empty"]


def test_a_day_is_a_day_of_the_city(corner):
    """22:30 UTC is already the next day in the city."""
    SnowplowTrack.objects.filter(vehicle="late").update(
        started_at="2026-01-09T22:30:00Z", ended_at="2026-01-09T22:45:00Z"
    )
    ninth = _section(_card(building=corner.building.pk, date="2026-01-09"), "snowplow")
    assert ninth["items"] == []
    SnowplowTrack.objects.filter(vehicle="early").delete()
    (track,) = _section(_card(building=corner.building.pk, date="2026-01-10"), "snowplow")["items"]
    assert track["at"] == "2026-01-10T03:45:00+05:00"


def test_inferred_values_are_marked(corner):
    (building,) = _section(_card(building=corner.building.pk), "facts")["items"]
    marked = {fact["label"] for fact in building["facts"] if fact.get("inferred")}
    assert marked == {"Apartments"}
    assert _facts(building)["RCA code"] == "0201300123456789"
    assert _card(building=corner.building.pk)["building"]["apartments_inferred"] is True


def test_citizens_never_see_cameras(corner, inspector):
    assert _section(_card(building=corner.building.pk), "cameras") is None
    assert "camera" not in str(_card(building=corner.building.pk))
    staff = Client()
    staff.force_login(inspector)
    (camera,) = _section(_card(staff, building=corner.building.pk), "cameras")["items"]
    assert camera["kind"] == "camera"
    assert _facts(camera)["Direction"] == "90°"


def test_names_are_in_the_language_of_the_reader(corner):
    card = _card(building=corner.building.pk, lang="kk")
    assert card["address"]["label"] == "Абай көшесі, 5"
    assert _section(card, "stops")["items"][0]["title"] == "Базар"
    assert _section(card, "organizations")["items"][0]["title"] == "Абай 5 МИБ"


def test_a_retired_house_still_has_its_card(corner):
    corner.building.valid_to = "2025-01-01"
    corner.building.save()
    assert _card(building=corner.building.pk)["building"]["retired_on"] == "2025-01-01"


def test_the_whole_card_takes_at_most_ten_queries(corner, django_assert_max_num_queries):
    with django_assert_max_num_queries(10):
        _card(**_at(corner, 30, 7))
    with django_assert_max_num_queries(10):
        _card(address=corner.address.pk)


def test_the_whole_card_takes_at_most_ten_queries_for_staff(
    corner, inspector, django_assert_max_num_queries
):
    staff = Client()
    staff.force_login(inspector)
    with django_assert_max_num_queries(12):  # two of them sign the user in
        _card(staff, **_at(corner, 30, 7))


@pytest.mark.usefixtures("runtime_role")
def test_the_runtime_role_can_read_the_card(corner):
    assert _card(building=corner.building.pk)["address"]["label"] == "Абая, 5"


@pytest.mark.parametrize(
    "asked, status, parameter",
    [
        ({}, 400, "lon"),
        ({"lon": "69.1"}, 400, "lat"),
        ({"lat": "54.8"}, 400, "lon"),
        ({"lon": "NaN", "lat": "54.87"}, 400, "lon"),
        ({"lon": "69.14", "lat": "inf"}, 400, "lat"),
        ({"lon": "x", "lat": "54.87"}, 400, "lon"),
        ({"lon": "200", "lat": "54.87"}, 400, None),
        ({"lon": "54.87", "lat": "69.14"}, 404, None),
        ({"lon": "1e400", "lat": "54.87"}, 400, "lon"),
        ({"building": "0"}, 400, "building"),
        ({"building": "abc"}, 400, "building"),
        ({"building": "9" * 30}, 400, "building"),
        ({"building": "9223372036854775807"}, 404, None),
        ({"address": "999999999"}, 404, None),
        ({"building": "1", "address": "1"}, 400, "lon"),
        ({"building": "1", "lon": "69.14", "lat": "54.87"}, 400, "lon"),
        ({"building": "1", "date": "2026-13-01"}, 400, "date"),
        ({"building": "1", "date": "yesterday"}, 400, "date"),
        ({"building": "1", "lang": "xx"}, 400, "lang"),
    ],
)
def test_bad_questions_get_a_clear_refusal(asked, status, parameter):
    answer = Client().get("/api/place/", asked)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body.get("parameter") == parameter
    assert body["title"]
    assert body.get("detail") or status == 404
