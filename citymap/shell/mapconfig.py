"""What the map page tells its JavaScript: URL templates, the city's box, today, month names."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone, translation

from citymap.formats.months import MONTHS_IN_DATES
from citymap.shell.context import city_name
from citymap.shell.extent import lived_in_box
from citymap.shell.importmap import library_url

# A placeholder that reverse() accepts wherever it wants a word or a slug.
_SLOT = "slot"


def url_template(name: str, slot: str) -> str:
    """The URL of view `name` with its one argument as `{slot}`."""
    return reverse(name, args=[_SLOT]).replace(_SLOT, f"{{{slot}}}")


def map_config(request: HttpRequest, *, title: str) -> dict:
    """JSON-ready; `config.js` reads it."""
    return {
        "urls": {
            "style": url_template("tiles:style", "name"),
            "addresses": reverse("places:addresses"),
            "place": reverse("places:place"),
        },
        "worker": library_url("maplibre-gl", "maplibre-gl-worker.mjs"),
        "language": translation.get_language(),
        "city": city_name(),
        "title": title,
        "bbox": settings.CITYMAP_BBOX,
        "start": lived_in_box(),
        "today": timezone.localdate().isoformat(),
        "months": [str(month) for month in MONTHS_IN_DATES],
    }
