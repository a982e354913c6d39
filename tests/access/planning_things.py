"""Things of planning that stand in addresses of the matrix."""

from planning.services.programmes import start_programme
from planning.services.queue import FIRST_POLICY, save_scenario, take_snapshot
from tests.access.world import World, thing
from tests.planning.town import TODAY, make_yard


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
