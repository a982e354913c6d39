"""Hotspots on the map: cells and clusters of the last search of each theme, breakage rates."""

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import AnyUser, may
from citymap.tiles.fonts import REGULAR
from citymap.tiles.registry import (
    LegendItem,
    MapLayer,
    MapSource,
    register_layer,
    register_source,
)
from layers.models import NetworkSegment
from planning import yardtiles  # noqa: F401  registers the public layer of yards
from planning.choices import EmergingClass, ProblemKind
from planning.models import Cluster, HotspotCell, HotspotRun, Problem

RISING, STEADY, FALLING, HOT = "rising", "steady", "falling", "hot"
# What the eight classes come to on a map.
_DIRECTIONS = {
    RISING: (EmergingClass.NEW, EmergingClass.CONSECUTIVE, EmergingClass.INTENSIFYING),
    STEADY: (EmergingClass.PERSISTENT, EmergingClass.SPORADIC, EmergingClass.OSCILLATING),
    FALLING: (EmergingClass.DIMINISHING, EmergingClass.HISTORICAL),
}
_SIGNS = {
    RISING: ("#b30021", "fill", _("Hotspot: new or growing")),
    STEADY: ("#e8590c", "fill", _("Hotspot: there all the time or again and again")),
    FALLING: ("#7a5195", "hatch", _("Hotspot: shrinking or gone")),
    HOT: ("#c4200f", "line", _("Hotspot of the whole period")),
}
# Breakages per km and year, from.
RATE_CLASSES = ((0.0, "#8a929a"), (0.1, "#f2b84b"), (0.3, "#ec7a1c"), (1.0, "#c4200f"))


def reads_planning(user: AnyUser) -> bool:
    return may(user, "planning.read")


def last_cells() -> QuerySet:
    """Cells that are hot or have a pattern, of the last search of each theme."""
    return (
        HotspotCell.objects.filter(run__in=HotspotRun.objects.latest().values("pk"))
        .filter(Q(hot=True) | ~Q(emerging=EmergingClass.NONE))
        .annotate(
            look=Case(
                *(
                    When(emerging__in=classes, then=Value(look))
                    for look, classes in _DIRECTIONS.items()
                ),
                default=Value(HOT),
                output_field=CharField(),
            )
        )
    )


def last_clusters() -> QuerySet:
    return Cluster.objects.filter(run__in=HotspotRun.objects.latest().values("pk"))


def rated_segments() -> QuerySet:
    """Segments whose rate is known."""
    return NetworkSegment.objects.current().filter(breakage_rate__isnull=False)


def open_problems() -> QuerySet:
    """Problems and flood zones that have not ended."""
    return Problem.objects.open()


