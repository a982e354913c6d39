"""What an application to dig says: the form, its sections, and the values that a draft takes."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.gis.geos import GEOSGeometry, LineString
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from citymap.accounts.bin import validate_bin
from citymap.accounts.models import Organization, User
from citymap.geo import to_wgs84
from citymap.personal.errors import InvalidValueError
from citymap.personal.identifiers import normal_iin
from earthworks.choices import DamagedSurface, Method, Requirement, WorkKind
from earthworks.console.bodyfield import search_bodies
from earthworks.errors import WorksError
from earthworks.models import Order
from earthworks.services.parties import body_by_bin, person_named
from earthworks.shapes import checked, parsed, trench
from layers.choices import NetworkKind

# Who of an order may be a body, and who a person.
BODIES = ("holder", "contractor", "subcontractor")
PEOPLE = ("holder_person", "representative", "contractor_person", "subcontractor_person")
PLAIN = (
    "network_kind", "work", "method", "address", "comments", "amount_kzt", "budget_source",
    "contract_number", "requirements", "requirements_note",
)  # fmt: skip


def outline_of(text: str, width_m: float | None) -> GEOSGeometry:
    """The outline of a dig from what was drawn or pasted. Raises WorksError."""
    geom = parsed(text)
    if isinstance(geom, LineString):
        return trench(geom, width_m or 0.0)
    return checked(geom)


def _date(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def _text(label: Any, limit: int, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, required=False, **options)


def _area(label: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, required=False)


class OrderForm(forms.Form):
    """Everything that an application says. Areas that are left empty are proposed from the map."""

    outline = forms.CharField(
        label=gettext_lazy("Line or outline, GeoJSON"),
        max_length=200_000,
        widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        help_text=gettext_lazy("Click the trench on the map, or paste GeoJSON or WKT."),
    )
    width_m = forms.FloatField(
        label=gettext_lazy("Width of the trench, m"), initial=1.5, required=False
    )
    address = _text(gettext_lazy("Address"), 300)
    more_addresses = _text(
        gettext_lazy("Further addresses, one a line"), 2000, widget=forms.Textarea({"rows": 2})
    )
    area_road = _area(gettext_lazy("Road, m²"))
    area_drive = _area(gettext_lazy("Local drive, m²"))
    area_sidewalk = _area(gettext_lazy("Sidewalk, m²"))
    area_lawn = _area(gettext_lazy("Lawn, m²"))
    network_kind = forms.ChoiceField(label=gettext_lazy("Network"), choices=NetworkKind.choices)
    work = forms.ChoiceField(label=gettext_lazy("Works"), choices=WorkKind.choices)
    method = forms.ChoiceField(label=gettext_lazy("Method"), choices=Method.choices)
    begins_on = _date(gettext_lazy("From"))
    ends_on = _date(gettext_lazy("Until"))
    dug_at = forms.DateTimeField(
        label=gettext_lazy("Emergency: dug since"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    holder = forms.ModelChoiceField(
        label=gettext_lazy("Holder"), queryset=Organization.objects.none(), required=False
    )
    holder_bin = _text(gettext_lazy("BIN, when it is not in the list"), 12)
    holder_name = _text(gettext_lazy("Name, when it is not in the list"), 300)
    holder_person_name = _text(gettext_lazy("Holder, a citizen: name"), 200)
    holder_person_iin = _text(gettext_lazy("Holder, a citizen: IIN"), 14)
    holder_person_phone = _text(gettext_lazy("Holder, a citizen: telephone"), 40)
    representative_name = _text(gettext_lazy("Representative: name"), 200)
    representative_iin = _text(gettext_lazy("Representative: IIN"), 14)
    representative_phone = _text(gettext_lazy("Representative: telephone"), 40)
    contractor = forms.ModelChoiceField(
        label=gettext_lazy("Contractor"), queryset=Organization.objects.none(), required=False
    )
    contractor_bin = _text(gettext_lazy("BIN, when it is not in the list"), 12)
    contractor_name = _text(gettext_lazy("Name, when it is not in the list"), 300)
    contractor_person_name = _text(gettext_lazy("Responsible person: name"), 200)
    contractor_person_iin = _text(gettext_lazy("Responsible person: IIN"), 14)
    contractor_person_phone = _text(gettext_lazy("Responsible person: telephone"), 40)
    subcontractor = forms.ModelChoiceField(
        label=gettext_lazy("Subcontractor"), queryset=Organization.objects.none(), required=False
    )
    subcontractor_bin = _text(gettext_lazy("BIN, when it is not in the list"), 12)
    subcontractor_name = _text(gettext_lazy("Name, when it is not in the list"), 300)
    subcontractor_person_name = _text(gettext_lazy("Responsible person: name"), 200)
    subcontractor_person_iin = _text(gettext_lazy("Responsible person: IIN"), 14)
    subcontractor_person_phone = _text(gettext_lazy("Responsible person: telephone"), 40)
    amount_kzt = forms.DecimalField(
        label=gettext_lazy("Sum, tenge"), min_value=Decimal(0), max_digits=15, decimal_places=2,
        required=False,
    )  # fmt: skip
    budget_source = _text(gettext_lazy("Budget source"), 200)
    contract_number = _text(gettext_lazy("Contract number"), 100)
    requirements = forms.MultipleChoiceField(
        label=gettext_lazy("Requirements"), choices=Requirement.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    requirements_note = _text(gettext_lazy("Further requirements"), 1000)
    comments = _text(gettext_lazy("Comments"), 4000, widget=forms.Textarea({"rows": 3}))
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    SECTIONS = (
        (gettext_lazy("Place"), ("outline", "width_m", "address", "more_addresses"), True),
        (
            gettext_lazy("Damaged surface"),
            ("area_road", "area_drive", "area_sidewalk", "area_lawn"), True,
        ),
        (
            gettext_lazy("Works and dates"),
            ("network_kind", "work", "method", "begins_on", "ends_on", "dug_at"), True,
        ),
        (
            gettext_lazy("Holder"),
            (
                "holder", "holder_bin", "holder_name", "holder_person_name", "holder_person_iin",
                "holder_person_phone", "representative_name", "representative_iin",
                "representative_phone",
            ),
            True,
        ),
        (
            gettext_lazy("Contractor"),
            (
                "contractor", "contractor_bin", "contractor_name", "contractor_person_name",
                "contractor_person_iin", "contractor_person_phone",
            ),
            True,
        ),
        (
            gettext_lazy("Subcontractor"),
            (
                "subcontractor", "subcontractor_bin", "subcontractor_name",
                "subcontractor_person_name", "subcontractor_person_iin",
                "subcontractor_person_phone",
            ),
            False,
        ),
        (gettext_lazy("Money"), ("amount_kzt", "budget_source", "contract_number"), False),
        (
            gettext_lazy("Requirements"),
            ("requirements", "requirements_note", "comments"), False,
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, order: Order | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        for name in BODIES:
            search_bodies(self, name, named=(Order, name))

    def sections(self) -> list[tuple[Any, list[forms.BoundField], bool]]:
        """Title, fields and whether it stands open, for the page."""
        return [
            (title, [self[name] for name in names], opened or any(self[n].errors for n in names))
            for title, names, opened in self.SECTIONS
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("outline"):
            try:
                values["geom"] = outline_of(values["outline"], values.get("width_m"))
            except WorksError as error:
                self.add_error("outline", str(error))
        begins_on, ends_on = values.get("begins_on"), values.get("ends_on")
        if begins_on and ends_on and ends_on < begins_on:
            self.add_error("ends_on", _("The order ends before it begins."))
        for name in BODIES:
            self._check_bin(f"{name}_bin", values)
        for name in PEOPLE:
            self._check_iin(f"{name}_iin", values)
        self._check_holder(values)
        return values

    def _check_bin(self, name: str, values: dict[str, Any]) -> None:
        if number := values.get(name):
            try:
                validate_bin(number)
            except ValidationError as error:
                self.add_error(name, error)

    def _check_iin(self, name: str, values: dict[str, Any]) -> None:
        if number := values.get(name):
            try:
                values[name] = normal_iin(number)
            except InvalidValueError as error:
                self.add_error(name, str(error))

    def _check_holder(self, values: dict[str, Any]) -> None:
        body = values.get("holder") or values.get("holder_bin")
        person = values.get("holder_person_name") or values.get("holder_person_iin")
        if body and person:
            self.add_error("holder", _("The holder is an organisation or a citizen."))
        elif not body and not person and not (self.order and self.order.holder_person_id):
            self.add_error("holder", _("Somebody must take the permit."))

    def drafted(self, user: User) -> dict[str, Any]:
        """The valid form as `values` of a draft; new bodies and people are recorded."""
        found = self.cleaned_data
        values = {name: found[name] for name in PLAIN}
        values["more_addresses"] = [
            line.strip()[:300] for line in found["more_addresses"].splitlines() if line.strip()
        ][:20]
        for name in BODIES:
            values[name] = found[name]
            if found[name] is None and found[f"{name}_bin"]:
                values[name] = body_by_bin(
                    bin_=found[f"{name}_bin"], name=found[f"{name}_name"], user=user
                )
        for name in PEOPLE:
            values[name] = person_named(
                name=found[f"{name}_name"], iin=found[f"{name}_iin"],
                phone=found[f"{name}_phone"], user=user,
            ) or (getattr(self.order, name) if self.order else None)  # fmt: skip
        if values["holder"] is not None:
            values["holder_person"] = None
        return values

    def areas(self) -> dict[DamagedSurface, float | None]:
        return {one: self.cleaned_data[f"area_{one}"] for one in DamagedSurface}


def initial_of(order: Order) -> dict[str, Any]:
    """An order as the form shows it; people stay unnamed, their fields only replace them."""
    return {
        **{name: getattr(order, name) for name in (*PLAIN, *BODIES, "begins_on", "ends_on")},
        **{f"area_{one}": area for one, area in order.areas_m2.items()},
        "more_addresses": "\n".join(order.more_addresses),
        "outline": to_wgs84(order.geom).json,
        "dug_at": timezone.localtime(order.dug_at) if order.dug_at else None,
    }
