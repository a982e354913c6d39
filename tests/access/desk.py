"""Contacts, appeals, photos and outages that stand in the addresses of the desk's rows."""

import io

from django.contrib.gis.geos import Point
from PIL import Image

from appeals import services
from appeals.choices import Evidence, Outcome, PhotoKind
from appeals.models import Appeal, Applicant, Category, Contact, Incident, KnowledgeArticle
from appeals.where import place_of
from citymap.geo import city_srid
from citymap.personal.models import Person
from citymap.personal.services import save_person
from tests.access.world import World, X, Y, thing


def contact(world: World, caller: Person | None = None) -> Contact:
    return services.register_contact(
        user=world.users["operator"], channel="phone", language="ru", caller=caller
    )


def registered(world: World, text: str = "matrix") -> Appeal:
    """An appeal of the marked person in the area, assigned to the body."""
    person = Person.objects.get(number=world.address("{person}"))
    place = place_of(geom=Point(X + 100, Y + 100, srid=city_srid()))
    appeal = services.register(
        user=world.users["operator"], category=Category.objects.get(code="HEAT-NONE"),
        text=text, where=place, language="ru", applicants=[person],
    )  # fmt: skip
    return services.assign(appeal=appeal, body=world.body, user=world.users["operator"])


@thing("desk_contact")
def desk_contact(world: World) -> int:
    return contact(world, Person.objects.get(number=world.address("{person}"))).pk


@thing("desk_look")
def desk_look(world: World) -> int:
    """Its caller is nobody marked: a look shows the caller, as it should."""
    return contact(world, save_person(name="matrix caller")).pk


@thing("desk_ringing")
def desk_ringing(world: World) -> int:
    return services.ring(call_id="matrix", caller=None, language="ru").pk


@thing("appeal_number")
def appeal_number(world: World) -> str:
    return registered(world).number


@thing("appeal_unmarked")
def appeal_unmarked(world: World) -> str:
    """An appeal whose applicant is nobody marked, for the look."""
    appeal = registered(world)
    Applicant.objects.filter(appeal=appeal).update(person=save_person(name="matrix applicant"))
    return appeal.number


def verified(world: World) -> Appeal:
    appeal, executor = registered(world), world.users["executor"]
    services.accept(appeal=appeal, user=executor)
    services.start(appeal=appeal, user=executor)
    services.report(
        appeal=appeal, user=executor, outcome=Outcome.DONE, has_photo=True,
        text="Бригада Иванова И.И. устранила порыв 23 ноября 2026 года.",
    )  # fmt: skip
    somebody = world.users["other area"].__class__.objects.create_user(
        f"matrix verifier {appeal.pk}", roles=["coordinator"], whole_city=True
    )
    return services.verify(appeal=appeal, user=somebody, how=Evidence.PHONE, flags_note="matrix")


@thing("appeal_verified")
def appeal_verified(world: World) -> str:
    return verified(world).number


@thing("appeal_verified_unmarked")
def appeal_verified_unmarked(world: World) -> str:
    appeal = verified(world)
    Applicant.objects.filter(appeal=appeal).update(person=save_person(name="matrix applicant"))
    return appeal.number


@thing("desk_photo")
def desk_photo(world: World) -> str:
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "JPEG")
    file.seek(0)
    (photo,) = services.add_photos(
        appeal=registered(world), photos=services.cleaned([file]), kind=PhotoKind.PROBLEM,
        user=None,
    )  # fmt: skip
    return str(photo.file_key)


@thing("incident")
def incident(world: World) -> int:
    made: Incident = services.open_incident(
        user=world.users["operator"], title="matrix", category=Category.objects.get(
            code="HEAT-BURST"
        ),
        script_ru="x", script_kk="x", area=Point(X + 100, Y + 100, srid=city_srid()).buffer(50),
    )  # fmt: skip
    return made.pk


@thing("article_code")
def article_code(world: World) -> str:
    made = KnowledgeArticle.objects.create(code="matrix")
    services.publish(
        article=made, user=None, title_ru="x", title_kk="x", steps_ru="x", steps_kk="x"
    )
    return made.code
