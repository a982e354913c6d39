"""What the public may read of a body: the only place that picks the fields."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from citymap.accounts.choices import OrganizationKind
from citymap.accounts.models import Contact, Organization
from citymap.accounts.querysets import OrganizationQuerySet
from citymap.calendars.services import work_calendars
from citymap.geo import lon_lat
from citymap.worktime import WorkCalendar, is_open, opening_text

MAX_QUESTION = 200
DAYS_SHOWN = 7


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A body as the directory shows it now."""

    body: Organization
    is_open: bool | None
    opening: str

    @property
    def position(self) -> tuple[float, float] | None:
        """Longitude and latitude in degrees."""
        return lon_lat(self.body.geom) if self.body.geom else None


def public_bodies(*, text: str = "", kind: str = "", language: str = "ru") -> OrganizationQuerySet:
    """Bodies that count today: searched, of one kind, in the reader's order."""
    found = Organization.objects.active_on(timezone.localdate())
    if kind in OrganizationKind.values:
        found = found.filter(kind=kind)
    text = text.replace("\0", " ")[:MAX_QUESTION]
    found = found.look_up(text, language) if text.strip() else found.by_kind(language)
    return found.defer("search_key").prefetch_related(_public_contacts())


def _public_contacts() -> Prefetch:
    return Prefetch(
        "contacts", queryset=Contact.objects.filter(is_public=True), to_attr="public_contacts"
    )


def entries(bodies: Iterable[Organization], now: dt.datetime) -> list[Entry]:
    """Bodies with their hours at a moment."""
    calendars = work_calendars()
    return [_entry(body, calendars.get(body.schedule_id), now) for body in bodies]


def _entry(body: Organization, calendar: WorkCalendar | None, now: dt.datetime) -> Entry:
    if calendar is None:
        return Entry(body=body, is_open=None, opening="")
    return Entry(body=body, is_open=is_open(now, calendar), opening=opening_text(now, calendar))


def week_of(body: Organization, today: dt.date) -> list[tuple[dt.date, tuple]]:
    """Office hours of a body today and in the days after, holidays and moved days included."""
    calendar = work_calendars().get(body.schedule_id)
    if calendar is None:
        return []
    days = (today + dt.timedelta(days=number) for number in range(DAYS_SHOWN))
    return [(day, calendar.hours_on(day)) for day in days]


def tel(number: str) -> str:
    """A telephone number as a `tel:` link wants it; empty when there is none."""
    digits = re.sub(r"[^\d+]", "", number)
    return f"tel:{digits}" if digits else ""


def public_fields(entry: Entry, url: str) -> dict[str, Any]:
    """A body as the API gives it."""
    body, position = entry.body, entry.position
    return {
        "id": body.pk,
        "kind": body.kind,
        "name": body.title,
        "name_ru": body.name_ru or body.name,
        "name_kk": body.name_kk,
        "name_en": body.name_en,
        "short_name": body.short_name,
        "bin": body.bin,
        "phone": body.phone,
        "address": body.address,
        "lon": position[0] if position else None,
        "lat": position[1] if position else None,
        "languages": body.languages,
        "is_open": entry.is_open,
        "opening": entry.opening,
        "contacts": [
            {"kind": contact.kind, "label": contact.label, "value": contact.value}
            for contact in body.public_contacts
        ],
        "url": url,
    }
