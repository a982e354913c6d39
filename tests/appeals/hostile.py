"""What tests of hostile input share: who asks, what must not change, the time of day."""

from django.test import Client

from appeals.models import (
    Appeal,
    Contact,
    Feedback,
    Instruction,
    OnSiteCheck,
    Photo,
    Promise,
    PublicCard,
    WorkLink,
)
from citymap.personal.models import Person
from tests.appeals.world import HOUR, MONDAY

NOON = MONDAY + 6 * HOUR
SCRIPT = "<script>alert(109)</script>"
TABLES = (
    Appeal, Contact, Person, Photo, Promise, PublicCard, Instruction, OnSiteCheck, Feedback,
    WorkLink,
)  # fmt: skip


def client_of(user=None) -> Client:
    client = Client(headers={"accept-language": "en"})
    if user is not None:
        client.force_login(user)
    return client


def state_of_tables() -> list:
    """How many rows there are, and which version each appeal has."""
    versions = list(Appeal.objects.order_by("pk").values_list("pk", "version", "state"))
    return [table.objects.count() for table in TABLES] + versions
