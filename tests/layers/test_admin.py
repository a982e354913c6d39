"""The administration of the city's layers: complete, thrifty, without deletion."""

import datetime as dt
import re

import pytest
from django.contrib import admin
from django.contrib.gis.db import models as gis
from django.contrib.gis.geos import GEOSGeometry
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.urls import reverse
from django.utils import timezone

from citymap.accounts.models import Organization, User
from citymap.geo import city_srid
from citymap.places.models import SearchEntry
from layers.admin_base import CityObjectAdmin, shape_picture
from layers.models import (
    Address,
    Building,
    BusRoute,
    BusRouteStop,
    BusStop,
    Manhole,
    SnowplowTrack,
    Street,
    Yard,
)
from layers.models.base import CityObject

pytestmark = pytest.mark.django_db

X, Y = 509_600, 6_080_500
SHAPES = {
    "POINT": f"POINT ({X} {Y})",
    "GEOMETRY": f"POINT ({X} {Y})",
    "LINESTRING": f"LINESTRING ({X} {Y}, {X + 50} {Y})",
    "MULTILINESTRING": f"MULTILINESTRING (({X} {Y}, {X + 50} {Y}))",
    "POLYGON": f"POLYGON (({X} {Y}, {X + 9} {Y}, {X + 9} {Y + 9}, {X} {Y}))",
    "MULTIPOLYGON": f"MULTIPOLYGON ((({X} {Y}, {X + 9} {Y}, {X + 9} {Y + 9}, {X} {Y})))",
}
CITY_ADMINS = [
    (model, site) for model, site in admin.site._registry.items() if issubclass(model, CityObject)
]
names = [model._meta.model_name for model, _site in CITY_ADMINS]


def make(model: type[CityObject], number: int = 1, **values) -> CityObject:
    """One object of any layer, with whatever its table asks for."""
    values = {
        "source": "city", "source_id": f"{number}", "valid_from": dt.date(2024, 1, 1), **values,
    }  # fmt: skip
    for item in model._meta.concrete_fields:
        asked = not (item.null or item.generated or item.primary_key or item.name in values)
        if isinstance(item, gis.GeometryField) and not item.generated:
            values.setdefault(item.name, GEOSGeometry(SHAPES[item.geom_type], srid=city_srid()))
        elif asked and item.default is NOT_PROVIDED and not item.blank:
            values[item.name] = {
                models.DateTimeField: timezone.now(),
                models.FloatField: 1.0,
                models.PositiveIntegerField: 1,
            }.get(type(item)) or (item.flatchoices[0][0] if item.choices else f"x{number}")
    return model.objects.create(**values)


@pytest.fixture
def staff(client):
    user = User.objects.create_superuser("chief", password="not-a-demo-1")
    client.force_login(user)
    return client


def url(model, page: str, *arguments) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


def test_every_layer_is_administered():
    missing = [
        model.__name__
        for model in CityObject.__subclasses__()
        if not model._meta.abstract and not admin.site.is_registered(model)
    ]

    assert missing == []
    assert len(CITY_ADMINS) >= 20


@pytest.mark.parametrize("model, site", CITY_ADMINS, ids=names)
def test_pages_open_and_ask_nobody_outside(staff, model, site):
    thing = make(model)

    pages = [url(model, "changelist"), url(model, "change", thing.pk)]
    pages += [] if not site.has_add_permission(staff_request(staff)) else [url(model, "add")]
    pages += [url(model, "changelist") + "?validity=all&q=x1"]
    for page in pages:
        answer = staff.get(page)
        assert answer.status_code == 200, page
        html = answer.content.decode()
        loaded = re.findall(r"""(?:src|href|action)=["'](?:https?:)?//[^"']*""", html)
        assert loaded == []
    assert str(thing.source_id) in staff.get(url(model, "changelist")).content.decode()


def staff_request(client):
    """A request of the signed-in user, for asking about permissions."""
    return client.get(reverse("admin:index")).wsgi_request


@pytest.mark.parametrize("model, site", CITY_ADMINS, ids=names)
def test_lists_take_few_queries(staff, model, site, django_assert_max_num_queries):
    for number in range(12):
        make(model, number)
    staff.get(url(model, "changelist"))

    with django_assert_max_num_queries(9):
        staff.get(url(model, "changelist"))


@pytest.mark.parametrize("model, site", CITY_ADMINS, ids=names)
def test_nothing_can_be_deleted(staff, model, site):
    thing = make(model)

    assert staff.get(url(model, "delete", thing.pk)).status_code == 403
    html = staff.get(url(model, "changelist")).content.decode()
    assert "delete_selected" not in html
    assert issubclass(type(site), CityObjectAdmin)


def act(client, model, action: str, *things) -> None:
    answer = client.post(
        url(model, "changelist") + "?validity=all",
        {"action": action, "_selected_action": [thing.pk for thing in things]},
    )
    assert answer.status_code == 302


def test_retire_and_bring_back(staff):
    kept, gone = make(Manhole, 1), make(Manhole, 2)

    act(staff, Manhole, "retire", gone)

    gone.refresh_from_db()
    assert gone.valid_to == timezone.localdate()
    assert list(Manhole.objects.current()) == [kept]
    listed = staff.get(url(Manhole, "changelist"))
    assert list(listed.context["cl"].queryset) == [kept]
    retired = staff.get(url(Manhole, "changelist"), {"validity": "retired"})
    assert list(retired.context["cl"].queryset) == [gone]

    act(staff, Manhole, "restore", gone)
    assert Manhole.objects.current().count() == 2


