"""The same form from many browsers at once: it counts once, and nobody sees a fault."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from appeals import services
from appeals.codes import code_of
from appeals.linkkeys import key_of
from appeals.models import Appeal, Contact, Feedback, OnSiteCheck, Photo, RateCount
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact as Address
from tests.appeals.portal.acting import filled, opened
from tests.appeals.test_concurrency import at_once
from tests.appeals.world import World, photo_file

CLIENTS = 6
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return World()


def posted(client: Client, url: str, form: dict, photo: bytes | None = None):
    """An action that sends a form; each sending has a file of its own."""

    def action():
        files = {"photos": SimpleUploadedFile("a.jpg", photo)} if photo else {}
        return client.post(url, form | files)

    return action


def test_one_report_sent_at_once_is_one_appeal(world):
    form, photo = filled(world, phone="+77015550177", consent="on"), photo_file().read()
    answers = at_once(*[posted(Client(), "/report/", form, photo) for _ in range(CLIENTS)])
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer.url for answer in answers}) == 1
    assert (Appeal.objects.count(), Contact.objects.count()) == (1, 1)
    assert Appeal.objects.get().photos.count() == 1


def test_one_dispute_and_one_rating(world):
    appeal = world.closed()
    Appeal.objects.filter(pk=appeal.pk).update(ended_at=timezone.now())
    clients = [Client() for _ in range(CLIENTS)]
    for client in clients:
        opened(client, appeal)
    at_once(*[posted(one, f"/track/{appeal.number}/feedback/", {"satisfaction": "4"})
              for one in clients])  # fmt: skip
    assert Feedback.objects.count() == 1
    answers = at_once(*[posted(one, f"/track/{appeal.number}/dispute/", {"reason": "Холодно"})
                        for one in clients])  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (CLIENTS - 1)
    assert world.fresh(appeal).version == appeal.version + 1


def test_one_link_on_several_telephones(world):
    Address.objects.create(organization=world.body, kind=ContactKind.EMAIL, value="a@heat.example")
    appeal = world.assigned()
    link = services.send_link(appeal=appeal, user=world.executor, address="a@heat.example")
    phones = [Client() for _ in range(CLIENTS)]
    for phone in phones:
        phone.get(f"/task/{key_of(link.public_id)}/")
    form = {"accept-version": appeal.version}
    answers = at_once(*[posted(one, f"/task/{link.pk}/accept/", form) for one in phones])
    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (CLIENTS - 1)
    assert world.fresh(appeal).version == appeal.version + 1


def test_one_check_sent_at_once_is_one(world):
    appeal = world.reported()
    form = {
        "key": str(uuid.uuid4()), "report": appeal.reports.get().pk, "result": "no_access",
        "note": "заперто", "lon": "69.15", "lat": "54.87",
    }  # fmt: skip
    clients = [Client(headers={"accept": "application/json"}) for _ in range(CLIENTS)]
    for client in clients:
        client.force_login(world.inspector)
    photo = photo_file().read()
    answers = at_once(*[posted(one, f"/field/{appeal.pk}/check/", form, photo) for one in clients])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (OnSiteCheck.objects.count(), Photo.objects.count()) == (1, 1)


def test_guesses_at_once_are_all_counted(world):
    appeal = world.register()
    form = {"number": appeal.number, "code": "aaaa-aaaa"}
    at_once(*[posted(Client(), "/track/", form) for _ in range(CLIENTS)])
    assert set(RateCount.objects.values_list("count", flat=True)) == {CLIENTS}
    right = Client().post("/track/", {"number": appeal.number, "code": code_of(appeal)})
    assert right.status_code == 302
