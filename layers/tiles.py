"""What of the city is on the map. Each entry is one `register_layer` call; nothing else."""

from django.utils.translation import gettext_lazy as _

from citymap.accounts.access import is_city_staff
from citymap.tiles.fonts import BOLD, REGULAR
from citymap.tiles.registry import (
    LegendItem,
    MapLayer,
    MapSource,
    register_layer,
    register_source,
)
from layers.basestyle import BACKDROP, BASE_MAX_ZOOM, BASE_MIN_ZOOM
from layers.choices import ManholeState, NetworkKind
from layers.models import (
    BusRoute,
    BusStop,
    Camera,
    Manhole,
    NetworkSegment,
    Playground,
    SnowplowRoute,
    SportsGround,
    StreetLamp,
    WasteSite,
    Yard,
)

OSM_ATTRIBUTION = (
    '<a href="https://www.openstreetmap.org/copyright" target="_blank" rel="noopener">'
    "© OpenStreetMap</a>"
)

register_source(
    MapSource(
        name="base", public=True, min_zoom=BASE_MIN_ZOOM, max_zoom=BASE_MAX_ZOOM,
        attribution=OSM_ATTRIBUTION, backdrop=BACKDROP, order=0,
    )
)  # fmt: skip
register_source(MapSource(name="city", public=True, attribution=OSM_ATTRIBUTION, order=10))
register_source(
    MapSource(
        name="city-staff", public=False, may_see=is_city_staff, attribution=OSM_ATTRIBUTION,
        order=20,
    )
)  # fmt: skip

YARDS = _("Yards and grounds")
NETWORKS = _("Engineering networks")
STREET = _("On the street")
TRANSPORT = _("Transport")
WINTER = _("Snow clearing")
STAFF = _("For staff")

NAMES = {"name": "name", "name_ru": "name_ru", "name_kk": "name_kk"}


def by_zoom(*stops):
    """A size that grows smoothly: zoom, value, zoom, value ..."""
    return ["interpolate", ["exponential", 1.4], ["zoom"], *stops]


def outlined(color, *, opacity=0.22):
    """Paint of an area: a light fill and a line in one colour."""
    return (
        {"type": "fill", "paint": {"fill-color": color, "fill-opacity": opacity}},
        {
            "type": "line",
            "layout": {"line-join": "round"},
            "paint": {
                "line-color": color,
                "line-width": by_zoom(12, 0.4, 15, 0.8, 18, 1.6),
                "line-opacity": 0.8,
            },
        },
    )


DOT_RADIUS = by_zoom(14, 2, 16, 3.5, 18, 6)


def dot(color, *, radius=DOT_RADIUS, **more):
    """Paint of a point: a filled circle with a rim of paper, so that it shows on any ground."""
    paint = {
        "circle-color": color, "circle-radius": radius,
        "circle-stroke-color": "{base.halo}", "circle-stroke-width": by_zoom(14, 0.6, 18, 1.5),
    }  # fmt: skip
    return {"type": "circle", "paint": paint, **more}


SIGN_SIZE = by_zoom(14, 0.35, 16, 0.5, 18, 0.8)


def sign(shape, color, **more):
    """Paint of a point: a sign of the sprite (citymap/tiles/sprite.py) with a rim of paper."""
    return {
        "type": "symbol",
        "layout": {
            "icon-image": shape, "icon-size": SIGN_SIZE, "icon-allow-overlap": True,
            "icon-ignore-placement": True,
        },
        "paint": {
            "icon-color": color, "icon-halo-color": "{base.halo}", "icon-halo-width": 1.5,
        },
        **more,
    }  # fmt: skip


register_layer(
    MapLayer(
        name="yard", source="city", title=_("Yards"), group=YARDS, order=10,
        queryset=lambda: Yard.objects.current(), min_area_field="area_m2",
        fields={"label": "label", "houses": "houses", "apartments": "apartments"},
        fields_by_zoom={14: ("label", "houses", "apartments")},
        columns=("area_m2", "quarter__name"),
        paint=(
            {"type": "fill", "paint": {"fill-color": "{yard.fill}", "fill-opacity": 0.14}},
            {
                "type": "line", "minzoom": 14, "layout": {"line-join": "round"},
                "paint": {
                    "line-color": "{yard.line}",
                    "line-opacity": ["interpolate", ["linear"], ["zoom"], 14, 0.2, 16, 0.75],
                    "line-width": by_zoom(13, 0.5, 16, 1, 18, 1.6),
                    # Outwards: the line around a house in the yard is hidden by the house.
                    "line-offset": by_zoom(13, -0.3, 16, -0.6, 18, -0.9),
                },
            },
        ),
        legend=(LegendItem(label=_("Yard"), color="{yard.fill}"),),
    )
)  # fmt: skip

