"""The chronicle of a place: everything that is known to have happened there."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.gis.geos import Point
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appeals.models import Appeal, Incident
from citymap.accounts.access import AnyUser, may
from earthworks.models import Order, RepairWork
from layers.models import Yard
from planning.choices import Stage, Theme
from planning.models import Event, YardHold, YardStage, YardSurvey
from planning.querysets import VOICES
from planning.sources import sources

NEAR_M = (30, 60, 120, 250)
MOST = 500
_SOURCES_BY_TABLE = {
    "appeals": Appeal, "incidents": Incident, "breakages": Order, "orders": Order,
    "repairs": RepairWork,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a chronicle. kind: a source's name, or `yard`."""

    when: dt.date
    kind: str
    kind_title: str
    theme: str
    title: str
    url: str = ""

    @property
    def theme_title(self) -> str:
        return str(Theme(self.theme).label)


@dataclass(frozen=True, slots=True)
class Chronicle:
    """facts: newest first; whole: False when there are more than shown."""

    facts: list[Fact]
    whole: bool

    def years(self) -> list[tuple[int, list[Fact]]]:
        """Facts by year, newest first."""
        found: dict[int, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.when.year, []).append(fact)
        return list(found.items())

    def themes(self) -> list[tuple[str, str, int]]:
        """Theme, its title, how many facts; the most first."""
        counts = Counter(fact.theme for fact in self.facts)
        return [(name, str(Theme(name).label), count) for name, count in counts.most_common()]

    def strip(self, width: int = 1000, row: int = 28) -> dict:
        """The timeline as a picture: a row a theme, a dot a fact, ticks of years."""
        if not self.facts:
            return {"rows": [], "ticks": [], "width": width, "height": 0}
        first = self.facts[-1].when.toordinal()
        span = max(self.facts[0].when.toordinal() - first, 1)
        left = 200

        def across(day: dt.date) -> int:
            return left + round((width - left - 20) * (day.toordinal() - first) / span)

        rows = [
            {
                "title": title,
                "y": row * number + row // 2 + 4,
                "dots": [
                    {"x": across(fact.when), "fact": fact}
                    for fact in self.facts
                    if fact.theme == name
                ],
            }
            for number, (name, title, _count) in enumerate(self.themes())
        ]
        years = range(self.facts[-1].when.year + 1, self.facts[0].when.year + 1)
        ticks = [{"x": across(dt.date(year, 1, 1)), "year": str(year)} for year in years]
        return {
            "rows": rows, "ticks": ticks, "width": width, "height": row * len(rows) + 8,
            "foot": row * len(rows) + 28,
        }  # fmt: skip


def chronicle_of(point: Point, *, radius_m: float, user: AnyUser) -> Chronicle:
    """Everything within `radius_m` of a point of the city CRS, and what the yard there says."""
    rows = list(
        Event.objects.exclude(source=VOICES)
        .filter(geom__dwithin=(point, radius_m))
        .order_by("-occurred_at", "id")[: MOST + 1]
    )
    titles = titles_of(rows[:MOST], linked=may(user, "works.read"))
    names = {source.name: str(source.title) for source in sources}
    facts = [
        Fact(
            when=timezone.localdate(row.occurred_at),
            kind=row.source,
            kind_title=names.get(row.source, row.source),
            theme=row.theme,
            title=titles.get((row.source, row.source_id), ("", ""))[0],
            url=titles.get((row.source, row.source_id), ("", ""))[1],
        )
        for row in rows[:MOST]
    ]
    facts += _of_yard(point)
    facts.sort(key=lambda fact: fact.when, reverse=True)
    return Chronicle(facts, whole=len(rows) <= MOST)


def titles_of(rows: Sequence[Event], *, linked: bool) -> dict[tuple[str, str], tuple[str, str]]:
    """Of each event its number or title, and where it is read about."""
    keys: dict[str, list[int]] = {}
    for row in rows:
        if row.source_id.isdigit():
            keys.setdefault(row.source, []).append(int(row.source_id))
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for source, model in _SOURCES_BY_TABLE.items():
        chosen = model.objects.filter(pk__in=keys.get(source, []))
        if model is Appeal:
            chosen = chosen.select_related("category").defer("text", "text_key", "geom")
        for one in chosen:
            title, url = _title(one)
            found[source, str(one.pk)] = title, url if linked else ""
    return found


def _title(one) -> tuple[str, str]:
    if isinstance(one, Appeal):
        return f"{one.number} · {one.category.name}", ""
    if isinstance(one, Order):
        title = _("Order %(number)s: %(work)s") % {
            "number": one, "work": one.get_work_display(),
        }  # fmt: skip
        return title, reverse("works:order", args=[one.pk])
    if isinstance(one, RepairWork):
        return one.title, reverse("works:repair", args=[one.pk])
    return one.title, ""


def _of_yard(point: Point) -> list[Fact]:
    """Surveys, holds and stages of the yard around the point."""
    yard = Yard.objects.current().filter(geom__covers=point).order_by("pk").first()
    if yard is None:
        return []
    url = reverse("yards:yard", args=[yard.pk])
    title = _("Yard")

    def fact(when: dt.date, words: str) -> Fact:
        return Fact(
            when=when, kind="yard", kind_title=title, theme=Theme.YARDS, title=words, url=url
        )

    facts = [
        fact(survey.surveyed_on, _("Survey: %(state)s") % {"state": survey.get_condition_display()})
        for survey in YardSurvey.objects.filter(yard=yard)
    ]
    facts += [
        fact(timezone.localdate(hold.held_at), _("Put on hold: %(why)s") % {"why": hold.reason})
        for hold in YardHold.objects.filter(yard=yard)
    ]
    facts += [
        fact(stage.reached_on, str(Stage(stage.stage).label))
        for stage in YardStage.objects.filter(yard=yard)
    ]
    return facts


__all__ = ["MOST", "NEAR_M", "Chronicle", "Fact", "chronicle_of", "titles_of"]
