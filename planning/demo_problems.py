"""The demo's problems: a few flood zones and hotspots that somebody already works on."""

import datetime as dt
from collections import Counter
from collections.abc import Callable

from django.utils import timezone

from appeals.models import Appeal
from citymap.accounts.models import Organization, User
from citymap.demo import DemoOptions, DemoPart, register_demo
from citymap.history.context import acting
from planning.choices import ProblemKind, Theme
from planning.models import Cluster, Problem
from planning.services import problems as services

SOURCE = "demo"
ZONES, PROBLEMS = 3, 2
# Whose each theme is, and what is done about it; everything else stays a proposal.
LEADS = {Theme.WATER: "water", Theme.HEAT: "heat", Theme.ROADS: "roads"}
_DAY = dt.timedelta(days=1)
_DITCH = "Прочистить водоотводную канаву и ливнеприёмники"
_PIPE = "Заменить водопропускную трубу под проездом"
_CAUSES = {
    Theme.WATER: "Изношенный участок сети: повторные утечки на одном и том же отрезке",
    Theme.HEAT: "Разрегулированный тепловой ввод: жалобы повторяются каждый отопительный сезон",
    Theme.ROADS: "Разрушенное основание дороги: ямочный ремонт не держится",
}
_SURVEY, _REPAIR = "Обследовать участок и установить причину", "Капитально отремонтировать участок"


def load(options: DemoOptions, say: Callable[[str], None]) -> None:
    """Open them once, as of two months ago."""
    if Problem.objects.exists():
        return
    analyst = User.objects.filter(username="analyst").first()
    with acting(command="loaddemo"):
        zones = services.proposals(kind=ProblemKind.FLOOD_ZONE)[:ZONES]
        for proposal in zones:
            _open_zone(proposal.cluster, analyst)
        others = [
            one
            for one in services.proposals(kind=ProblemKind.PROBLEM)
            if one.cluster.theme in LEADS
        ][:PROBLEMS]
        for proposal in others:
            _open_problem(proposal.cluster, analyst)
    say(f"flood zones: {len(zones)}, problems: {len(others)}")


def _open_zone(cluster: Cluster, analyst: User | None) -> None:
    today = timezone.localdate()
    body = _body("roads")
    zone = services.open_problem(
        title=_title("Подтопление", cluster), theme=Theme.FLOODING, geom=cluster.geom,
        kind=ProblemKind.FLOOD_ZONE, cluster=cluster.number, lead=body,
        cause="Талая вода стоит весной: сток перекрыт", today=today - 60 * _DAY, user=analyst,
    )  # fmt: skip
    due = services.flood_due(today)
    ditch = services.add_measure(
        problem=zone, what=_DITCH, due_on=due, body=body, cost=850_000,
        budget_source="Местный бюджет", user=analyst,
    )  # fmt: skip
    services.add_measure(
        problem=zone, what=_PIPE, due_on=due, body=body, cost=4_200_000,
        budget_source="Местный бюджет", user=analyst,
    )  # fmt: skip
    services.finish_measure(measure=ditch, done_on=today - 20 * _DAY, today=today, user=analyst)


def _open_problem(cluster: Cluster, analyst: User | None) -> None:
    today, theme = timezone.localdate(), Theme(cluster.theme)
    body = _body(LEADS[theme])
    problem = services.open_problem(
        title=_title({"water": "Утечки", "heat": "Холодные дома"}.get(theme, "Ямы"), cluster),
        theme=theme, geom=cluster.geom, cluster=cluster.number, lead=body, cause=_CAUSES[theme],
        today=today - 45 * _DAY, user=analyst,
    )  # fmt: skip
    survey = services.add_measure(
        problem=problem, what=_SURVEY, due_on=today - 10 * _DAY, body=body, user=analyst
    )
    services.finish_measure(measure=survey, done_on=today - 12 * _DAY, today=today, user=analyst)
    services.add_measure(
        problem=problem, what=_REPAIR, due_on=today + 200 * _DAY, body=body, cost=18_000_000,
        budget_source="Местный бюджет", user=analyst,
    )  # fmt: skip


def _title(what: str, cluster: Cluster) -> str:
    """What, and the place that most of its appeals name."""
    members = cluster.members.filter(event__source="appeals").values_list(
        "event__source_id", flat=True
    )
    ids = [int(one) for one in members if one.isdigit()]
    places = Counter(
        Appeal.objects.filter(pk__in=ids).exclude(place="").values_list("place", flat=True)
    )
    most = sorted(places.items(), key=lambda one: (-one[1], one[0]))
    return f"{what}: {most[0][0]}"[:200] if most else f"{what}: кластер {cluster.number}"


def _body(key: str) -> Organization | None:
    return Organization.objects.filter(source=SOURCE, source_id=key).first()


register_demo(DemoPart(name="planning problems", load=load, order=96))
