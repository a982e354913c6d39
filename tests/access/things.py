"""Things that stand in the addresses of the matrix, made when a row needs them."""

from citymap.personal.services import save_person
from tests.access.world import World, thing


@thing("organization")
def organization(world: World) -> int:
    return world.body.pk


@thing("person")
def person(world: World) -> str:
    return save_person(name="matrix person").number
