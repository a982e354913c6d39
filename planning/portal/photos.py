"""Public pictures of yards; a picture never changes, so whoever has it keeps it."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from planning.models import YardPhoto

FOR_GOOD = "public, max-age=31536000, immutable"


@public
@require_safe
def photo(request: HttpRequest, key: uuid.UUID, small: bool = False) -> HttpResponse:
    """The picture, or the small one."""
    found = get_object_or_404(YardPhoto, file_key=key)
    try:
        with (found.thumbnail if small else found.image).open("rb") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(content, content_type="image/jpeg", headers={"Cache-Control": FOR_GOOD})
