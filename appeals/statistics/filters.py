"""One filter for numbers, lists, maps and exports: period, body, category, territory, channel."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.db.models import Model, Q
from django.http import QueryDict
from django.utils import timezone

from appeals.choices import Channel
from appeals.models import Category
from citymap.accounts.models import Organization
from layers.choices import TerritoryKind
from layers.models import Territory

USUAL_DAYS = 30
PARTS = (TerritoryKind.DISTRICT, TerritoryKind.VILLAGE, TerritoryKind.SUBURB,
         TerritoryKind.MICRODISTRICT)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was asked for; `until` is the last day, inclusive. Unknown values choose nothing."""

    since: dt.date
    until: dt.date
    body: int | None = None
    category: int | None = None
    territory: int | None = None
    channel: str = ""

    @cached_property
    def begin(self) -> dt.datetime:
        return _midnight(self.since)

    @cached_property
    def end(self) -> dt.datetime:
        return _midnight(self.until + dt.timedelta(days=1))

    @cached_property
    def place(self) -> Territory | None:
        return Territory.objects.filter(pk=self.territory).first() if self.territory else None

    def about(self, prefix: str = "") -> Q:
        """Everything but the period, of appeals found by `prefix`."""
        found = Q()
        if self.body is not None:
            found &= Q((f"{prefix}executor", self.body))
        if self.category is not None:
            found &= Q((f"{prefix}category", self.category)) | Q(
                (f"{prefix}category__parent", self.category)
            )
        if self.place is not None:
            found &= Q((f"{prefix}geom__intersects", self.place.geom))
        return found

    @property
    def narrows(self) -> bool:
        """Whether it asks for more than a period and a channel."""
        return any(one is not None for one in (self.body, self.category, self.territory))

    def appeals(self) -> Q:
        """Appeals registered in the period."""
        found = Q(registered_at__gte=self.begin, registered_at__lt=self.end) & self.about()
        return found & Q(channel=self.channel) if self.channel else found

    def contacts(self) -> Q:
        """Contacts begun in the period; those about an appeal when something of it is asked."""
        found = Q(started_at__gte=self.begin, started_at__lt=self.end)
        if self.channel:
            found &= Q(channel=self.channel)
        return found & self.about("appeal__") if self.narrows else found

    def query(self, **more: object) -> str:
        """The same as a query string, with some values put in another's place."""
        values = {
            "from": self.since.isoformat(), "to": self.until.isoformat(), "body": self.body,
            "category": self.category, "territory": self.territory, "channel": self.channel,
        } | more  # fmt: skip
        return urlencode({name: value for name, value in values.items() if value not in (None, "")})


def chosen(values: QueryDict, today: dt.date) -> Chosen:
    """Read the filters; what makes no sense is left out, a turned period is turned back."""
    until = _day(values.get("to")) or today
    since = _day(values.get("from")) or until - dt.timedelta(days=USUAL_DAYS - 1)
    since, until = min(since, until), max(since, until)
    channel = values.get("channel", "")
    return Chosen(
        since=since, until=until,
        body=_key(values.get("body"), Organization),
        category=_key(values.get("category"), Category),
        territory=_key(values.get("territory"), Territory),
        channel=channel if channel in Channel.values else "",
    )  # fmt: skip


def territories():
    """Parts of the city that numbers are counted by."""
    return Territory.objects.current().filter(kind__in=PARTS).order_by("kind", "name", "pk")


def _day(text: str | None) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _key(text: str | None, model: type[Model]) -> int | None:
    text = str(text or "")
    if not (text.isascii() and text.isdecimal() and len(text) < 12):
        return None
    return int(text) if model.objects.filter(pk=int(text)).exists() else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
