"""The bell: notices of the one who is signed in."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import AnyUser, requires
from citymap.notices import services
from citymap.notices.models import BellItem
from citymap.notices.permissions import MINE
from citymap.notices.rendering import shown

PER_PAGE = 20


@require_safe
@never_cache
@requires(MINE)
def mine(request: HttpRequest) -> HttpResponse:
    """One's own notices, the newest first, in the reader's language."""
    rows = BellItem.objects.of(request.user).order_by("-pk")
    rows = rows.select_related("notice").prefetch_related("notice__source")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "items": [_item(row, request.user) for row in page.object_list],
        "unread": BellItem.objects.of(request.user).unread().count(),
    }
    return render(request, "notices/mine.html", context)


def _item(row: BellItem, user: AnyUser) -> dict[str, Any]:
    notice, source = row.notice, row.notice.source
    url = ""
    # Some things have a page of their own for each role.
    if hasattr(source, "url_for"):
        url = source.url_for(user)
    elif hasattr(source, "get_absolute_url"):
        url = source.get_absolute_url()
    title = notice.kind_entry.title if notice.kind_entry else notice.kind
    return {"row": row, "title": title, "words": shown(notice, get_language() or ""), "url": url}


@require_safe
@never_cache
@requires(MINE)
def unread(request: HttpRequest) -> JsonResponse:
    """How many are unread, for the header of pages that stay open."""
    return JsonResponse({"unread": BellItem.objects.of(request.user).unread().count()})


@require_POST
@requires(MINE)
def read(request: HttpRequest) -> HttpResponse:
    """Mark one (`item`) or all of one's own notices as read."""
    item = request.POST.get("item", "")
    only = int(item) if item.isdecimal() and len(item) < 19 else None
    if item and only is None:
        return redirect("notices:mine")
    services.mark_read(user=request.user, item=only)
    return redirect("notices:mine")