register_source(
    MapSource(name="hotspots", public=False, may_see=reads_planning, cached=False, order=60)
)
GROUP = _("Hotspots")
register_layer(
    MapLayer(
        name="hotspot_cell", source="hotspots", title=_("Hotspots"), group=GROUP, order=400,
        queryset=last_cells, min_zoom=10, visible=False,
        fields={
            "theme": "run__theme", "look": "look", "class": "emerging", "hot": "hot",
            "events": "events",
        },
        columns=("z",),
        paint=tuple(
            part
            for look, (color, _shape, _label) in _SIGNS.items()
            for part in (
                {
                    "type": "fill",
                    "filter": ["==", ["get", "look"], look],
                    "paint": {"fill-color": color, "fill-opacity": 0.1 if look == HOT else 0.28},
                },
                {
                    "type": "line",
                    "filter": ["==", ["get", "look"], look],
                    "paint": {
                        "line-color": color, "line-width": 1.6,
                        **({"line-dasharray": [3, 2]} if look == FALLING else {}),
                    },
                },
            )
        ),
        legend=tuple(
            LegendItem(label=label, color=color, shape=shape)
            for color, shape, label in _SIGNS.values()
        ),
    )
)  # fmt: skip
register_layer(
    MapLayer(
        name="cluster", source="hotspots", title=_("Clusters of events"), group=GROUP, order=401,
        queryset=last_clusters, min_zoom=10, visible=False,
        fields={"theme": "theme", "number": "number", "events": "events"},
        fields_by_zoom={14: ("sign",)}, once={"sign": "number"},
        columns=("first_at", "last_at"),
        paint=(
            {
                "type": "line",
                "paint": {
                    "line-color": "#1f5fbf", "line-width": 1.6, "line-dasharray": [2, 1.5],
                },
            },
            {
                "type": "symbol",
                "minzoom": 14,
                "filter": ["has", "sign"],
                "layout": {"text-field": ["to-string", ["get", "sign"]], "text-size": 12},
                "paint": {
                    "text-color": "#1f5fbf", "text-halo-color": "{base.halo}", "text-halo-width": 1,
                },
            },
        ),
        legend=(
            LegendItem(label=_("Cluster with its number"), color="#1f5fbf", shape="dash"),
        ),
    )
)  # fmt: skip
register_layer(
    MapLayer(
        name="segment_rate", source="hotspots", title=_("Breakages of networks"), group=GROUP,
        order=402, queryset=rated_segments, min_zoom=12, visible=False,
        fields={
            "kind": "kind", "rate": "breakage_rate__shrunk", "breaks": "breakage_rate__breaks",
        },
        columns=("material", "laid_year"),
        paint=(
            {
                "type": "line",
                "paint": {
                    "line-color": [
                        "step", ["get", "rate"], RATE_CLASSES[0][1],
                        *(part for bound, color in RATE_CLASSES[1:] for part in (bound, color)),
                    ],
                    "line-width": [
                        "step", ["get", "rate"], 1,
                        *(
                            part
                            for number, (bound, _color) in enumerate(RATE_CLASSES[1:], 2)
                            for part in (bound, number)
                        ),
                    ],
                },
            },
        ),
        legend=(
            LegendItem(
                label=_("Under 0.1 breakages per km and year"), color=RATE_CLASSES[0][1],
                shape="line",
            ),
            LegendItem(label=_("From 0.1"), color=RATE_CLASSES[1][1], shape="line"),
            LegendItem(label=_("From 0.3"), color=RATE_CLASSES[2][1], shape="line"),
            LegendItem(label=_("From 1"), color=RATE_CLASSES[3][1], shape="line"),
        ),
    )
)  # fmt: skip
PROBLEM_COLOUR, ZONE_COLOUR = "#7a1fa2", "#0b6fa4"
_KIND_COLOUR = [
    "match", ["get", "kind"], ProblemKind.FLOOD_ZONE.value, ZONE_COLOUR, PROBLEM_COLOUR,
]  # fmt: skip
_IS_ZONE = ["==", ["get", "kind"], ProblemKind.FLOOD_ZONE.value]
register_layer(
    MapLayer(
        name="problem", source="hotspots", title=_("Problems and flood zones"), group=GROUP,
        order=403, queryset=open_problems, min_zoom=10, visible=False,
        fields={"kind": "kind", "title": "title", "theme": "theme", "since": "opened_on"},
        fields_by_zoom={13: ("sign",)}, once={"sign": "title"},
        columns=("lead",),
        paint=(
            {"type": "fill", "paint": {"fill-color": _KIND_COLOUR, "fill-opacity": 0.16}},
            {
                "type": "line", "filter": ["!", _IS_ZONE],
                "paint": {"line-color": PROBLEM_COLOUR, "line-width": 2.2},
            },
            {
                "type": "line", "filter": _IS_ZONE,
                "paint": {
                    "line-color": ZONE_COLOUR, "line-width": 2.2, "line-dasharray": [4, 1.5],
                },
            },
            {
                "type": "symbol", "minzoom": 13.5, "filter": ["has", "sign"],
                "layout": {
                    "text-field": ["get", "sign"], "text-font": REGULAR, "text-size": 12,
                    "text-max-width": 12,
                },
                "paint": {
                    "text-color": _KIND_COLOUR, "text-halo-color": "{base.halo}",
                    "text-halo-width": 1.5,
                },
            },
        ),
        legend=(
            LegendItem(label=_("Problem"), color=PROBLEM_COLOUR, shape="line"),
            LegendItem(label=_("Flood zone"), color=ZONE_COLOUR, shape="dash"),
        ),
    )
)  # fmt: skip
