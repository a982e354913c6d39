"""`/organizations/`: the list, and one body."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from citymap.accounts.access import public
from citymap.accounts.choices import ContactKind, Language, OrganizationKind
from citymap.accounts.models import Contact, Organization
from citymap.directory.reading import (
    MAX_QUESTION,
    Entry,
    entries,
    public_bodies,
    tel,
    week_of,
)
from citymap.shell.mapconfig import map_config

PER_PAGE = 25
MAP_ZOOM = 17


@public
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The directory: searched by `q`, of one `kind`, paged by `page`."""
    text = request.GET.get("q", "")[:MAX_QUESTION]
    kind = request.GET.get("kind", "")
    found = public_bodies(text=text, kind=kind, language=get_language() or "ru")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = entries(page.object_list, timezone.now())
    context = {
        "text": text,
        "kind": kind if kind in OrganizationKind.values else "",
        "kinds": OrganizationKind.choices,
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1),
        "rows": [{"entry": entry, "phone_link": tel(entry.body.phone)} for entry in shown],
    }
    if places := _places(shown):
        context["map_config"] = map_config(request, title=_("Organisations")) | {"places": places}
    return render(request, "directory/list.html", context)


@public
@require_safe
def organization(request: HttpRequest, organization: int) -> HttpResponse:
    """One body: telephones, hours of the week, where it is, what it belongs to."""
    body = get_object_or_404(public_bodies().select_related("parent"), pk=organization)
    (entry,) = entries([body], timezone.now())
    today = timezone.localdate()
    context = {
        "entry": entry,
        "phone_link": tel(body.phone),
        "contacts": [_linked(contact) for contact in body.public_contacts],
        "languages_named": [Language(code).label for code in body.languages],
        "week": week_of(body, today),
        "today": today,
        "parts": Organization.objects.active_on(today)
        .filter(parent=body)
        .in_order(get_language() or "ru")[:100],
    }
    if entry.position:
        context["map_config"] = map_config(request, title=body.title) | {"position": entry.position}
        context["map_url"] = _on_the_map(*entry.position)
    return render(request, "directory/organization.html", context)


def _places(shown: list[Entry]) -> list[dict[str, object]]:
    """Where the bodies of a page are: `{lon, lat, title, url}` for the map above the list."""
    return [
        {
            "lon": round(entry.position[0], 6),
            "lat": round(entry.position[1], 6),
            "title": entry.body.title,
            "url": reverse("directory:organization", args=[entry.body.pk]),
        }
        for entry in shown
        if entry.position
    ]


def _linked(contact: Contact) -> dict[str, str]:
    """A contact with the link that its kind allows."""
    links = {
        ContactKind.PHONE: tel,
        ContactKind.ON_DUTY: tel,
        ContactKind.EMAIL: "mailto:{}".format,
    }
    link = links.get(contact.kind, lambda value: "")(contact.value)
    return {"label": contact.label, "value": contact.value, "link": link}


def _on_the_map(lon: float, lat: float) -> str:
    """The map with the place card of a point open (the hash of url-state.js)."""
    home = reverse("shell:home")
    return f"{home}#at={MAP_ZOOM}/{lat:.5f}/{lon:.5f}&place=point:{lon:.6f},{lat:.6f}"
