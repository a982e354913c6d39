"""What follows a missed deadline or a failed restoration: review, police, guarantee, record."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from django.test import Client
from django.utils import timezone

from citymap.accounts.choices import Role
from citymap.geo import city_srid
from earthworks.choices import Addressee, ClaimState, GuaranteeState, OrderState
from earthworks.errors import WorksError
from earthworks.models import Claim, GuaranteeCase, Order
from earthworks.record import record_of
from earthworks.services import claim_ends, claims, guarantees, works
from tests.earthworks.test_pages import signed_in
from tests.earthworks.world import (
    X,
    Y,
    approving,
    body,
    brought_to,
    dig,
    issued,
    local,
    official,
    police,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "media")]
LATE = local("2026-06-21 00:00")


@pytest.fixture
def office() -> Client:
    return signed_in(Role.WORKS, post="head of office")


# --- claims ---------------------------------------------------------------------------------
def sent_claim(addressee: Addressee) -> Claim:
    claim = Claim.objects.get(addressee=addressee)
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.SENT, sent_at=LATE)
    return claim


def test_the_addressee_asks_for_a_review_and_the_lawyer_decides():
    holder = body("holder", email="holder@example.kz")
    police()
    issued(holder=holder)
    claims.sweep(now=LATE)
    claim = sent_claim(Addressee.HOLDER)
    own, lawyer = signed_in(Role.EXECUTOR, organization=holder), signed_in(Role.LAWYER)
    path = f"/works/claims/{claim.pk}"
    assert "Ask for a review" in own.get(f"{path}/").content.decode()
    own.post(f"{path}/dispute/", {"dispute-text": "It was restored on the 19th"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.DISPUTED
    assert own.post(f"{path}/uphold/", {"uphold-text": "x"}).status_code == 404
    assert "1" in lawyer.get("/works/claims/?state=disputed").content.decode()
    lawyer.post(f"{path}/uphold/", {"uphold-text": "The inspection says otherwise"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.ANSWERED
    with pytest.raises(WorksError):
        claim_ends.uphold_claim(claim=claim, reason="again", user=official())
    lawyer.post(f"{path}/withdraw/", {"withdraw-text": "An error after all"})
    claim.refresh_from_db()
    assert claim.state == ClaimState.WITHDRAWN


def test_the_police_are_followed_to_the_fine():
    police()
    issued()
    claims.sweep(now=LATE)
    claim = sent_claim(Addressee.POLICE)
    lawyer, path = signed_in(Role.LAWYER), f"/works/claims/{claim.pk}"
    values = {"police-police_number": "КУИ-77", "police-decision": "fine"}
    lawyer.post(f"{path}/police/", values)
    claim.refresh_from_db()
    assert claim.police_number == ""
    lawyer.post(
        f"{path}/police/",
        {**values, "police-decided_on": "2026-07-01", "police-fine_kzt": "86500"},
    )
    claim.refresh_from_db()
    assert (claim.decision, claim.fine_kzt) == ("fine", 86500)
    assert "КУИ-77" in lawyer.get(f"{path}/").content.decode()
    assert lawyer.post(f"{path}/dispute/", {"dispute-text": "x"}).status_code == 404


# --- guarantee and record ---------------------------------------------------------------------
def test_ground_that_sinks_opens_the_duty_again(office):
    order = brought_to(issued(contractor=body("builder")), OrderState.CLOSED)
    place = order.geom.point_on_surface
    day = dt.date(2027, 6, 1)
    assert guarantees.guaranteed_at(place, day) == order
    assert guarantees.guaranteed_at(place, dt.date(2031, 6, 3)) is None
    assert guarantees.guaranteed_at(Point(X + 500, Y, srid=city_srid()), day) is None
    now = local("2027-06-01 10:00")
    case = guarantees.report_failure(
        order=order, position=place, ground="a hole", user=None, now=now
    )
    assert case.due_on == dt.date(2027, 6, 15)
    again = guarantees.report_failure(order=order, position=place, ground="x", user=None, now=now)
    assert again == case
    page = Client(headers={"accept-language": "en"}).get(f"/works/public/{order.number}/")
    assert "The ground sank after the restoration" in page.content.decode()
    record = record_of(body("builder"), now)
    assert (record.guarantee_cases, record.open_guarantee_cases) == (1, 1)
    office.post(f"/works/guarantees/{case.pk}/", {"end-state": "mended", "end-reason": " "})
    with pytest.raises(WorksError):
        guarantees.end_case(
            case=case, state=GuaranteeState.MENDED, reason="too early", user=official(),
            now=now - dt.timedelta(days=1),
        )  # fmt: skip
    assert GuaranteeCase.objects.get().state == GuaranteeState.OPEN
    guarantees.end_case(
        case=case, state=GuaranteeState.MENDED, reason="filled", user=official(),
        now=now + dt.timedelta(days=1),
    )  # fmt: skip
    assert GuaranteeCase.objects.get().state == GuaranteeState.MENDED
    with pytest.raises(WorksError):
        guarantees.end_case(case=case, state=GuaranteeState.DISMISSED, reason="x", user=official())


def test_without_a_guarantee_no_duty_opens():
    with pytest.raises(WorksError):
        guarantees.report_failure(
            order=issued(), position=Point(X, Y, srid=city_srid()), ground="x", user=None
        )


def test_the_record_counts_what_became_of_orders(office):
    builder = body("builder")
    brought_to(issued(contractor=builder), OrderState.CLOSED)
    late = issued(contractor=builder, geom=dig(y=100))
    brought_to(late, OrderState.RESTORED, local("2026-06-26 10:00"))
    issued(contractor=builder, geom=dig(y=200))
    future = timezone.localdate() + dt.timedelta(days=200)
    approving(contractor=builder, geom=dig(y=300), begins_on=future, ends_on=future)
    claims.make_claims(now=LATE)
    record = record_of(builder, local("2026-06-30 10:00"))
    assert (record.orders, record.on_time, record.late, record.overdue_now) == (4, 1, 2, 1)
    assert record.median_overrun_days == 8
    assert record.claims == 2
    page = office.get("/works/contractors/").content.decode()
    assert "builder" in page
    assert office.get(f"/works/contractors/{builder.pk}/").status_code == 200
    assert office.get(f"/works/contractors/{body('nobody').pk}/").status_code == 404


def test_an_extension_in_time_is_no_lateness():
    builder = body("builder")
    order = brought_to(issued(contractor=builder), OrderState.IN_PROGRESS)
    works.extend(
        order=order, new_until=dt.date(2026, 7, 20), reason="pipes", user=official(),
        now=local("2026-06-10 10:00"),
    )  # fmt: skip
    brought_to(Order.objects.get(), OrderState.RESTORED, local("2026-07-10 10:00"))
    record = record_of(builder, local("2026-07-30 10:00"))
    assert (record.on_time, record.late, record.overruns_days) == (1, 0, [])
