"""One-time links are sent and revoked from the appeal's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appeals import services
from appeals.errors import AppealError, NotPermittedError
from appeals.inbox.appeal import Shown, shown, theirs
from appeals.models import WorkLink
from appeals.permissions import LINKS
from citymap.accounts.access import requires


@require_POST
@requires(LINKS)
def send(request: HttpRequest, appeal: int) -> HttpResponse:
    """Send a link to one of the executor's addresses."""
    found = theirs(request.user, appeal)
    try:
        services.send_link(appeal=found, user=request.user, address=request.POST.get("address", ""))
    except AppealError as error:
        status = 403 if isinstance(error, NotPermittedError) else 400
        return shown(request, found, Shown(error=str(error)), status=status)
    messages.success(request, _("The link is sent."))
    return redirect("inbox:appeal", appeal)


@require_POST
@requires(LINKS)
def revoke(request: HttpRequest, appeal: int, link: int) -> HttpResponse:
    """The link leads nowhere from now on."""
    found = theirs(request.user, appeal)
    row = get_object_or_404(WorkLink, pk=link, appeal=found)
    try:
        services.revoke_link(link=row, user=request.user)
    except AppealError as error:
        return shown(request, found, Shown(error=str(error)), status=403)
    messages.success(request, _("The link is revoked."))
    return redirect("inbox:appeal", appeal)
