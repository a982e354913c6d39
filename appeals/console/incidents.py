"""Outages: drawn or chosen by a network segment, offered to callers inside, ended, told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.gis.geos import Point
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appeals import services
from appeals.choices import State
from appeals.console.answers import REFUSALS, desk_page, status_of
from appeals.console.forms import MAX_OUTLINE, MOMENT_FORMATS, CategoryField, outline_of
from appeals.errors import InvalidError
from appeals.models import Category, Incident
from appeals.permissions import INCIDENTS
from citymap.accounts.access import requires
from citymap.shell.mapconfig import map_config
from layers.choices import NetworkKind
from layers.models import NetworkSegment

# A click this near to a pipe or a cable means it.
REACH_M = 80.0
MOST_ENDED = 20


class IncidentForm(forms.Form):
    """An outage: where, what, and what callers are told."""

    outline = forms.CharField(
        label=gettext_lazy("Area, or a point on a network segment (GeoJSON)"),
        max_length=MAX_OUTLINE, widget=forms.Textarea({"rows": 2, "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Draw an area, or choose a network segment.")
        },
    )  # fmt: skip
    network = forms.ChoiceField(
        label=gettext_lazy("Network of the segment"), required=False,
        choices=[("", gettext_lazy("Any")), *NetworkKind.choices],
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("Title"), max_length=300)
    category = CategoryField(label=gettext_lazy("Category"))
    script_ru = forms.CharField(
        label=gettext_lazy("What to tell callers, in Russian"), max_length=4000,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    script_kk = forms.CharField(
        label=gettext_lazy("What to tell callers, in Kazakh"), max_length=4000,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    started_at = forms.DateTimeField(
        label=gettext_lazy("Began"), required=False, input_formats=MOMENT_FORMATS,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    expected_end_at = forms.DateTimeField(
        label=gettext_lazy("Expected end"), required=False, input_formats=MOMENT_FORMATS,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Category.objects.groups().prefetch_related("leaves")
        self.fields["category"].widget = forms.Select(
            choices=[("", ""), *(
                (group.name, [(leaf.code, leaf.name) for leaf in group.leaves.all()])
                for group in groups
            )]
        )  # fmt: skip


@require_safe
@requires(INCIDENTS)
def incidents(request: HttpRequest) -> HttpResponse:
    """Outages that last, and those that ended lately."""
    rows = Incident.objects.select_related("category", "body").annotate(
        callers=Count("appeals", distinct=True),
        waiting=Count("appeals", filter=Q(appeals__state=State.VERIFIED), distinct=True),
        houses=Count("served", distinct=True),
    )
    context = {
        "lasting": rows.lasting().order_by("-started_at", "-pk"),
        "ended": rows.filter(ended_at__isnull=False).order_by("-ended_at", "-pk")[:MOST_ENDED],
        "now": timezone.now(),
    }
    return desk_page(request, "appeals/desk/incidents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(INCIDENTS)
def new(request: HttpRequest) -> HttpResponse:
    """Draw an outage, or click the segment that is broken."""
    posted = request.method == "POST"
    form = IncidentForm(request.POST if posted else None)
    status = 400 if posted else 200
    if posted and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            shape = outline_of(values.pop("outline"))
            network = values.pop("network")
            where = (
                {"segment": _segment(shape, network)}
                if isinstance(shape, Point) else {"area": shape}
            )  # fmt: skip
            made = services.open_incident(user=request.user, **where, **values)
        except REFUSALS as error:
            form.add_error(None, str(error))
            status = status_of(error)
        else:
            words = _("The outage is open; houses in it: %(count)d.")
            messages.success(request, words % {"count": made.served.count()})
            return redirect("desk:incidents")
    context = {"form": form, "map_config": map_config(request, title=_("New outage"))}
    return desk_page(request, "appeals/desk/incident.html", context, status=status)


def _segment(point: Point, network: str) -> NetworkSegment:
    """The segment that a click means. Raises InvalidError when none is near."""
    rows = NetworkSegment.objects.active_on(timezone.localdate())
    if network:
        rows = rows.filter(kind=network)
    found = rows.nearest(point, REACH_M).first()
    if found is None:
        raise InvalidError("area", _("There is no network segment here: draw an area instead."))
    return found


@require_POST
@requires(INCIDENTS)
def end(request: HttpRequest, incident: int) -> HttpResponse:
    """The outage is over: those who called are told as soon as the result is verified."""
    found = get_object_or_404(Incident, pk=incident)
    version = request.POST.get("version", "")
    try:
        waiting = services.end_incident(
            incident=found, user=request.user,
            version=int(version[:9]) if version.isdecimal() else None,
        )  # fmt: skip
    except REFUSALS as error:
        messages.error(request, str(error))
        return redirect("desk:incidents")
    words = _("The outage is over. Appeals whose applicants are to be told: %(count)d.")
    messages.success(request, words % {"count": len(waiting)})
    return redirect("desk:incidents")
