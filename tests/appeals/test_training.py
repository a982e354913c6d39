"""Practice calls: scored, one's own, and in none of the real numbers."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from appeals.choices import ContactKind
from appeals.models import Appeal, Contact, PracticeCall
from appeals.training.scenarios import PROBLEM, SCENARIOS
from appeals.training.scoring import WORTH, Answer, points, score
from citymap.geo import lon_lat


def answer(**values) -> Answer:
    return Answer(
        **{
            "kind": "appeal", "right_kind": "appeal", "category": 1, "group": 9,
            "right_category": 1, "right_group": 9, "distance_m": 10.0, "seconds": 30.0,
        }
        | values
    )  # fmt: skip


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 100),
        ({"category": 2}, 88),
        ({"category": 2, "group": 8}, 75),
        ({"distance_m": None}, 80),
        ({"distance_m": 180.0}, 90),
        ({"seconds": 150.0}, 92),
        ({"seconds": 9999.0}, 85),
        ({"kind": "consultation"}, 0),
        ({"kind": "transfer", "right_kind": "transfer", "service": "104", "right_service": "104"},
         100),
        ({"kind": "transfer", "right_kind": "transfer", "service": "101", "right_service": "104"},
         55),
        ({"kind": "consultation", "right_kind": "consultation"}, 100),
        ({"kind": "appeal", "right_kind": "drop"}, 0),
    ],
)  # fmt: skip
def test_points(values, expected):
    found = points(answer(**values))
    assert score(found) == expected
    assert set(found) <= set(WORTH)


def test_scenarios_are_whole():
    for scenario in SCENARIOS.values():
        assert (scenario.service is not None) == (scenario.kind == ContactKind.TRANSFER)
        assert scenario.code == PROBLEM or (scenario.ru and scenario.kk)


def test_a_call_is_answered_once_and_counted_nowhere(world):
    model = world.register(category=world.category("ROAD-POTHOLE"), text="Яма")
    before = (Appeal.objects.count(), Contact.objects.count())
    call = PracticeCall.objects.create(
        operator=world.operator, scenario=PROBLEM, model=model,
        started_at=timezone.now() - dt.timedelta(seconds=20),
    )  # fmt: skip
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.operator)
    assert "Яма" in client.get(f"/training/{call.pk}/").content.decode()
    assert client.post(f"/training/{call.pk}/", {"kind": "x"}).status_code == 400
    lon, lat = lon_lat(model.geom)
    form = {"kind": "appeal", "category": model.category_id, "lon": lon, "lat": lat}
    assert client.post(f"/training/{call.pk}/", form).status_code == 302
    client.post(f"/training/{call.pk}/", {"kind": "drop"})
    call.refresh_from_db()
    assert call.score == 100
    assert "100 points of 100" in client.get(f"/training/{call.pk}/").content.decode()
    other = Client()
    other.force_login(world.coordinator)
    assert other.get(f"/training/{call.pk}/").status_code == 404
    assert "100" in other.get("/training/").content.decode()
    assert (Appeal.objects.count(), Contact.objects.count()) == before


def test_a_call_rings_also_in_an_empty_city(world):
    client = Client(headers={"accept-language": "en"})
    client.force_login(world.operator)
    for _ in range(5):
        assert client.post("/training/start/").status_code == 302
    assert PracticeCall.objects.filter(score__isnull=True).count() == 5
    page = client.get(f"/training/{PracticeCall.objects.first().pk}/").content.decode()
    assert "Finish the call" in page
