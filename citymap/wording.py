"""Words that data sets write in English, in the reader's language."""

from django.utils.translation import gettext_lazy

# Words that sources write in English; others are shown as they are written.
_WRITTEN = {
    "steel": gettext_lazy("steel"),
    "insulated_steel": gettext_lazy("pre-insulated steel"),
    "cast_iron": gettext_lazy("cast iron"),
    "iron": gettext_lazy("iron"),
    "plastic": gettext_lazy("plastic"),
    "polyethylene": gettext_lazy("polyethylene"),
    "pe": gettext_lazy("polyethylene"),
    "pvc": gettext_lazy("PVC"),
    "concrete": gettext_lazy("concrete"),
    "reinforced_concrete": gettext_lazy("reinforced concrete"),
    "asbestos_cement": gettext_lazy("asbestos cement"),
    "ceramic": gettext_lazy("ceramic"),
    "brick": gettext_lazy("brick"),
    "copper": gettext_lazy("copper"),
    "aluminium": gettext_lazy("aluminium"),
    "fibre": gettext_lazy("optical fibre"),
    "fiber": gettext_lazy("optical fibre"),
    "fibre_optic": gettext_lazy("optical fibre"),
    "sip": gettext_lazy("self-supporting insulated wire"),
    "fixed": gettext_lazy("fixed"),
    "dome": gettext_lazy("dome"),
    "panning": gettext_lazy("panning"),
}


def written(value: str) -> str:
    """A material or kind as the source writes it, in the active language where it is known."""
    return str(_WRITTEN.get(value.strip().lower().replace(" ", "_"), value))