def test_what_is_not_in_force_yet_ends_on_its_first_day(staff):
    first_day = timezone.localdate() + dt.timedelta(days=9)
    thing = make(Manhole, valid_from=first_day)

    act(staff, Manhole, "retire", thing)

    thing.refresh_from_db()
    assert thing.valid_to == first_day


def test_a_retired_street_is_no_longer_found(staff):
    street = make(Street, name="улица Новая", name_key="новая")
    staff.post(url(Street, "change", street.pk), form_data(staff, street, name="улица Старая"))
    assert [entry.labels[""] for entry in entries()] == ["улица Старая"]

    act(staff, Street, "retire", street)

    assert entries() == []


def entries() -> list[SearchEntry]:
    return list(SearchEntry.objects.filter(kind="street"))


def form_data(client, thing, **changes) -> dict:
    """What a browser would send back from the change page, with some fields changed."""
    page = client.get(url(type(thing), "change", thing.pk))
    form = page.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    for name in [name for name in data if name == "geom" and "geom" not in changes]:
        data[name] = form[name].field.widget.format_value(form.initial[name])
    for formset in page.context["inline_admin_formsets"]:
        management = formset.formset.management_form
        data |= {
            f"{management.prefix}-{name}": management[name].value() for name in management.fields
        }
    data |= changes
    return {name: value for name, value in data.items() if value is not None}


def test_correcting_an_attribute_leaves_the_geometry_alone(staff):
    place = GEOSGeometry("POINT (509600.123456789 6080500.987654321)", srid=city_srid())
    thing = make(Manhole, geom=place)

    answer = staff.post(
        url(Manhole, "change", thing.pk), form_data(staff, thing, state="open", number="К-7")
    )

    assert answer.status_code == 302
    thing.refresh_from_db()
    assert (thing.state, thing.number) == ("open", "К-7")
    assert thing.geom.equals_exact(place)
    assert (thing.source, thing.source_id) == ("city", "1")


def test_a_geometry_is_corrected_as_geojson(staff):
    thing = make(Manhole)

    staff.post(
        url(Manhole, "change", thing.pk),
        form_data(staff, thing, geom='{"type": "Point", "coordinates": [69.15, 54.87]}'),
    )

    thing.refresh_from_db()
    assert thing.geom.srid == city_srid()
    assert (thing.geom.x, thing.geom.y) == pytest.approx((509_625, 6_080_318), abs=60)


@pytest.mark.parametrize(
    "text", ["somewhere", '{"type": "Point"}', "", "POINT (", "LINESTRING(0 0,1 1)"]
)
def test_a_geometry_that_is_none_is_refused(staff, text):
    thing = make(Manhole)

    answer = staff.post(url(Manhole, "change", thing.pk), form_data(staff, thing, geom=text))

    assert answer.status_code == 200
    assert "geom" in answer.context["adminform"].form.errors


def test_a_new_object_is_drawn_by_hand(staff):
    answer = staff.post(
        url(Manhole, "add"),
        {
            "network_kind": "heat", "state": "ok", "number": "К-1", "owner_name": "",
            "geom": '{"type": "Point", "coordinates": [69.15, 54.87]}',
        },
    )  # fmt: skip

    assert answer.status_code == 302
    thing = Manhole.objects.get()
    assert (thing.source, len(thing.source_id)) == ("manual", 32)
    assert thing.valid_from == timezone.localdate()


def test_bookkeeping_cannot_be_forged(staff):
    thing = make(Manhole)

    staff.post(
        url(Manhole, "change", thing.pk),
        form_data(staff, thing, source="osm", source_id="n1", valid_to="2024-05-05"),
    )

    thing.refresh_from_db()
    assert (thing.source, thing.source_id, thing.valid_to) == ("city", "1", None)


def test_derived_and_recorded_layers_are_only_looked_at(staff):
    for model in (Yard, SnowplowTrack):
        thing = make(model)
        assert staff.get(url(model, "add")).status_code == 403
        assert staff.post(url(model, "change", thing.pk), {"label": "x"}).status_code == 403


def test_a_house_shows_addresses_and_managers(staff):
    house = make(Building)
    make(Address, street=make(Street, name="улица Абая"), building=house, house_number="12")
    manager = Organization.objects.create(kind="house_manager", name="ОСИ Абая 12")

    data = form_data(staff, house)
    data |= {
        "managers-TOTAL_FORMS": 1, "managers-0-organization": manager.pk, "managers-0-form": "osi",
        "managers-0-valid_from": "2025-01-01", "managers-0-building": house.pk,
    }  # fmt: skip
    assert staff.post(url(Building, "change", house.pk), data).status_code == 302

    html = staff.get(url(Building, "change", house.pk)).content.decode()
    assert "улица Абая" in html
    assert house.managers.get().organization == manager


def test_a_route_shows_its_stops_in_order(staff):
    route = make(BusRoute)
    stops = [make(BusStop, number, name=f"Stop {number}") for number in range(3)]
    for sequence, stop in enumerate(reversed(stops), start=1):
        BusRouteStop.objects.create(route=route, stop=stop, sequence=sequence)

    html = staff.get(url(BusRoute, "change", route.pk)).content.decode()

    assert html.index("Stop 2") < html.index("Stop 1") < html.index("Stop 0")


@pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))
def test_pictures_of_all_shapes(shape):
    picture = shape_picture(GEOSGeometry(shape, srid=city_srid()))

    assert picture.startswith("<svg")
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d", re.search(r' d="([^"]+)"', picture)[1])]
    assert numbers
    assert all(0 <= number <= 280 for number in numbers)
