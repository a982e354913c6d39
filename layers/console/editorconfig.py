"""The URLs that the editor's JavaScript uses; no path is written there."""

from django.urls import reverse

# A number that stands for the yard in URL templates.
_SLOT = 4_294_967_295


def editor_urls() -> dict[str, str]:
    """URL templates by the names that `layers/yard-api.js` uses."""
    names = ("yards", "redraw", "merge", "split", "quarter", "undo")
    urls = {f"yard_{name}": reverse(f"yard_api:{name}") for name in names}
    urls["yard_one"] = reverse("yard_api:yard", args=[_SLOT]).replace(str(_SLOT), "{yard}")
    return urls
