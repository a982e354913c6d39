"""Hostile files, wherever photos are taken: no answer is a fault of ours, nothing is half saved."""

import io
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from appeals import services
from appeals.linkkeys import key_of
from appeals.models import Photo, RateCount, WorkLink
from tests.appeals.hostile import NOON, SCRIPT, client_of, state_of_tables
from tests.appeals.portal.acting import filled, opened
from tests.appeals.test_photos import png_of
from tests.appeals.world import World, photo_file

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def archive_behind_a_picture() -> bytes:
    """A file that is a picture to one reader and an archive with a page in it to another."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.html", SCRIPT)
    return photo_file().read() + packed.getvalue()


BAD_FILES = {
    "empty": b"", "script": SCRIPT.encode() * 40, "svg": b"<svg onload='alert(1)'/>",
    "bomb": png_of(50_000, 50_000), "many pixels": png_of(11_999, 11_999),
    "zip": b"PK\x03\x04" + b"\0" * 200, "phar": b"GIF89a<?php __HALT_COMPILER();",
    "cut": photo_file().read()[:900],
}  # fmt: skip


def sent_files(world: World, link: WorkLink) -> list[tuple[Client, str, dict, str]]:
    """Where files are taken: who, the address, the rest of the form, the file's field."""
    closed, working, reported = world.closed(), world.in_progress(), world.reported()
    resident, phone = client_of(), client_of()
    opened(resident, closed)
    phone.get(f"/task/{key_of(link.public_id)}/")
    services.accept(appeal=link.appeal, user=world.executor, now=NOON)
    check = {
        "key": str(uuid.uuid4()), "report": reported.reports.get().pk, "result": "not_confirmed",
        "note": "x", "lon": "69.15", "lat": "54.87",
    }  # fmt: skip
    return [
        (client_of(), "/report/", filled(world, join="new"), "photos"),
        (resident, f"/track/{closed.number}/dispute/", {"reason": "x"}, "photos"),
        (client_of(world.executor), f"/inbox/{working.pk}/photos/", {"photos-kind": "after"},
         "photos-photos"),
        (phone, f"/task/{link.pk}/photos/", {
            "photos-kind": "after", "photos-version": world.fresh(link.appeal).version,
        }, "photos-photos"),
        (client_of(world.inspector), f"/field/{reported.pk}/check/", check, "photos"),
    ]  # fmt: skip


def test_files_that_are_no_photos(world, link):
    places = sent_files(world, link)
    before = state_of_tables()
    for client, url, form, field in places:
        for name, content in BAD_FILES.items():
            if not content and url != places[2][1]:
                continue  # a browser sends an empty part where nothing was chosen
            RateCount.objects.all().delete()
            file = SimpleUploadedFile(f"{name}.jpg", content, content_type="image/jpeg")
            # One good picture beside it does not save the bad one.
            answer = client.post(url, form | {field: [upload(), file]})
            assert answer.status_code in (400, 409), (url, name, answer.status_code)
            assert state_of_tables() == before, (url, name)


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", photo_file().read(), content_type="image/jpeg")


def test_a_picture_that_is_more_than_one_is_only_a_picture(world, link):
    for client, url, form, field in sent_files(world, link):
        file = SimpleUploadedFile("a.jpg", archive_behind_a_picture(), content_type="text/html")
        answer = client.post(url, form | {field: file})
        assert answer.status_code == 302, (url, answer.status_code)
        kept = Photo.objects.latest("pk").image.open("rb").read()
        assert kept.startswith(b"\xff\xd8")
        assert b"PK\x03\x04" not in kept
        assert b"script" not in kept
        Photo.objects.all().delete()


@pytest.mark.parametrize(
    "megabytes, status, said", [(70, 400, "larger than 15 MB"), (100, 413, "At most 80 MB")]
)
def test_far_too_many_megabytes(world, link, megabytes, status, said):
    """Taken to a file on the way, read no further than a photo may be long, and refused; what is
    more than a request may bring is not even taken."""
    client, url, form, field = sent_files(world, link)[0]
    before = state_of_tables()
    file = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff" + b"\0" * (megabytes * 10**6))
    answer = client.post(url, form | {field: file})
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert state_of_tables() == before
