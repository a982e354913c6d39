"""Open appeals on the map: each reader's own, as in lists."""

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from appeals.models import Appeal
from appeals.permissions import READ, reads_appeals
from appeals.workflow import RUNNING
from citymap.tiles.registry import (
    LegendItem,
    MapLayer,
    MapSource,
    register_layer,
    register_source,
)

RUNNING_SIGN, OVERDUE_SIGN, REPORTED_SIGN = "running", "overdue", "reported"


def open_appeals() -> QuerySet:
    """What is drawn: open, not practice, with how it stands by the database's clock."""
    late = Q(paused_at__isnull=True, due_at__lt=Now())
    running = Q(state__in=sorted(RUNNING))
    return (
        Appeal.objects.real()
        .open()
        .annotate(
            standing=Case(
                When(running & late, then=Value(OVERDUE_SIGN)),
                When(running, then=Value(RUNNING_SIGN)),
                default=Value(REPORTED_SIGN),
                output_field=CharField(),
            )
        )
    )


register_source(
    MapSource(name="appeals", public=False, may_see=reads_appeals, cached=False, order=40)
)
_COLORS = {
    RUNNING_SIGN: ("{appeal.running}", "circle", _("In work")),
    OVERDUE_SIGN: ("{appeal.overdue}", "diamond", _("Overdue")),
    REPORTED_SIGN: ("{appeal.reported}", "square", _("Reported, being verified")),
}
register_layer(
    MapLayer(
        name="appeal", source="appeals", title=_("Open appeals"), group=_("Appeals"), order=300,
        queryset=open_appeals, permission=READ, min_zoom=12, visible=False, grid_below_zoom=13,
        fields={"number": "number", "standing": "standing", "category": "category__code"},
        columns=("number", "state", "place", "due_at"),
        paint=tuple(
            {
                "type": "symbol",
                "filter": ["==", ["get", "standing"], standing],
                "layout": {
                    "icon-image": shape, "icon-size": 0.5, "icon-allow-overlap": True,
                    "icon-ignore-placement": True,
                },
                "paint": {
                    "icon-color": color, "icon-halo-color": "{base.halo}", "icon-halo-width": 1.5,
                },
            }
            for standing, (color, shape, _label) in _COLORS.items()
        ),
        legend=tuple(
            LegendItem(label=label, color=color, shape=shape)
            for color, shape, label in _COLORS.values()
        ),
    )
)  # fmt: skip
