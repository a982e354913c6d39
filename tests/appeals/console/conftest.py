"""The desk as an operator's browser asks it."""

import uuid
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from appeals.models import Contact, RoutingRule
from citymap.geo import lon_lat
from tests.appeals.world import World


@dataclass
class Desk:
    """An operator signed in, with what the panel would send."""

    world: World
    client: Client

    def post(self, route: str, /, *args: object, **data: object):
        return self.client.post(reverse(f"desk:{route}", args=args), data)

    def begin(self, phone: str = "", **more: str):
        data = {"phone": phone, "channel": "phone", "language": "ru", "key": str(uuid.uuid4())}
        return self.post("begin", **(data | more))

    def begun(self, phone: str = "") -> Contact:
        assert self.begin(phone).status_code == 200
        return Contact.objects.latest("pk")

    def appeal(self, contact: Contact | None = None, **more: object) -> dict[str, object]:
        """What a filled-in form sends."""
        lon, lat = lon_lat(self.world.at())
        data = {
            "key": str(uuid.uuid4()), "category": "HEAT-NONE", "text": "Холодные батареи",
            "language": "ru", "channel": "phone", "regime": "service_request",
            "lon": lon, "lat": lat, "label": "улица Абая, 1",
        }  # fmt: skip
        if contact is not None:
            data["contact"] = contact.pk
        return data | more


@pytest.fixture
def desk(world, client) -> Desk:
    client.force_login(world.operator)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return Desk(world, client)


@pytest.fixture
def rule(world) -> RoutingRule:
    return RoutingRule.objects.create(
        position=1, body=world.body, reason_ru="тепло везде", reason_kk="жылу барлық жерде",
        valid_from="2020-01-01",
    )  # fmt: skip
