"""Among two thousand bodies nobody scrolls a list: a search over a short choice."""

import pytest

from citymap.accounts.bin import checksum
from citymap.accounts.choices import OrganizationKind, Role
from citymap.accounts.models import Organization
from earthworks.models import Order
from tests.earthworks.test_pages import form, signed_in
from tests.earthworks.world import approving, body, draft

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]
EN = {"accept-language": "en"}
MOST_BYTES = 60_000


@pytest.fixture
def crowd(db) -> list[Organization]:
    return Organization.objects.bulk_create(
        Organization(kind=OrganizationKind.CONTRACTOR, name=f"Builder number {number}")
        for number in range(2000)
    )


@pytest.mark.parametrize("path", ["/works/new/", "/works/repairs/new/"])
def test_forms_stay_light(crowd, path):
    page = signed_in(Role.WORKS).get(path, headers=EN)
    assert page.status_code == 200
    assert len(page.content) < MOST_BYTES
    assert page.content.decode().count("data-bodies-search") >= 2


def test_the_choice_offers_who_is_named_often_and_who_is_chosen(crowd):
    often = body("water")
    order = draft(holder=often)
    office = signed_in(Role.WORKS)
    page = office.get("/works/new/", headers=EN).content.decode()
    assert f'<option value="{often.pk}">' in page
    assert f'<option value="{crowd[0].pk}"' not in page
    # What was chosen is still chosen when the form comes back with an error.
    page = office.post("/works/new/", form(holder=crowd[7].pk, begins_on=""), headers=EN)
    assert f'<option value="{crowd[7].pk}" selected>' in page.content.decode()
    page = office.get(f"/works/orders/{order.pk}/correct/", headers=EN).content.decode()
    assert f'<option value="{often.pk}" selected>' in page


def test_any_body_may_be_sent_and_nobody_who_is_none(crowd):
    office = signed_in(Role.WORKS)
    office.post("/works/new/", form(holder=crowd[1500].pk))
    assert Order.objects.get().holder == crowd[1500]
    for wrong in ("9" * 30, "0", "x", "\0", "²"):
        answer = office.post("/works/new/", form(holder=wrong, request_key=""), headers=EN)
        assert answer.status_code in (200, 400, 422), wrong
    assert Order.objects.count() == 1


def test_without_scripts_a_body_is_named_by_its_bin(crowd):
    number = "99054000001"
    crowd[3].bin = number + str(checksum(number))
    crowd[3].save()
    signed_in(Role.WORKS).post("/works/new/", form(holder="", holder_bin=crowd[3].bin))
    assert Order.objects.get().holder == crowd[3]


def test_one_more_body_is_asked_from_the_order_s_page(crowd):
    order = approving()
    office = signed_in(Role.WORKS)
    page = office.get(f"/works/orders/{order.pk}/", headers=EN)
    assert "data-bodies-search" in page.content.decode()
    office.post(f"/works/orders/{order.pk}/ask/", {"ask-body": crowd[9].pk, "ask-kind": "network"})
    assert order.approvals.get().organization == crowd[9]
