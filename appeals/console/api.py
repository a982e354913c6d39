"""What a telephone exchange tells the desk: somebody calls."""

import hmac
import json
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from appeals import services
from appeals.console.callers import caller_of
from appeals.errors import AppealError
from appeals.models import Contact
from appeals.permissions import REGISTER
from citymap.accounts.access import may, public
from citymap.personal.errors import PersonalDataError
from citymap.problems import problem

MAX_BODY_BYTES = 8 * 1024
_BEARER = "Bearer "
_FIELDS = ("call_id", "phone", "language", "started_at")


@csrf_exempt
@require_POST
@never_cache
@public
def calls(request: HttpRequest) -> JsonResponse:
    """A call rings: `{"call_id": "...", "phone": "+7...", "language": "ru", "started_at": "..."}`.

    By the exchange's secret (`Authorization: Bearer`, CITYMAP_EXCHANGE_TOKEN), or by the session or
    a token of the API of somebody who registers contacts. 201 the first time, 200 with the same
    contact after that.
    """
    header = request.headers.get("Authorization", "")
    by_token = getattr(request, "api_token", None) is not None
    if header.startswith(_BEARER) and not by_token:
        if not _is_exchange(header.removeprefix(_BEARER)):
            return problem(401)
        return _ring(request)
    if not request.user.is_authenticated:
        return problem(401)
    if not may(request.user, REGISTER):
        return problem(403)
    return _ring_by_session(request)


@csrf_protect
def _ring_by_session(request: HttpRequest) -> JsonResponse:
    return _ring(request)


def _is_exchange(token: str) -> bool:
    """Whether the token is the one that is set; none set: no exchange."""
    wanted = settings.CITYMAP_EXCHANGE_TOKEN
    return bool(wanted) and hmac.compare_digest(wanted.encode(), token.strip().encode())


def _ring(request: HttpRequest) -> JsonResponse:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or len(length) > 9 or int(length) > MAX_BODY_BYTES:
        return problem(413)
    try:
        values = _values(json.loads(request.body))
    except (ValueError, RecursionError) as error:
        said = str(error) if isinstance(error, _MalformedError) else _("The body is no JSON.")
        return problem(400, detail=said)
    known = Contact.objects.filter(call_id=values["call_id"]).exists()
    user = request.user if request.user.is_authenticated else None
    try:
        with transaction.atomic():
            caller = None
            if not known:
                caller = caller_of(values["phone"], user=user, language=values["language"])
            contact = services.ring(
                call_id=values["call_id"], caller=caller, language=values["language"], user=user,
                started_at=values["started_at"],
            )  # fmt: skip
    except (AppealError, PersonalDataError) as error:
        return problem(400, detail=str(error), field=getattr(error, "field", ""))
    body = {"contact": contact.pk, "call_id": contact.call_id, "new": not known}
    return JsonResponse(body, status=200 if known else 201)


class _MalformedError(ValueError):
    """A member of the body is not what it should be."""


def _values(body: Any) -> dict[str, Any]:
    """The members of a call, checked."""
    if not isinstance(body, dict):
        raise _MalformedError(_("The body is an object."))
    if strangers := sorted(set(body) - set(_FIELDS)):
        raise _MalformedError(_("Unknown: %(names)s") % {"names": ", ".join(strangers)[:200]})
    values: dict[str, Any] = {}
    for name, default in (("call_id", ""), ("phone", ""), ("language", "ru")):
        value = body.get(name, default)
        if not isinstance(value, str) or len(value) > 100 or "\0" in value:
            raise _MalformedError(_("%(name)s is a short text.") % {"name": name})
        values[name] = value.strip()
    if not values["call_id"] or values["call_id"].startswith("desk:"):
        raise _MalformedError(_("call_id is the exchange's own id of the call."))
    moment = body.get("started_at")
    values["started_at"] = None
    if moment is not None:
        found = _moment(moment)
        if found is None or is_naive(found):
            raise _MalformedError(_("started_at is a time with its offset (ISO 8601)."))
        values["started_at"] = found
    return values


def _moment(value: Any) -> Any:
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
