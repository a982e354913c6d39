"""Things that stand in the addresses of the matrix, made when a row needs them."""

from citymap.accounts.models import Organization
from citymap.accounts.services.tokens import make_token
from citymap.history.protocols import open_protocol
from citymap.history.tracking import tracking_of
from citymap.notices.recipients import Recipient
from citymap.notices.services import owe
from citymap.personal.services import save_person
from tests.access.world import World, thing


@thing("organization")
def organization(world: World) -> int:
    return world.body.pk


@thing("token")
def token(world: World) -> int:
    """A token of the API, the executor's own."""
    user = world.users["executor"]
    return make_token(user=user, name="matrix", scope="read", days=7)[0].pk


@thing("person")
def person(world: World) -> str:
    return save_person(name="matrix person").number


@thing("protocol")
def protocol(world: World) -> str:
    return open_protocol(kind="refused", what="matrix protocol").label


@thing("change")
def change(world: World) -> str:
    Organization.objects.filter(pk=world.body.pk).update(phone="1")
    event = tracking_of(Organization).event_model.objects.of_object(world.body).newest_first()[0]
    return f"accounts.organization/{event.pgh_id}"


@thing("notice")
def notice(world: World) -> int:
    """A notice that waits, about the body."""
    return owe(
        kind="protocol_opened",
        source=world.body,
        recipient=Recipient.address("email", "office@city.example"),
        why="matrix",
    ).pk
