"""The public layer of yards: state and year by one ramp, a hatch for what must wait."""

from django.utils.translation import gettext_lazy as _

from citymap.tiles.fonts import REGULAR
from citymap.tiles.registry import (
    LegendItem,
    MapLayer,
    MapSource,
    register_layer,
    register_source,
)
from layers.tiles import OSM_ATTRIBUTION, YARDS, by_zoom
from planning.choices import YardState
from planning.yardstates import yards_with_state

SOURCE = "yards"
STATE_COLOUR = [
    "match", ["get", "state"],
    *(part for state in YardState for part in (state.value, f"{{queue.{state.value}}}")),
    "{queue.queued}",
]  # fmt: skip
_HELD = ["==", ["get", "state"], YardState.HELD.value]
_NOT_HELD = ["!=", ["get", "state"], YardState.HELD.value]

# Kept as files: whatever makes a state (queue, programme, stage, hold, survey) marks them, and
# the queue of each new day redraws what the turn of the year changes.
register_source(MapSource(name=SOURCE, public=True, attribution=OSM_ATTRIBUTION, order=25))
register_layer(
    MapLayer(
        name="yard_state", source=SOURCE, title=_("Yards by programme and queue"), group=YARDS,
        order=105, queryset=yards_with_state, min_zoom=11, min_area_field="area_m2",
        fields={
            "state": "state", "year": "year", "place": "place", "label": "label",
        },
        fields_by_zoom={14: ("label",), 15: ("year_sign", "place_sign")},
        once={"year_sign": "year", "place_sign": "place"},
        columns=("apartments", "area_m2"),
        paint=(
            {
                "type": "fill", "filter": _NOT_HELD,
                "paint": {"fill-color": STATE_COLOUR, "fill-opacity": 0.62},
            },
            {"type": "fill", "filter": _HELD, "paint": {"fill-pattern": "hatch"}},
            {
                "type": "line", "minzoom": 13, "layout": {"line-join": "round"},
                "paint": {
                    "line-color": STATE_COLOUR, "line-width": by_zoom(13, 0.4, 16, 1, 18, 2),
                },
            },
            # The year of what is done or planned, else the place in the queue.
            {
                "type": "symbol", "minzoom": 15.5,
                "layout": {
                    "text-field": ["to-string", ["get", "year_sign"]],
                    "text-font": REGULAR, "text-size": 12, "text-padding": 6,
                },
                "filter": ["has", "year_sign"],
                "paint": {
                    "text-color": "{base.label}", "text-halo-color": "{base.halo}",
                    "text-halo-width": 1.5,
                },
            },
            {
                "type": "symbol", "minzoom": 16, "filter": [
                    "all", ["!", ["has", "year"]], ["has", "place_sign"],
                    ["==", ["get", "state"], YardState.QUEUED.value],
                ],
                "layout": {
                    "text-field": ["concat", "№ ", ["to-string", ["get", "place_sign"]]],
                    "text-font": REGULAR, "text-size": 12, "text-padding": 6,
                },
                "paint": {
                    "text-color": "{base.label_quiet}", "text-halo-color": "{base.halo}",
                    "text-halo-width": 1.5,
                },
            },
        ),
        legend=tuple(
            LegendItem(
                label=state.label, color=f"{{queue.{state.value}}}",
                shape="hatch" if state == YardState.HELD else "fill",
            )
            for state in YardState
        ),
    )
)  # fmt: skip
