"""A report as it is read: its kept figures in words, for the page and for the PDF alike."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from planning.choices import ReportKind, Theme
from planning.models import PeriodReport
from planning.png import RAMP, whole_classes


@dataclass(frozen=True, slots=True)
class Hexagon:
    """One cell of the map: its corners in the picture's own metres, and its colour."""

    corners: list[tuple[float, float]]
    colour: str


@dataclass(frozen=True, slots=True)
class Map:
    """The map of a report in metres from its upper left corner."""

    width_m: float
    height_m: float
    border: list[list[tuple[float, float]]]
    hexagons: list[Hexagon]
    legend: list[tuple[str, int]]


class Readable:
    """What pages and PDF say; every figure comes from the report's row."""

    def __init__(self, report: PeriodReport) -> None:
        self.report, self.figures = report, report.figures

    @property
    def title(self) -> str:
        return self.report.get_kind_display()

    @property
    def period(self) -> str:
        """The days, and of a week or a quarter which one it is."""
        since, last = self.report.since, self.report.last_day
        if last == since:
            return date_format(last, "DATE_FORMAT")
        days = f"{date_format(since, 'DATE_FORMAT')} – {date_format(last, 'DATE_FORMAT')}"
        if self.report.kind == ReportKind.QUARTER:
            named = {"quarter": _ROMAN[(since.month - 1) // 3], "year": since.year}
            return _("quarter %(quarter)s of %(year)s") % named + f", {days}"
        year, week, _day = since.isocalendar()
        return _("week %(week)s of %(year)s") % {"week": week, "year": year} + f", {days}"

    @property
    def bodies_first(self) -> bool:
        """The week's report is of bodies; the quarter's of the city."""
        return self.report.kind == ReportKind.WEEK

    def _before(self) -> str:
        """What the period before is called."""
        return {
            ReportKind.DAY: _("The day before"),
            ReportKind.WEEK: _("The week before"),
            ReportKind.QUARTER: _("The quarter before"),
        }[ReportKind(self.report.kind)]

    def numbers(self) -> Iterator[tuple[str, str]]:
        """The main figures with their names."""
        figures = self.figures
        yield _("Contacts"), _number(figures["contacts"])
        yield _("Answered at first contact"), percent(figures["first_contact"])
        yield _("Appeals"), _number(figures["appeals"])
        yield self._before(), _number(figures["appeals_before"])
        yield _("A year before"), _number(figures["appeals_last_year"])
        yield _("Answered by then"), _number(figures["answered"])
        yield _("No reply by the first deadline"), _number(figures["late"])
        yield _("Came back"), _number(figures["repeats"])
        # Reports that were made before these were counted do not have them.
        if "waiting" in figures:
            yield _("Waiting for a reply in all"), _number(figures["waiting"])
            yield _("of them past the first deadline"), _number(figures["waiting_late"])

    def themes(self) -> list[dict]:
        """Themes with their share of the largest one, for bars."""
        most = max((row["count"] for row in self.figures["themes"]), default=1)
        return [
            {
                **row,
                "title": str(Theme(row["theme"]).label),
                "percent": 100 * row["count"] // most,
                "last_year": _number(row["last_year"]),
            }
            for row in self.figures["themes"]
        ]

    def months(self) -> list[dict]:
        most = max((row["count"] for row in self.figures["months"]), default=0) or 1
        return [
            {
                "day": dt.date.fromisoformat(row["month"]), "count": row["count"],
                "percent": 100 * row["count"] // most,
            }
            for row in self.figures["months"]
        ]  # fmt: skip

    def bodies(self) -> list[dict]:
        return [
            {
                **row, "in_time": percent(row["in_time"]), "flagged": percent(row["flagged"]),
                "liked": "—" if row["liked"] is None else number_format(row["liked"], 1),
            }
            for row in self.figures["bodies"]
        ]  # fmt: skip

    def problems(self) -> list[dict]:
        return [
            {**row, "theme": str(Theme(row["theme"]).label)} for row in self.figures["problems"]
        ]

    def map(self) -> Map | None:
        """Where appeals were; None where there were none."""
        cells, edge = self.figures["cells"], self.figures["edge_m"]
        if not cells:
            return None
        xs, ys = [x for x, _y, _n in cells], [y for _x, y, _n in cells]
        west, north = min(xs) - 2 * edge, max(ys) + 2 * edge
        bounds = whole_classes(max(count for _x, _y, count in cells))
        # Few classes leave the palest colour out: it is hardly seen on paper.
        ramp = RAMP[1:] if len(bounds) < len(RAMP) else RAMP
        return Map(
            width_m=max(xs) + 2 * edge - west,
            height_m=north - min(ys) + 2 * edge,
            border=[
                [(x - west, north - y) for x, y in ring] for ring in self.figures["border"]
            ],
            hexagons=[
                Hexagon(
                    [(x - west + dx * edge, north - y + dy * edge) for dx, dy in _CORNERS],
                    ramp[sum(count >= bound for bound in bounds) - 1],
                )
                for x, y, count in cells
            ],
            legend=list(zip(ramp, bounds, strict=False)),
        )  # fmt: skip


_ROMAN = ("I", "II", "III", "IV")
_HALF = 3.0**0.5 / 2
_CORNERS = ((0, -1), (_HALF, -0.5), (_HALF, 0.5), (0, 1), (-_HALF, 0.5), (-_HALF, -0.5))


def _number(value: float | None) -> str:
    if value is None:
        return "—"
    return number_format(value, use_l10n=True, force_grouping=True)


def percent(share: float | None) -> str:
    """0.8123 -> 81 %; a dash for what is not worth naming."""
    return "—" if share is None else f"{round(100 * share)} %"
