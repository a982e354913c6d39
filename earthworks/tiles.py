"""The works layer: orders and repairs by state; the date slider shows what was, is and will be."""

from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from citymap.tiles.registry import (
    LegendItem,
    MapLayer,
    MapSource,
    register_layer,
    register_source,
)
from earthworks.choices import OrderState, RepairState
from earthworks.models import Order, RepairWork
from layers.tiles import OSM_ATTRIBUTION

OVERDUE, INTERIM, RUNNING, PLANNED, RESTORED = (
    "overdue", "interim", "running", "planned", "restored",
)  # fmt: skip
WORKS = _("Works")

# Overdue comes by the clock and by no edit: tiles are drawn at every look.
register_source(
    MapSource(name="works", public=True, cached=False, attribution=OSM_ATTRIBUTION, order=30)
)


def drawn_orders() -> QuerySet:
    """Public orders with `look`, and `gone_on`: the first day they no longer show."""
    return Order.objects.public().annotate(
        look=Case(
            When(due_at__lte=Now(), then=Value(OVERDUE)),
            When(state=OrderState.RESTORED_INTERIM, then=Value(INTERIM)),
            When(state__in=[OrderState.IN_PROGRESS, OrderState.WORKS_DONE], then=Value(RUNNING)),
            When(state__in=[OrderState.RESTORED, OrderState.CLOSED], then=Value(RESTORED)),
            default=Value(PLANNED),
        ),
        gone_on=Case(
            When(state=OrderState.CANCELLED, then=F("begins_on")),
            default=TruncDate("closed_at"),
        ),
    )


def drawn_repairs() -> QuerySet:
    """Repairs with `look` and `gone_on`."""
    return RepairWork.objects.exclude(state=RepairState.CANCELLED).annotate(
        look=Case(
            When(state=RepairState.DONE, then=Value(RESTORED)),
            When(ends_on__lt=TruncDate(Now()), then=Value(OVERDUE)),
            When(state=RepairState.RUNNING, then=Value(RUNNING)),
            default=Value(PLANNED),
        ),
        gone_on=F("done_on"),
    )


LOOK_COLOUR = [
    "match", ["get", "look"],
    OVERDUE, "{works.overdue}", INTERIM, "{works.interim}", RUNNING, "{works.running}",
    RESTORED, "{works.restored}", "{works.planned}",
]  # fmt: skip
LEGEND = (
    LegendItem(label=_("Planned"), color="{works.planned}"),
    LegendItem(label=_("Running"), color="{works.running}"),
    LegendItem(label=_("Overdue"), color="{works.overdue}"),
    LegendItem(label=_("Restored temporarily"), color="{works.interim}", shape="hatch"),
    LegendItem(label=_("Restored"), color="{works.restored}"),
)


def _paint(opacity: float) -> tuple[dict, ...]:
    """An area and its rim; a dash for what is only temporarily restored."""
    return (
        {"type": "fill", "paint": {"fill-color": LOOK_COLOUR, "fill-opacity": opacity}},
        {
            "type": "line",
            "filter": ["!=", ["get", "look"], INTERIM],
            "paint": {"line-color": LOOK_COLOUR, "line-width": 2},
        },
        {
            "type": "line",
            "filter": ["==", ["get", "look"], INTERIM],
            "paint": {"line-color": LOOK_COLOUR, "line-width": 2, "line-dasharray": [2, 2]},
        },
    )


register_layer(
    MapLayer(
        name="order", source="works", title=_("Earthwork orders"), group=WORKS, order=110,
        queryset=drawn_orders, min_zoom=11, dated=("from", "to"),
        fields={
            "look": "look", "from": "begins_on", "to": "gone_on", "state": "state",
            "until": "until_on",
        },
        paint=_paint(0.45), legend=LEGEND,
    )
)  # fmt: skip
register_layer(
    MapLayer(
        name="repair", source="works", title=_("Repair works"), group=WORKS, order=111,
        queryset=drawn_repairs, min_zoom=11, dated=("from", "to"),
        fields={
            "look": "look", "from": "begins_on", "to": "gone_on", "state": "state",
            "until": "ends_on",
        },
        fields_by_zoom={14: ("state", "until")},
        columns=("title", "organization"),
        paint=_paint(0.3), legend=LEGEND,
    )
)  # fmt: skip