for number, (model, name, title, token) in enumerate(
    (
        (Playground, "playground", _("Playgrounds"), "{playground}"),
        (SportsGround, "sports_ground", _("Sports grounds"), "{sports_ground}"),
    )
):
    register_layer(
        MapLayer(
            name=name, source="city", title=title, group=YARDS, order=20 + number, min_zoom=13,
            queryset=model.objects.current,
            fields={"name": "name", "kind": "kind", "condition": "condition"},
            fields_by_zoom={15: ("name", "kind", "condition")},
            columns=("surface", "installed_on", "owner__name"),
            paint=(
                *(
                    part | {"filter": ["==", ["geometry-type"], "Polygon"]}
                    for part in outlined(token, opacity=0.35)
                ),
                dot(
                    token, filter=["==", ["geometry-type"], "Point"],
                    radius=by_zoom(13, 2, 16, 5, 18, 8),
                ),
            ),
            legend=(LegendItem(label=title, color=token, shape="fill"),),
        )
    )  # fmt: skip

# Each kind of network has a dash of its own: colour is never the only sign.
NETWORK_DASHES = {
    NetworkKind.HEAT: None,
    NetworkKind.WATER: (6, 1.5),
    NetworkKind.SEWER: (3, 1.5),
    NetworkKind.STORM_DRAIN: (3, 1.5, 0.75, 1.5),
    NetworkKind.GAS: (8, 1.5, 1, 1.5),
    NetworkKind.POWER: (1, 1),
    NetworkKind.TELECOM: (1.5, 2.5),
}

for number, (kind, dashes) in enumerate(NETWORK_DASHES.items()):
    register_layer(
        MapLayer(
            name=f"network_{kind}", source="city", title=kind.label, group=NETWORKS, min_zoom=13,
            order=40 + number, visible=False,
            queryset=lambda kind=kind: NetworkSegment.objects.current().filter(kind=kind),
            fields={"diameter_mm": "diameter_mm", "above_ground": "above_ground"},
            fields_by_zoom={15: ("diameter_mm", "above_ground")},
            columns=("material", "laid_year", "owner__name"),
            paint=(
                {
                    "type": "line",
                    "layout": {"line-join": "round"} | ({} if dashes else {"line-cap": "round"}),
                    "paint": {
                        "line-color": f"{{network.{kind}}}",
                        "line-width": by_zoom(13, 0.8, 16, 2, 18, 3.5),
                    } | ({"line-dasharray": list(dashes)} if dashes else {}),
                },
            ),
            legend=(
                LegendItem(
                    label=kind.label, color=f"{{network.{kind}}}",
                    shape="dash" if dashes else "line",
                ),
            ),
        )
    )  # fmt: skip

