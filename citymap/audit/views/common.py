"""What the lists share."""

from django.http import HttpRequest

OLDEST_FIRST = "when"


def oldest_first(request: HttpRequest) -> bool:
    """Whether a list is asked for from its beginning; newest first is the rule."""
    return request.GET.get("sort") == OLDEST_FIRST


def sort_of(request: HttpRequest) -> str:
    """`when` or `-when`, for the heading of the column."""
    return OLDEST_FIRST if oldest_first(request) else f"-{OLDEST_FIRST}"


def narrowed(request: HttpRequest) -> bool:
    """Whether anything was asked for, so that an empty list can say why."""
    return any(value for name, value in request.GET.items() if name not in ("sort", "after"))
