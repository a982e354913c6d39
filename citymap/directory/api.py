"""`/api/organizations/`: the directory as JSON, public fields only."""

from django.core.paginator import Paginator
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.accounts.choices import OrganizationKind
from citymap.api import LANGUAGE, documented, parameter
from citymap.directory.reading import MAX_QUESTION, entries, public_bodies, public_fields
from citymap.places.params import localized, read_limit
from citymap.problems import BadParameterError

MAX_PAGE = 10_000
_TEXT = {"type": "string"}
_NUMBER = {"type": ["number", "null"]}
ORGANIZATION = {
    "type": "object",
    "properties": {
        "id": {"type": "integer"},
        "kind": {"type": "string", "enum": OrganizationKind.values},
        **dict.fromkeys(
            ("name", "name_ru", "name_kk", "name_en", "short_name", "bin", "phone", "address"),
            _TEXT,
        ),
        "lon": _NUMBER,
        "lat": _NUMBER,
        "languages": {"type": "array", "items": _TEXT},
        "is_open": {"type": ["boolean", "null"]},
        "opening": _TEXT,
        "contacts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": dict.fromkeys(("kind", "label", "value"), _TEXT),
            },
        },
        "url": _TEXT,
    },
}
ANSWER = {
    "type": "object",
    "properties": {
        "count": {"type": "integer"},
        "page": {"type": "integer"},
        "pages": {"type": "integer"},
        "results": {"type": "array", "items": ORGANIZATION},
    },
}


@documented(
    summary="Directory of organisations",
    parameters=[
        parameter("q", "Words of a name (ru, kk, en, Latin), a telephone or a BIN", maxLength=200),
        parameter("kind", "Kind of organisation", enum=OrganizationKind.values),
        parameter("limit", "How many on a page", kind="integer", minimum=1, maximum=50, default=10),
        parameter("page", "Number of the page", kind="integer", minimum=1, default=1),
        LANGUAGE,
    ],
    answer=ANSWER,
    errors={400: "A parameter is malformed"},
)
@public
@require_safe
@localized
def organizations(request: HttpRequest) -> JsonResponse:
    """`{count, page, pages, results}`; a page beyond the last has no results."""
    text, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    if len(text) > MAX_QUESTION or "\0" in text:
        raise BadParameterError("q", _("q must be at most 200 characters without NUL"))
    if kind and kind not in OrganizationKind.values:
        raise BadParameterError(
            "kind", _("kind must be one of %(kinds)s") % {"kinds": ", ".join(OrganizationKind)}
        )
    number = _read_page(request.GET.get("page"))
    found = public_bodies(text=text, kind=kind, language=get_language() or "ru")
    paginator = Paginator(found, read_limit(request.GET.get("limit")))
    rows = paginator.page(number).object_list if number <= paginator.num_pages else []
    body = {
        "count": paginator.count,
        "page": number,
        "pages": paginator.num_pages,
        "results": [
            public_fields(entry, _url(request, entry.body.pk))
            for entry in entries(rows, timezone.now())
        ],
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _url(request: HttpRequest, pk: int) -> str:
    return request.build_absolute_uri(reverse("directory:organization", args=[pk]))


def _read_page(text: str | None) -> int:
    if text is None:
        return 1
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MAX_PAGE):
        raise BadParameterError("page", _("page must be a whole number from 1"))
    return int(text)
