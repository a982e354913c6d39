"""What of the city is found by name: things and house numbers of the search index."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.db import connection, transaction

from citymap.geo import city_srid
from citymap.places.services import (
    EntryRow,
    Replaced,
    analyze_index,
    replace_entries,
    replace_houses,
)
from citymap.sqlfiles import load_sql
from layers.models import Address
from layers.search.things import Thing, join_twins, weight

_NOTHING = Replaced(created=0, updated=0, deleted=0)


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a refresh of the search index wrote."""

    entries: Replaced
    houses: Replaced

    @property
    def wrote(self) -> bool:
        return self.entries != _NOTHING or self.houses != _NOTHING


def refresh_search() -> SearchReport:
    """Bring the search index to the state of the city; rows that did not change stay as they are.

    Safe to call inside the transaction of an import.
    """
    with transaction.atomic():
        report = SearchReport(
            entries=replace_entries(entries=_entries()),
            houses=replace_houses(
                addresses=Address.objects.current()
                .filter(street__isnull=False, street__valid_to__isnull=True)
                .values_list("pk", "street_id", "house_number", "geom")
            ),
        )
        if report.wrote:
            analyze_index()
    return report


def _entries() -> Iterator[EntryRow]:
    with connection.cursor() as cursor:
        cursor.execute(load_sql(__file__, "things.sql"))
        things = join_twins(Thing(*row) for row in cursor)
    for thing in things:
        yield EntryRow(
            kind=thing.kind,
            object_id=thing.id,
            labels=thing.labels,
            subkind=thing.subkind,
            names=thing.names,
            context=[name for name in dict.fromkeys(thing.around) if name],
            weight=weight(thing),
            garden=thing.is_garden,
            has_houses=thing.houses > 0,
            point=Point(round(thing.x, 2), round(thing.y, 2), srid=city_srid()),
            extent_m=tuple(thing.extent_m) if thing.extent_m else None,
        )
