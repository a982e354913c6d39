"""Reads over orders, claims and repairs: named, composable, in metres and local days."""

import datetime as dt
from typing import Self

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import DateField, F, Max, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from earthworks.choices import Addressee, ClaimState, GuaranteeState, OrderState, RepairState
from earthworks.workflow import DISPATCHED, LIVE, LIVE_CLAIM, OPEN_GROUND


class PlacedQuerySet(QuerySet):
    """Rows with a geometry `geom` in the city CRS."""

    def near(self, geom: GEOSGeometry, metres: float) -> Self:
        """Rows within `metres` of `geom`, by index, with `distance` in metres."""
        return self.filter(geom__dwithin=(geom, metres)).annotate(distance=Distance("geom", geom))

    def touching(self, geom: GEOSGeometry) -> Self:
        """Rows that share at least a point with `geom`, by index."""
        return self.filter(geom__intersects=geom)


class OrderQuerySet(PlacedQuerySet):
    """Orders."""

    def live(self) -> Self:
        """Something is or may be going on under them; drafts are nobody's business yet."""
        return self.filter(state__in=sorted(LIVE))

    def open_ground(self) -> Self:
        """The ground is or may be open, or not yet as it was."""
        return self.filter(state__in=sorted(OPEN_GROUND))

    def owing(self) -> Self:
        """Something is due by a deadline (the partial index knows them)."""
        return self.filter(due_at__isnull=False)

    def overdue(self, now: dt.datetime) -> Self:
        """Their deadline has passed; never stored, always asked of the clock."""
        return self.filter(due_at__lte=now)

    def held_by(self, order) -> Self:
        """All orders of the same holder."""
        if order.holder_id:
            return self.filter(holder_id=order.holder_id)
        return self.filter(holder_person_id=order.holder_person_id)

    def during(self, begins_on: dt.date, ends_on: dt.date) -> Self:
        """Orders that are at work in a period: until their permit ends, or the ground is whole."""
        ends = Coalesce(Greatest("until_on", "final_on", output_field=DateField()), "until_on")
        return self.alias(_ends=ends).filter(begins_on__lte=ends_on, _ends__gte=begins_on)

    def guaranteed_on(self, day: dt.date) -> Self:
        """Restorations whose guarantee runs on a day."""
        return self.filter(
            state__in=[OrderState.RESTORED, OrderState.CLOSED], guarantee_until__gte=day
        )

    def explained(self) -> Self:
        """With all that the resident's answer needs, in one query."""
        present = Q(
            claims__state__in=sorted(DISPATCHED), claims__deadline__version=F("deadline_version")
        )
        return self.select_related("holder", "contractor").annotate(
            extended_at=Max("extensions__made_at"),
            sunk_due_on=Max(
                "guarantee_cases__due_on", filter=Q(guarantee_cases__state=GuaranteeState.OPEN)
            ),
            claim_sent_at=Max(
                "claims__sent_at", filter=present & Q(claims__addressee=Addressee.HOLDER)
            ),
            police_sent_at=Max(
                "claims__sent_at", filter=present & Q(claims__addressee=Addressee.POLICE)
            ),
        )

    def numbered(self, number: str) -> Self:
        """The order with a number such as `2026-00042`; none for what is no number."""
        year, dash, serial = number.partition("-")
        if not (dash and year.isdecimal() and serial.isdecimal() and len(number) <= 12):
            return self.none()
        if not (len(year) == 4 and int(serial) < 10**7):
            return self.none()
        return self.filter(year=int(year), serial=int(serial))

    def public(self) -> Self:
        """What everybody may know of: from the application on; refused ones not."""
        return self.exclude(state__in=[OrderState.DRAFT, OrderState.REFUSED])


class ClaimQuerySet(QuerySet):
    """Claims."""

    def live(self) -> Self:
        """They stand against somebody."""
        return self.filter(state__in=sorted(LIVE_CLAIM))

    def to_send(self) -> Self:
        """Made, and their letter is not in the outbox yet."""
        return self.filter(state=ClaimState.PREPARED, document__isnull=True)

    def to_holder(self) -> Self:
        return self.filter(addressee=Addressee.HOLDER)

    def to_police(self) -> Self:
        return self.filter(addressee=Addressee.POLICE)


class RepairQuerySet(PlacedQuerySet):
    """Repair works."""

    def live(self) -> Self:
        """Planned, moved or running."""
        return self.filter(state__in=[RepairState.PLANNED, RepairState.MOVED, RepairState.RUNNING])

    def during(self, begins_on: dt.date, ends_on: dt.date) -> Self:
        """Repairs that are at work in a period."""
        return self.filter(begins_on__lte=ends_on, ends_on__gte=begins_on)

    def overdue(self, today: dt.date) -> Self:
        """They should be done, and are not."""
        return self.live().filter(Q(ends_on__lt=today))
