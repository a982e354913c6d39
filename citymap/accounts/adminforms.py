"""Forms of the administration of people and bodies."""

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    AdminUserCreationForm,
    UserChangeForm,
)
from django.contrib.gis.geos import GEOSException, GEOSGeometry, Point
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Language, Role
from citymap.accounts.models import Area, Organization, User
from citymap.accounts.services.tokens import revoke_all
from citymap.geo import CoordinateError, city_point, lon_lat, to_wgs84


class PositionField(forms.CharField):
    """A point as `lon, lat` in degrees."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("help_text", _("Longitude, latitude in degrees: 69.1502, 54.8712"))
        super().__init__(**kwargs)

    def prepare_value(self, value) -> str:
        return "{}, {}".format(*lon_lat(value)) if isinstance(value, Point) else value

    def clean(self, value: str) -> Point | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            lon, lat = (float(part) for part in text.split(","))
            return city_point(lon, lat)
        except (ValueError, CoordinateError) as error:
            raise forms.ValidationError(_("Two numbers with a comma are needed.")) from error

    def has_changed(self, initial, data) -> bool:
        return self.prepare_value(initial) != data


class GeoJSONText(forms.Textarea):
    """A geometry as GeoJSON text, lon lat: needs no map from elsewhere."""

    def format_value(self, value) -> str | None:
        return to_wgs84(value).json if isinstance(value, GEOSGeometry) else value

    def deserialize(self, value: str) -> GEOSGeometry | None:
        try:
            return GEOSGeometry(value)
        except (GEOSException, ValueError, TypeError):
            return None


def _boxes(label, choices) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
    )


class UserForm(UserChangeForm):
    """A user as an administrator sees one: roles as boxes to tick."""

    roles = _boxes(_("Roles"), Role)

    class Meta:
        model = User
        fields = "__all__"


class NewUserForm(AdminUserCreationForm):
    """A new user with roles and body; the password may be left out."""

    roles = _boxes(_("Roles"), Role)

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "organization", "roles")


class PasswordForm(AdminPasswordChangeForm):
    """Another's password: with the old one the tokens of the API end."""

    def save(self, commit: bool = True) -> User:
        user = super().save(commit)
        if commit:
            revoke_all(user=user)
        return user


class OrganizationForm(forms.ModelForm):
    """A body; its position as two numbers, its languages as boxes."""

    geom = PositionField(label=_("Position"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), choices=Language, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Organization
        fields = (
            "kind", "name", "short_name", "bin", "name_ru", "name_kk", "name_en", "parent",
            "groups", "areas", "languages", "phone", "address", "geom", "schedule",
            "valid_from", "valid_to", "source", "source_id",
        )  # fmt: skip


class AreaForm(forms.ModelForm):
    """An area with its outline as GeoJSON."""

    class Meta:
        model = Area
        fields = ("name", "source", "source_id", "geom")
        widgets = {"geom": GeoJSONText(attrs={"rows": 6, "cols": 80, "spellcheck": "false"})}
