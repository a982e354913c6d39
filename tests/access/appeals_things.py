"""Appeals, links, photos and promises that stand in the addresses of the matrix."""

import datetime as dt

from django.contrib.gis.geos import Point

from appeals import services
from appeals.choices import Outcome, PhotoKind
from appeals.first_rows import fill_empty_tables
from appeals.linkkeys import key_of
from appeals.models import Appeal, Category, Photo, Promise, WorkLink
from appeals.where import place_of
from citymap.accounts.choices import ContactKind
from citymap.accounts.models import Contact
from citymap.geo import city_srid
from citymap.personal.models import Person
from tests.access.world import World, X, Y, thing
from tests.appeals.world import REPLY, photo_file

NOW = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
ADDRESS = "matrix@body.example"


def registered(world: World) -> Appeal:
    """An appeal in the area; of the marked person, when the world has one (test_leaks.py)."""
    fill_empty_tables(sender=None)
    return services.register(
        user=world.users["operator"], category=Category.objects.get(code="HEAT-NONE"),
        text="matrix", where=place_of(geom=Point(X + 100, Y + 100, srid=city_srid())),
        language="ru", now=NOW, applicants=list(Person.objects.order_by("-pk")[:1]),
    )  # fmt: skip


def assigned(world: World) -> Appeal:
    return services.assign(
        appeal=registered(world), body=world.body, user=world.users["operator"], now=NOW
    )


def reported(world: World, outcome: Outcome = Outcome.DONE, **values) -> Appeal:
    user = world.users["executor"]
    appeal = services.accept(appeal=assigned(world), user=user, now=NOW)
    appeal = services.start(appeal=appeal, user=user, now=NOW)
    services.report(appeal=appeal, user=user, outcome=outcome, text=REPLY, now=NOW, **values)
    return Appeal.objects.get(pk=appeal.pk)


@thing("inbox_appeal")
def inbox_appeal(world: World) -> int:
    return assigned(world).pk


@thing("inbox_link")
def inbox_link(world: World) -> str:
    """An appeal and a link of it, as they stand in an address."""
    link = made_link(world)
    return f"{link.appeal_id}/links/{link.pk}"


@thing("field_appeal")
def field_appeal(world: World) -> int:
    appeal = reported(world)
    # Whoever checks is of another organisation.
    Appeal.objects.filter(pk=appeal.pk).update(executor=world.other_body)
    return appeal.pk


@thing("appeal_photo")
def appeal_photo(world: World) -> str:
    services.add_photos(
        appeal=assigned(world), photos=services.cleaned([photo_file((64, 64))]),
        kind=PhotoKind.BEFORE, user=world.users["executor"],
    )  # fmt: skip
    return str(Photo.objects.latest("pk").file_key)


@thing("promise")
def promise(world: World) -> int:
    appeal = reported(world, Outcome.PLANNED, planned_on=dt.date(2027, 6, 1))
    return Promise.objects.get(appeal=appeal).pk


def made_link(world: World) -> WorkLink:
    Contact.objects.get_or_create(organization=world.body, kind=ContactKind.EMAIL, value=ADDRESS)
    return services.send_link(appeal=assigned(world), user=world.users["executor"], address=ADDRESS)


@thing("task")
def task(world: World) -> int:
    return made_link(world).pk


@thing("task_key")
def task_key(world: World) -> str:
    return key_of(made_link(world).public_id)
