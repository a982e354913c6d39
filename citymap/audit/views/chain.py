"""The first page and the state of the chain."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from citymap.accounts.access import may, requires
from citymap.audit.models import Verification
from citymap.audit.permissions import VIEW
from citymap.audit.services import acknowledging_role, ask_verification
from citymap.audit.state import chain_state, waiting_protocols
from citymap.history.models import Protocol
from citymap.personal.models import PersonalEvent

LATEST = 5
LAST_VERIFICATIONS = 20


@never_cache
@require_safe
@requires(VIEW)
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the reader, the chain in one line, the latest looks."""
    role = acknowledging_role(request.user)
    day_ago = timezone.now() - dt.timedelta(days=1)
    context = {
        "state": chain_state(),
        "role": role,
        "waiting": waiting_protocols(role),
        "protocols": Protocol.objects.with_notes().newest_first()[:LATEST],
        "looks_today": PersonalEvent.objects.filter(at__gte=day_ago).count(),
        "looks": PersonalEvent.objects.select_related("user", "person").order_by("-at", "-id")[
            :LATEST
        ],
        "may_see_tokens": may(request.user, "accounts.tokens"),
    }
    return render(request, "audit/home.html", context)


@never_cache
@require_safe
@requires(VIEW)
def chain(request: HttpRequest) -> HttpResponse:
    """Seals, roots, publications, verifications."""
    context = {
        "state": chain_state(),
        "verifications": Verification.objects.exclude(finished_at=None).select_related("asked_by")[
            :LAST_VERIFICATIONS
        ],
    }
    return render(request, "audit/chain.html", context)


@require_POST
@requires(VIEW)
def verify(request: HttpRequest) -> HttpResponse:
    """Ask the worker to verify the chain now."""
    ask_verification(user=request.user)
    messages.success(request, _("The verification is asked for; the worker begins in a moment."))
    return redirect("audit:chain")


@never_cache
@require_safe
@requires(VIEW)
def progress(request: HttpRequest) -> JsonResponse:
    """How far the open verification is; `open` is false when none is."""
    opened = Verification.objects.filter(finished_at=None).first()
    if opened is None:
        return JsonResponse({"open": False})
    return JsonResponse(
        {
            "open": True,
            "started": opened.started_at is not None,
            "done": opened.done,
            "total": opened.total,
            "percent": opened.percent,
        }
    )
