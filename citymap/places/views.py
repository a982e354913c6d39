"""`/api/addresses/` and `/api/place/`."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from citymap.places.params import localized, read_limit, read_question
from citymap.places.search import search


@require_safe
@localized
def addresses(request: HttpRequest) -> JsonResponse:
    """Search: a JSON list of `{id, kind, label, hint, lon, lat, bbox}`, best first."""
    found = search(
        question=read_question(request.GET.get("q", "")), limit=read_limit(request.GET.get("limit"))
    )
    return JsonResponse(found, safe=False, json_dumps_params={"ensure_ascii": False})
