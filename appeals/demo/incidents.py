"""The demo's incidents: of the outages that go on now the widest is open, some of before are over.

What callers are told comes from the outage of the works: what, where, until when.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import Count
from django.utils import timezone, translation
from django.utils.formats import date_format

from appeals.models import Category, Incident, IncidentBuilding
from appeals.where import place_of
from citymap.accounts.choices import Role
from citymap.accounts.models import User
from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.history.context import acting
from earthworks.choices import OutageKind
from earthworks.models import Outage

OVER = 4
AROUND_M = 60.0
# What is cut off -> category, title in Russian, what is missing in Kazakh.
WORDS = {
    OutageKind.HEAT: ("HEAT-NONE", "Нет отопления", "жылу"),
    OutageKind.HOT_WATER: ("HEAT-HOTWATER", "Нет горячей воды", "ыстық су"),
    OutageKind.COLD_WATER: ("WATER-NONE", "Нет холодной воды", "суық су"),
    OutageKind.POWER: ("POWER-OUT", "Нет электроэнергии", "электр қуаты"),
}
RU = (
    "{title}: авария на сети, бригада на месте. Подача по плану: {until}. Если дома лежачий больной"
    " или маленькие дети, сообщите в 109: передадим отдельно."
)
KK = (
    "{missing} уақытша берілмейді: желіде апат, бригада орнында. Жоспар бойынша қосылады: {until}."
    " Үйде төсек тартқан науқас не жас бала болса, 109-ға хабарлаңыз: бөлек жеткіземіз."
)


def load_incidents(options: DemoOptions, say: Callable[[str], Any]) -> None:
    """One open incident, some that are over; nothing where there are incidents already."""
    if Incident.objects.exists():
        say("incidents: kept")
        return
    now = timezone.now()
    wide = (
        Outage.objects.filter(kind__in=list(WORDS), order__isnull=False)
        .select_related("order__holder").annotate(houses=Count("buildings"))
        .order_by("-houses", "pk")
    )  # fmt: skip
    chosen = [
        *wide.filter(starts_at__lte=now, ends_at__gt=now)[:1], *wide.filter(ends_at__lt=now)[:OVER],
    ]  # fmt: skip
    categories = Category.objects.in_bulk([code for code, *_ in WORDS.values()], field_name="code")
    user = User.objects.filter(roles__contains=[Role.COORDINATOR]).order_by("pk").first()
    with acting(reason="demo"):
        for outage in chosen:
            _open(outage, categories, user, now)
    say(f"incidents: {len(chosen)}")


def _open(outage: Outage, categories: dict[str, Category], user: User | None, now) -> None:
    code, title, missing = WORDS[OutageKind(outage.kind)]
    over = outage.ends_at < now
    incident = Incident.objects.create(
        title=f"{title}: {outage.order.address or outage.order.number}"[:300],
        category=categories[code], body=outage.order.holder,
        script_ru=RU.format(title=title, until=_until(outage, "ru")),
        script_kk=KK.format(missing=missing.capitalize(), until=_until(outage, "kk")),
        geom=place_of(geom=outage.order.geom.buffer(AROUND_M)).geom,
        started_at=outage.starts_at, expected_end_at=outage.ends_at,
        ended_at=outage.ends_at if over else None, opened_by=user,
    )  # fmt: skip
    IncidentBuilding.objects.bulk_create(
        IncidentBuilding(incident=incident, building=house) for house in outage.buildings.all()
    )


def _until(outage: Outage, language: str) -> str:
    with translation.override(language):
        return date_format(timezone.localtime(outage.ends_at), "DATETIME_FORMAT")


register_demo(DemoPart(name="incidents", load=load_incidents, order=61))
