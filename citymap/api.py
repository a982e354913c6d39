"""What the API says of itself: an OpenAPI 3.1 document gathered from the views under `/api/`.

A view describes itself with `@documented(...)`; the document is made by walking the URL map,
so that no list of endpoints is kept anywhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.problems import API_PREFIX, CONTENT_TYPE

JSON_TYPE = "application/json"


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
    """Path template and view of every route under `/api/`."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, path)
        elif isinstance(entry, URLPattern) and path.startswith(API_PREFIX):
            yield path.replace("<", "{").replace(">", "}"), entry.callback


def openapi_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of all described routes."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Citymap", "version": "1", "description": _("The city's open data")},
        "paths": {
            path: {"get": view.openapi} for path, view in routes() if hasattr(view, "openapi")
        },
        "components": {
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
            }
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
