"""Delivery reports of gateways come in here."""

import time

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from citymap.accounts.access import public
from citymap.notices.callbacks import (
    MAX_BODY_BYTES,
    BadReportError,
    NotSignedError,
    check_signature,
    reports_in,
)
from citymap.notices.channels.base import channels
from citymap.notices.reports import accept
from citymap.problems import problem

HEADER = "X-Citymap-Signature"


@csrf_exempt
@require_POST
@public
def callback(request: HttpRequest, channel: str) -> JsonResponse:
    """200 with how many reports were new; the signature alone says who may report."""
    entry = channels.get(channel)
    secret = entry.callback_secret if entry else ""
    if not secret:
        return problem(404)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 9 or int(length) > MAX_BODY_BYTES:
        return problem(413)
    body = request.read(MAX_BODY_BYTES)
    try:
        check_signature(
            request.headers.get(HEADER, ""), body, secret=secret, now=time.time()
        )  # fmt: skip
        reports = list(reports_in(body))
    except NotSignedError as error:
        return problem(403, detail=error)
    except BadReportError as error:
        return problem(400, detail=error)
    now = timezone.now()
    new = sum(accept(channel=channel, report=one, raw=raw, now=now) for one, raw in reports)
    return JsonResponse({"reports": len(reports), "new": new})
