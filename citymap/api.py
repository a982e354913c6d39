"""What the API says of itself: an OpenAPI 3.1 document gathered from the views under `/api/`.

A view describes itself with `@documented(...)`, or at least by its docstring; the document is
made by walking the URL map, so that no list of endpoints is kept anywhere.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.problems import API_PREFIX, CONTENT_TYPE

JSON_TYPE = "application/json"
_PATH_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_PATH_TYPES = defaultdict(lambda: "string", int="integer")


def parameter(
    name: str, description: str, *, kind: str = "string", required: bool = False, **schema: Any
) -> dict[str, Any]:
    """A query parameter; `kind` is its JSON type, `schema` more of its JSON Schema."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "required": required,
        "schema": {"type": kind, **schema},
    }


LANGUAGE = parameter(
    "lang", "Language of the answer; else cookie, then Accept-Language", enum=["ru", "kk", "en"]
)


def documented(
    *,
    summary: str,
    answer: Mapping[str, Any],
    parameters: Sequence[Mapping[str, Any]] = (),
    errors: Mapping[int, str] | None = None,
) -> Callable:
    """Describe a GET view: one line, the JSON Schema of its answer, parameters, error statuses."""

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        view.openapi = {
            "summary": summary,
            "parameters": list(parameters),
            "responses": {
                "200": {"description": summary, "content": {JSON_TYPE: {"schema": answer}}},
                **{
                    str(status): {
                        "description": text,
                        "content": {
                            CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                        },
                    }
                    for status, text in (errors or {}).items()
                },
            },
        }
        return view

    return mark


def routes(patterns: Sequence | None = None, prefix: str = "/") -> Iterator[tuple[str, Callable]]:
    """Path and view of every route under `/api/`, the path as Django writes it."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith(API_PREFIX):
            yield path, entry.callback


def _path_item(path: str, view: Callable) -> dict[str, Any]:
    """What is said of one route. A view that only has a docstring gets a summary."""
    described = getattr(view, "openapi", None)
    lines = (view.__doc__ or "").strip().splitlines()
    item = {"get": described} if described else {"summary": lines[0] if lines else ""}
    names = _PATH_PARAMETER.findall(path)
    if names:
        item["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": _PATH_TYPES[kind]}}
            for kind, name in names
        ]
    return item


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of all routes under `/api/`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Citymap", "version": "1", "description": _("The city's open data")},
        "paths": {
            _PATH_PARAMETER.sub(r"{\2}", path): _path_item(path, view) for path, view in routes()
        },
        # By session, by token, or without either where the data are open.
        "security": [{}, {"token": []}, {"session": []}],
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": _("A token of the page “My account”: citymap_…"),
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": settings.SESSION_COOKIE_NAME,
                    "description": _("Signed in; changes need X-CSRFToken as well"),
                },
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "required": ["type", "title", "status"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "parameter": {"type": "string"},
                    },
                }
            },
        },
    }


@documented(
    summary="This description",
    answer={"type": "object"},
)
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """`/api/openapi.json`."""
    return JsonResponse(openapi_document())
