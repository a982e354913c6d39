"""What tests of the residents' pages do again and again."""

import uuid

from appeals.codes import code_of
from appeals.models import Appeal
from citymap.geo import lon_lat

PHONE = "+77015550102"


def filled(world, **values) -> dict:
    lon, lat = lon_lat(world.at())
    return {
        "key": str(uuid.uuid4()), "lon": f"{lon:.6f}", "lat": f"{lat:.6f}",
        "category": world.category("ROAD-POTHOLE").pk, "text": "Глубокая яма у остановки",
    } | values  # fmt: skip


def reported(client, world, **values) -> Appeal:
    answer = client.post("/report/", filled(world, **values))
    assert answer.status_code == 302, answer.content.decode()
    return Appeal.objects.get(number=answer.url.split("/")[2])


def opened(client, appeal) -> None:
    answer = client.post("/track/", {"number": appeal.number, "code": code_of(appeal)})
    assert answer.status_code == 302
    assert answer.url == f"/track/{appeal.number}/"
