"""Pictures of appeals, to those who may read the appeal."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from appeals.models import Appeal, Photo
from appeals.permissions import READ
from citymap.accounts.access import requires, visible


@require_safe
@requires(READ)
def photo(request: HttpRequest, key: uuid.UUID, size: str) -> HttpResponse:
    """A picture by its key, `large` or `small`."""
    found = get_object_or_404(Photo, file_key=key)
    if not visible(Appeal.objects.filter(pk=found.appeal_id), request.user, READ).exists():
        raise Http404
    file = {"large": found.image, "small": found.thumbnail}.get(size)
    if file is None:
        raise Http404
    try:
        with file.open("rb") as opened:
            content = opened.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(
        content, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=86400"}
    )
