"""Roots and proofs for everybody: what is published cannot be taken back quietly."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from citymap.history.models import ChainRecord, Root
from citymap.history.proofs import NotSealedError, ProofError, consistency, prove
from citymap.history.roots import PublishedRoot

PER_PAGE = 50


@never_cache
@require_safe
def roots(request: HttpRequest) -> HttpResponse:
    """All roots, newest first."""
    found = Root.objects.select_related("signature").order_by("-number")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [(root, PublishedRoot.of(root)) for root in page]
    return render(request, "history/roots.html", {"page": page, "rows": rows})


@never_cache
@require_safe
def newest_root(request: HttpRequest) -> JsonResponse:
    """The newest root as JSON."""
    root = Root.objects.select_related("signature").order_by("-number").first()
    if root is None:
        raise Http404
    return JsonResponse(PublishedRoot.of(root).as_json())


@require_safe
def root_by_number(request: HttpRequest, number: int) -> JsonResponse:
    """One root as JSON, with the proof that it only adds to the root before it."""
    root = get_object_or_404(Root.objects.select_related("signature"), number=number)
    said = PublishedRoot.of(root).as_json()
    before = Root.objects.filter(number=number - 1).first()
    if before is not None:
        said["before"] = {
            "number": before.number,
            "size": before.size,
            "root": bytes(before.hash).hex(),
            "consistency": _path(before, root),
        }
    return JsonResponse(said)


@never_cache
@require_safe
def proof(request: HttpRequest, record: int, leaf: str) -> JsonResponse:
    """That a record is in the log, for who knows its number and its hash; without its text."""
    found = get_object_or_404(ChainRecord, pk=record)
    if bytes(found.hash).hex() != leaf.lower():
        raise Http404
    try:
        return JsonResponse(prove(record=found, with_payload=False))
    except NotSealedError as error:
        raise Http404 from error
    except ProofError as error:
        return JsonResponse({"error": str(error)}, status=409)


def _path(before: Root, root: Root) -> list[str] | None:
    try:
        return consistency(old=before, new=root)
    except ProofError:
        return None  # said by verify_history, and visible to whoever checks


for _view in (roots, newest_root, root_by_number, proof):
    _view.public = True
