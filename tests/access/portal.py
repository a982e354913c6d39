"""A public card that stands in the addresses of the matrix; of the marked person, if any."""

import datetime as dt

from django.contrib.gis.geos import Point

from appeals import services
from appeals.models import Appeal, Category
from appeals.where import place_of
from citymap.geo import city_srid
from citymap.personal.models import Person
from tests.access.world import World, X, Y, thing

NOW = dt.datetime(2026, 5, 20, 5, 0, tzinfo=dt.UTC)


@thing("public_card")
def public_card(world: World) -> str:
    """The number of an appeal that everybody may read; its applicant is in nobody's answer."""
    number = world.made.get("person")
    person = Person.objects.filter(number=number).first() if number else None
    appeal = services.register(
        user=world.users["operator"], category=Category.objects.get(code="ROAD-POTHOLE"),
        text="Яма у остановки", where=place_of(geom=Point(X + 100, Y + 100, srid=city_srid())),
        language="ru", applicants=[person] if person else [], now=NOW,
    )  # fmt: skip
    services.show_card(appeal=appeal, user=world.users["coordinator"], summary="Яма")
    return appeal.number


@thing("instruction")
def instruction(world: World) -> int:
    """An instruction to the body."""
    appeal = Appeal.objects.get(number=public_card(world))
    return services.instruct(
        appeal=appeal, user=world.users["head"], body=world.body, text="Проверить",
        due_on=dt.date(2026, 6, 20), now=NOW + dt.timedelta(hours=1),
    ).pk  # fmt: skip
