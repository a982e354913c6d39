"""A dispatcher reached by telephone is recorded: with any appeal, under history, in the story."""

import pytest
from django.urls import reverse

from appeals import services
from appeals.errors import InvalidError, NotPermittedError, WrongStateError
from appeals.models import DispatcherCall
from appeals.story import story_of
from citymap.history.models import ChainRecord
from tests.appeals.world import DAY, HOUR, MONDAY

pytestmark = pytest.mark.django_db


def record(world, appeal, /, **values) -> DispatcherCall:
    return services.dispatched(
        **{
            "appeal": appeal, "user": world.operator, "dispatcher": "Ли О. П.",
            "log_number": "117/3", "now": MONDAY + HOUR,
        } | values
    )  # fmt: skip


def test_who_when_and_their_number_are_told_by_the_story(world):
    appeal = world.assigned()
    made = record(world, appeal, note="выехала бригада")
    assert (made.body, made.called_at, made.made_by) == (
        world.body, MONDAY + HOUR, world.operator,
    )  # fmt: skip
    event = next(one for one in story_of(appeal) if one.kind == "dispatch")
    assert "Ли О. П." in event.what
    assert event.when == MONDAY + HOUR
    assert world.body.title in event.facts
    assert any("117/3" in fact for fact in event.facts)
    assert event.text == "выехала бригада"


def test_it_is_under_history_and_chain_and_the_name_is_not_in_it(world):
    made = record(world, world.assigned())
    event = made.history_events.get()
    assert event.pgh_context["reason"] == "appeals.dispatched"
    sealed = ChainRecord.objects.get(model="appeals.dispatchercall", key=str(made.pk))
    assert "117/3" in sealed.payload
    assert "Ли О" not in sealed.payload


def test_the_state_stays_and_several_may_be_reached(world):
    appeal = world.assigned()
    for name in ("Ли", "Ким"):
        record(world, appeal, dispatcher=name)
    fresh = world.fresh(appeal)
    assert (fresh.state, fresh.version) == (appeal.state, appeal.version)
    assert fresh.dispatcher_calls.count() == 2


def test_what_cannot_be_is_refused(world):
    appeal = world.assigned()
    for error, values in (
        (InvalidError, {"dispatcher": "  "}),
        (InvalidError, {"called_at": MONDAY + 2 * DAY}),
        (NotPermittedError, {"user": world.executor}),
        (WrongStateError, {"appeal": world.closed(), "now": MONDAY + DAY}),
    ):
        with pytest.raises(error):
            record(world, appeal, **values)
    assert not DispatcherCall.objects.exists()


def test_the_page_records_it_and_says_what_is_wrong(desk, world, client):
    appeal = world.assigned()
    address = reverse("desk:dispatcher", args=[appeal.number])
    refused = client.post(address, {"dispatcher-dispatcher": ""})
    assert refused.status_code == 400
    assert "Say who took the call there." in refused.content.decode()
    late = {"dispatcher-dispatcher": "Ли", "dispatcher-called_at": "2999-01-01T00:00"}
    assert client.post(address, late).status_code == 400
    done = client.post(address, {"dispatcher-dispatcher": "Ли", "dispatcher-log_number": "5"})
    assert done.status_code == 302
    page = client.get(f"/desk/appeals/{appeal.number}/").content.decode()
    assert "Taken by the dispatcher: Ли" in page
    assert "number 5 in their log" in page


def test_it_may_be_told_while_the_appeal_is_written(desk, world):
    desk.post("register", **desk.appeal(dispatcher="Ли", log_number="8"))
    made = DispatcherCall.objects.get()
    assert (made.dispatcher, made.log_number, made.made_by) == ("Ли", "8", world.operator)


def test_a_transfer_before_it_is_part_of_its_story(desk):
    contact = desk.begun("8 701 555 44 33")
    desk.post("transfer", contact.pk, service="104", dispatcher="Ким", log_number="44")
    desk.post("register", **desk.appeal(contact, category="GAS-SMELL"))
    made = DispatcherCall.objects.get()
    assert (made.dispatcher, made.log_number) == ("Ким", "44")
    assert made.note == contact.__class__(transferred_to="104").get_transferred_to_display()
