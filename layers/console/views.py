"""Pages of the yard editor: the map, the list of corrections, the quarters."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from citymap.shell.mapconfig import map_config
from layers.console.access import planners_only
from layers.console.editorconfig import editor_urls
from layers.models import Quarter, Yard, YardCorrection
from layers.yards.corrections import NoteCode
from layers.yards.editing import MAX_REASON, NotUndoableError, undo_correction
from layers.yards.quarters import MAX_NAME, QuarterRefusedError, rename_quarter
from layers.yards.reading import house_names
from layers.yards.writing import SOURCE

PER_PAGE = 50


@require_safe
@planners_only
def editor(request: HttpRequest) -> HttpResponse:
    """The map on which yards are redrawn, merged, split and grouped."""
    title = _("Yard editor")
    config = map_config(request, title=title)
    config["urls"] |= editor_urls()
    context = {
        "page_title": title,
        "map_config": config,
        "quarters": Quarter.objects.current(),
        "max_reason": MAX_REASON,
        "max_name": MAX_NAME,
    }
    return render(request, "layers/console/editor.html", context)


@require_safe
@planners_only
def corrections(request: HttpRequest) -> HttpResponse:
    """All corrections, newest first, with what they met and a button to undo each."""
    rows = YardCorrection.objects.select_related("made_by", "undone_by").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "layers/console/corrections.html",
        {"page": page, "rows": _described(page.object_list)},
    )


@require_POST
@planners_only
def undo(request: HttpRequest, correction: int) -> HttpResponse:
    """Undo one correction and come back to the list."""
    try:
        undo_correction(correction=correction, user=request.user)
    except YardCorrection.DoesNotExist as error:
        raise Http404 from error
    except NotUndoableError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The correction is undone."))
    return redirect("yard_console:corrections")


@require_safe
@planners_only
def quarters(request: HttpRequest) -> HttpResponse:
    """All quarters with their size, each can be renamed."""
    return render(
        request,
        "layers/console/quarters.html",
        {"quarters": _sized(Quarter.objects.current()), "max_name": MAX_NAME},
    )


@require_POST
@planners_only
def rename(request: HttpRequest, quarter: int) -> HttpResponse:
    """Rename a quarter and come back to the list."""
    get_object_or_404(Quarter.objects.current(), pk=quarter)
    try:
        rename_quarter(quarter=quarter, name=request.POST.get("name", "").replace("\0", ""))
    except QuarterRefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The quarter is renamed."))
    return redirect("yard_console:quarters")


def _sized(rows: QuerySet[Quarter]) -> QuerySet[Quarter]:
    current = Q(yards__valid_to__isnull=True)
    return rows.annotate(
        yard_count=Count("yards", filter=current),
        apartment_count=Sum("yards__apartments", filter=current, default=0),
        area_ha=Sum("yards__area_m2", filter=current, default=0.0) / 10_000,
    )


def _described(rows: Iterable[YardCorrection]) -> list[dict[str, Any]]:
    """Corrections with the labels of their yards and their conflicts in words."""
    rows = list(rows)
    keys = {yard["key"] for row in rows for yard in row.result}
    named = Yard.objects.filter(source=SOURCE, source_id__in=keys)
    labels = {
        yard.source_id: yard.localized_label
        for yard in named.only("source_id", "label", "label_kk")
    }
    current = Yard.objects.current().filter(source=SOURCE, source_id__in=keys)
    ids = dict(current.values_list("source_id", "pk"))
    names = house_names({house for row in rows for note in row.notes for house in note["houses"]})
    return [
        {
            "correction": row,
            "yards": [
                {"label": labels.get(yard["key"], yard["key"]), "id": ids.get(yard["key"])}
                for yard in row.result
            ],
            "notes": [note_text(note, names) for note in row.notes],
        }
        for row in rows
    ]


def note_text(note: dict[str, Any], names: dict[str, str]) -> str:
    """A conflict in words."""
    houses = ", ".join(names.get(house, house) for house in note["houses"])
    count = len(note["houses"])
    if note["code"] == NoteCode.HOUSE_GONE:
        text = ngettext(
            "This house is not on the map any more: %(houses)s.",
            "These houses are not on the map any more: %(houses)s.",
            count,
        )
    elif note["code"] == NoteCode.HOUSE_JOINED:
        text = ngettext(
            "A new house joined the corrected yard: %(houses)s.",
            "New houses joined the corrected yard: %(houses)s.",
            count,
        )
    elif note["code"] == NoteCode.NO_GROUND:
        text = _("Buildings now cover the outline, so it is not applied: %(houses)s.")
    else:
        text = _("None of its houses is on the map, so it is not applied.")
    return text % {"houses": houses}
