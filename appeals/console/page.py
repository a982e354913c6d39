"""The console: the staff's map with the operator's working panel over it."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from appeals.choices import Channel, Regime, Urgency
from appeals.console.answers import rights_of
from appeals.console.forms import new_key
from appeals.models import Category, Contact
from appeals.permissions import REGISTER
from citymap.accounts.access import AnyUser, may, requires
from citymap.accounts.choices import Language
from citymap.shell.context import city_name
from citymap.shell.views import map_page

# A contact that an operator left open longer than this is not taken up again by itself.
RESUMED_WITHIN = dt.timedelta(hours=12)


@require_safe
@ensure_csrf_cookie
@requires("city.staff")
def console(request: HttpRequest) -> HttpResponse:
    """The map for staff; with the working panel for those who register contacts."""
    title = _("Desk: %(city)s") % {"city": city_name()}
    if not may(request.user, REGISTER):
        return map_page(request, title=title)
    more = {
        "channels": Channel.choices,
        "contact_languages": [(code, label) for code, label in Language.choices if code != "en"],
        "language_now": "kk" if (get_language() or "").startswith("kk") else "ru",
        "regimes": Regime.choices,
        "urgencies": Urgency.choices,
        "categories": categories(),
        "current_contact": unfinished(request.user),
        "key": new_key(),
        "rights": rights_of(request.user),
    }
    return map_page(request, title=title, template="appeals/desk/console.html", more=more)


def categories() -> list[dict]:
    """All leaves for the picker, in order: names in three languages to type, one to read."""
    rows = Category.objects.leaves().offered().select_related("parent")
    return [
        {
            "code": leaf.code,
            "name": leaf.name,
            "group": leaf.parent.name,
            "danger": leaf.danger,
            "words": " ".join(
                (leaf.name_ru, leaf.name_kk, leaf.name_en, leaf.parent.name_ru,
                 leaf.parent.name_kk, leaf.parent.name_en)
            ),
        }
        for leaf in rows.order_by("parent__position", "position", "code")
    ]  # fmt: skip


def unfinished(user: AnyUser) -> Contact | None:
    """The contact that the operator has begun and not ended, the newest."""
    since = timezone.now() - RESUMED_WITHIN
    mine = Contact.objects.real().lasting().filter(operator=user, started_at__gte=since)
    return mine.order_by("-started_at", "-pk").first()
