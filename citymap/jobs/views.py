"""`/healthz` and `/readyz`, for whoever watches the installation."""

from dataclasses import asdict

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citymap.jobs.readiness import readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers; touches no database."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, migrations and worker are right, else 503 saying which is not."""
    state = readiness()
    return JsonResponse(asdict(state), status=200 if state.ready else 503)


# What `accounts.access.public` does; this room lies below that one.
healthz.public = readyz.public = True
