"""Things that stand in the addresses of the matrix, made when a row needs them."""

from tests.access.world import World, thing


@thing("organization")
def organization(world: World) -> int:
    return world.body.pk
