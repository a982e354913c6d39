"""What of the city is found by name: entries of the search index (citymap/places)."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from citymap.places.services import (
    EntryRow,
    Replaced,
    analyze_index,
    replace_entries,
    replace_houses,
)
from citymap.places.words import parse_name
from citymap.sqlfiles import load_sql
from layers.choices import (
    BuildingUse,
    LandUseKind,
    PlaceKind,
    StreetKind,
    TerritoryKind,
    WaterKind,
)
from layers.models import Address

# How often a thing of this kind is meant when its name is typed, 0..1; streets and garden
# societies count their houses (see `_weight`).
_WEIGHTS = {
    "territory": 0.8,
    "place": 0.7,
    "bus_stop": 0.25,
    "building": 0.2,
    "land_use": 0.2,
    "water": 0.3,
}
_PUBLIC_USES = frozenset({BuildingUse.EDUCATION, BuildingUse.KINDERGARTEN, BuildingUse.HEALTH})
_PUBLIC_WEIGHT = 0.35
_SMALL_PLACES = frozenset({PlaceKind.GARDEN_SOCIETY, PlaceKind.LOCALITY})
_SMALL_PLACE_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a refresh of the search index wrote."""

    entries: Replaced
    houses: Replaced

    @property
    def wrote(self) -> bool:
        nothing = Replaced(created=0, updated=0, deleted=0)
        return self.entries != nothing or self.houses != nothing


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
        cursor.execute(load_sql(__file__, "search_entries.sql"))
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    hints = _hints()
    most_houses = max((row["houses"] for row in rows), default=0)
    for row in rows:
        yield _entry(row, hints, most_houses)


def _entry(row: Mapping[str, Any], hints: Mapping[tuple, dict], most_houses: int) -> EntryRow:
    names = dict.fromkeys(
        name for name in (row["name"], row["name_ru"], row["name_kk"], *row["old_names"]) if name
    )
    labels = {"": row["name_ru"] or row["name"]}
    if row["name_kk"]:
        labels["kk"] = row["name_kk"]
    return EntryRow(
        kind=row["kind"],
        object_id=row["id"],
        labels=labels,
        hints=hints.get((row["kind"], row["subkind"]), {}),
        names=list(names),
        context=[name for name in dict.fromkeys(row["around"]) if name],
        weight=_weight(row, most_houses),
        garden=_is_garden(row),
        has_houses=row["houses"] > 0,
        point=GEOSGeometry(row["point"]),
        extent_m=tuple(row["extent_m"]) if row["extent_m"] else None,
    )


def _is_garden(row: Mapping[str, Any]) -> bool:
    """Whether a thing is a garden society or a street in one."""
    if row["subkind"] in {StreetKind.GARDEN_SOCIETY, PlaceKind.GARDEN_SOCIETY}:
        return True
    if (row["kind"], row["subkind"]) == ("land_use", LandUseKind.ALLOTMENTS):
        return True
    return row["kind"] == "street" and "garden" in parse_name(row["name"]).types


def _weight(row: Mapping[str, Any], most_houses: int) -> float:
    if row["kind"] == "street":
        share = math.log1p(row["houses"]) / math.log1p(most_houses) if most_houses else 0.0
        return 0.35 + 0.65 * share
    if row["kind"] == "building" and row["subkind"] in _PUBLIC_USES:
        return _PUBLIC_WEIGHT
    if row["kind"] == "place" and row["subkind"] in _SMALL_PLACES:
        return _SMALL_PLACE_WEIGHT
    return _WEIGHTS[row["kind"]]


def _hints() -> dict[tuple[str, str], dict[str, str]]:
    """(kind, subkind) -> language -> what it is, in words."""
    choices = {
        "street": StreetKind,
        "territory": TerritoryKind,
        "place": PlaceKind,
        "building": BuildingUse,
        "land_use": LandUseKind,
        "water": WaterKind,
    }
    labels = {
        (kind, member.value): member.label
        for kind, members in choices.items()
        for member in members
    }
    labels["bus_stop", ""] = _("Bus stop")
    del labels["building", BuildingUse.UNKNOWN]
    hints: dict[tuple[str, str], dict[str, str]] = {key: {} for key in labels}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for key, label in labels.items():
                hints[key][language] = str(label)
    return hints
