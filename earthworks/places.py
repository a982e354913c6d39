"""Works on the place card: what is going on here, what is planned, when it is put back."""

from django.utils.translation import gettext_lazy as _

from citymap.places.registry import PlaceSection, register_section
from earthworks.card import works

register_section(
    PlaceSection(
        name="works", title=_("Works here"), items=works, empty=_("No works here now."), order=10
    )
)