register_layer(
    MapLayer(
        name="manhole", source="city", title=_("Manholes"), group=NETWORKS, order=60,
        queryset=lambda: Manhole.objects.current(), min_zoom=13, grid_below_zoom=15,
        visible=False,
        fields={"kind": "network_kind", "state": "state", "number": "number"},
        columns=("owner__name",),
        fields_by_zoom={16: ("number",)},
        paint=(
            dot(
                [
                    "match", ["get", "kind"],
                    *(
                        part for kind in NETWORK_DASHES
                        for part in (kind.value, f"{{network.{kind}}}")
                    ),
                    "{network.unknown}",
                ],
                radius=by_zoom(15, 2, 18, 5),
            ),
            # A ring around covers that are open, broken or sunken: a danger is a shape, too.
            {
                "type": "circle",
                "filter": [
                    "in", ["get", "state"],
                    ["literal", [ManholeState.OPEN.value, ManholeState.DAMAGED.value,
                                 ManholeState.SUNKEN.value]],
                ],
                "paint": {
                    "circle-radius": by_zoom(15, 4.5, 18, 9), "circle-color": "{base.halo}",
                    "circle-opacity": 0, "circle-stroke-color": "{works.overdue}",
                    "circle-stroke-width": 1.5,
                },
            },
        ),
        legend=(
            LegendItem(label=_("Manhole"), color="{network.unknown}", shape="circle"),
            LegendItem(label=_("Cover open or broken"), color="{works.overdue}", shape="ring"),
        ),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="street_lamp", source="city", title=_("Street lamps"), group=STREET, order=70,
        queryset=lambda: StreetLamp.objects.current(), min_zoom=13, grid_below_zoom=15,
        visible=False,
        paint=(dot("{lamp}", radius=by_zoom(15, 1.5, 18, 4)),),
        legend=(LegendItem(label=_("Street lamp"), color="{lamp}", shape="circle"),),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="waste_site", source="city", title=_("Waste sites"), group=STREET, order=71,
        queryset=lambda: WasteSite.objects.current(), min_zoom=14, visible=False,
        fields={"kind": "kind"},
        paint=(sign("square", "{waste_site}"),),
        legend=(LegendItem(label=_("Waste site"), color="{waste_site}", shape="square"),),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="bus_route", source="city", title=_("Bus routes"), group=TRANSPORT, order=80,
        queryset=lambda: BusRoute.objects.current(), min_zoom=10, visible=False,
        retraces=True,
        fields={"number": "number", "name": "name", "direction": "direction"},
        paint=(
            {
                "type": "line", "layout": {"line-cap": "round", "line-join": "round"},
                "paint": {
                    "line-color": "{bus}", "line-opacity": 0.7,
                    "line-width": by_zoom(10, 1, 14, 2.5, 18, 6),
                },
            },
            {
                "type": "symbol", "minzoom": 12,
                "layout": {
                    "symbol-placement": "line", "text-field": ["get", "number"],
                    "text-font": BOLD, "text-size": 11, "symbol-spacing": 220,
                    "text-rotation-alignment": "viewport",
                },
                "paint": {
                    "text-color": "{bus}", "text-halo-color": "{base.halo}", "text-halo-width": 2,
                },
            },
        ),
        legend=(LegendItem(label=_("Bus route"), color="{bus}", shape="line"),),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="bus_stop", source="city", title=_("Bus stops"), group=TRANSPORT, order=81,
        queryset=lambda: BusStop.objects.current(), min_zoom=14,
        fields=NAMES, fields_by_zoom={16: ("name", "name_ru", "name_kk")},
        paint=(
            {
                "type": "circle",
                "paint": {
                    "circle-color": "{base.halo}", "circle-stroke-color": "{bus}",
                    "circle-radius": by_zoom(14, 1.8, 16, 3.5, 18, 5),
                    "circle-stroke-width": by_zoom(14, 1.2, 18, 2.5),
                },
            },
            {
                "type": "symbol", "minzoom": 16.5,
                "layout": {
                    "text-field": "{label}", "text-font": REGULAR, "text-size": 11,
                    "text-variable-anchor": ["left", "right", "top", "bottom"],
                    "text-radial-offset": 0.8, "text-max-width": 8,
                },
                "paint": {
                    "text-color": "{bus}", "text-halo-color": "{base.halo}",
                    "text-halo-width": 1.4,
                },
            },
        ),
        legend=(LegendItem(label=_("Bus stop"), color="{bus}", shape="ring"),),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="snowplow_route", source="city", title=_("Snowplow routes"), group=WINTER, order=90,
        queryset=lambda: SnowplowRoute.objects.current(), min_zoom=11, visible=False,
        retraces=True,
        fields={"name": "name", "street_class": "street_class", "priority": "priority"},
        fields_by_zoom={14: ("name",)},
        paint=(
            {
                "type": "line", "layout": {"line-cap": "round", "line-join": "round"},
                "paint": {
                    "line-color": "{snowplow}", "line-opacity": 0.8,
                    "line-dasharray": [4, 2],
                    "line-width": by_zoom(11, 1, 14, 2.5, 18, 6),
                },
            },
        ),
        legend=(LegendItem(label=_("Snowplow route"), color="{snowplow}", shape="dash"),),
    )
)  # fmt: skip

register_layer(
    MapLayer(
        name="camera", source="city-staff", title=_("Cameras"), group=STAFF, order=100,
        queryset=lambda: Camera.objects.current(), min_zoom=12, grid_below_zoom=14,
        fields={"kind": "kind", "direction_deg": "direction_deg"},
        paint=(sign("diamond", "{camera}"),),
        legend=(LegendItem(label=_("Camera"), color="{camera}", shape="diamond"),),
    )
)  # fmt: skip
