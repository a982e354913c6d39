"""Things of planning that stand in addresses of the matrix."""

import io

from PIL import Image

from planning.choices import PhotoShows
from planning.models import YardFollower
from planning.services.following import ask_to_follow
from planning.services.photos import add_yard_photo
from planning.services.programmes import publish_version, put_yard, start_programme
from planning.services.queue import FIRST_POLICY, save_scenario, take_snapshot
from tests.access.world import World, thing
from tests.planning.town import TODAY, make_prices, make_yard, survey


@thing("yard")
def yard(world: World) -> int:
    return make_yard(0).pk


@thing("scenario")
def scenario(world: World) -> int:
    made = save_scenario(name="matrix", policy=FIRST_POLICY, user=world.users["planner"])
    return made.pk


@thing("programme_version")
def programme_version(world: World) -> int:
    take_snapshot(as_of=TODAY)
    made = start_programme(
        name="matrix", first_year=2027, budgets=[1], reason="matrix", user=world.users["planner"]
    )
    return made.pk


@thing("follow_token")
def follow_token(world: World) -> str:
    ask_to_follow(yard=make_yard(1), email="reader@example.kz", language="ru")
    return YardFollower.objects.get().token


@thing("yard_photo")
def yard_photo(world: World) -> str:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "grey").save(file, "JPEG")
    file.seek(0)
    photo = add_yard_photo(
        yard=make_yard(2), file=file, shows=PhotoShows.BEFORE, taken_on=TODAY, user=None
    )
    return str(photo.file_key)


@thing("published_programme")
def published_programme(world: World) -> int:
    found = make_yard(3)
    make_prices()
    survey(found)
    take_snapshot(as_of=TODAY)
    planner = world.users["planner"]
    made = start_programme(
        name="published", first_year=2027, budgets=[10**9], reason="matrix", user=planner
    )
    put_yard(version=made, yard=found, year=2027, reason="matrix", user=planner)
    return publish_version(version=made, user=planner).programme_id
