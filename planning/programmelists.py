"""A version of a programme as people read it: by district, with stages, and why it changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.contrib.gis.db.models.functions import AsGeoJSON, Transform
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from citymap.geo import WGS84_SRID
from layers.models import Territory, Yard
from planning.choices import Stage, YardObstacle
from planning.models import ProgrammeVersion, ProgrammeYard, YardStage
from planning.queueinputs import Standing, read_standing
from planning.services.candidates import districts_of
from planning.services.programmes import Difference, differences

COLUMNS = (
    "year", "position", "yard", "label", "district", "score", "cost_tenge", "chosen_by", "reason",
    "stage", "contractor", "contract_number", "contract_tenge",
)  # fmt: skip
_DECIMALS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A yard of a version; `stage` is the last one reached."""

    year: int
    position: int
    yard: int
    label: str
    district: str
    score: float
    cost: int
    chosen_by: str
    chosen: str
    reason: str
    stage: str
    contractor: str
    contract_number: str
    contract_cost: int | None

    @property
    def contract(self) -> str:
        """Contractor, number and sum as one cell."""
        cost = (
            "" if self.contract_cost is None else f"{self.contract_cost:,}".replace(",", "\u00a0")
        )
        return ", ".join(filter(None, [self.contractor, self.contract_number, cost]))

    def values(self) -> tuple:
        """In the order of COLUMNS."""
        return (
            self.year, self.position, self.yard, self.label, self.district, self.score, self.cost,
            self.chosen_by, self.reason, self.stage, self.contractor, self.contract_number,
            self.contract_cost,
        )  # fmt: skip


def lines_of(version: ProgrammeVersion) -> list[Line]:
    """All yards of a version by year and place; four queries."""
    rows = list(version.rows.select_related("yard").defer("yard__geom", "yard__geom_3857"))
    yards = [row.yard_id for row in rows]
    found = districts_of(yards)
    names = dict(Territory.objects.filter(pk__in=found.values()).values_list("pk", "name"))
    stages: dict[int, list[YardStage]] = {}
    reached = YardStage.objects.filter(programme=version.programme_id, yard__in=yards)
    for stage in reached.select_related("contractor"):
        stages.setdefault(stage.yard_id, []).append(stage)
    return [
        _line(row, names.get(found.get(row.yard_id), ""), stages.get(row.yard_id, []))
        for row in rows
    ]


def _line(row: ProgrammeYard, district: str, stages: Sequence[YardStage]) -> Line:
    order = Stage.values
    last = max(stages, key=lambda one: order.index(one.stage), default=None)
    contract = next((one for one in stages if one.stage == Stage.CONTRACT), None)
    return Line(
        year=row.year,
        position=row.position,
        yard=row.yard_id,
        label=row.yard.localized_label,
        district=district,
        score=row.score / 10_000,
        cost=row.cost,
        chosen_by=row.chosen_by,
        chosen=row.get_chosen_by_display(),
        reason=row.reason,
        stage=last.get_stage_display() if last else "",
        contractor=contract.contractor.title if contract else "",
        contract_number=contract.contract_number if contract else "",
        contract_cost=contract.cost if contract else None,
    )


def by_district(lines: Sequence[Line]) -> list[tuple[str, list[Line]]]:
    """Lines by district in the order of names; yards outside districts last, under ''."""
    names = sorted({line.district for line in lines}, key=lambda name: (not name, name))
    return [(name, [line for line in lines if line.district == name]) for name in names]


def geojson_lines(version: ProgrammeVersion) -> Iterator[str]:
    """A FeatureCollection (EPSG:4326) of a version, in pieces."""
    lines = lines_of(version)
    shapes = dict(
        Yard.objects.filter(pk__in=[line.yard for line in lines])
        .annotate(shape=AsGeoJSON(Transform("geom", WGS84_SRID), precision=_DECIMALS))
        .values_list("pk", "shape")
    )
    separator = ",\n"
    yield '{"type": "FeatureCollection", "name": "programme", "features": [\n'
    for number, line in enumerate(lines):
        properties = json.dumps(dict(zip(COLUMNS, line.values(), strict=True)), ensure_ascii=False)
        yield (
            f'{separator if number else ""}{{"type": "Feature", "id": {line.yard},'
            f' "geometry": {shapes[line.yard]}, "properties": {properties}}}'
        )
    yield "\n]}\n"


# --- what changed, and why ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One difference in words: what, and why."""

    yard: int
    label: str
    words: str
    reason: str


def explained(before: ProgrammeVersion, after: ProgrammeVersion) -> list[Explained]:
    """What a version changed against the one before, each with its reason."""
    changes = differences(before=before, after=after)
    standing = read_standing([change.yard for change in changes])
    labels = Yard.objects.only("label", "label_kk").in_bulk([change.yard for change in changes])
    return [
        Explained(
            yard=change.yard,
            label=labels[change.yard].localized_label,
            words=_words(change),
            reason=_reason(change, standing[change.yard]),
        )
        for change in changes
    ]


def _words(change: Difference) -> str:
    if change.kind == "added":
        return _("added for %(year)s") % {"year": change.after.year}
    if change.kind == "removed":
        return _("taken out of %(year)s") % {"year": change.before.year}
    if change.kind == "moved":
        years = {"before": change.before.year, "after": change.after.year}
        return _("moved from %(before)s to %(after)s") % years
    costs = {
        name: number_format(row.cost, force_grouping=True)
        for name, row in (("before", change.before), ("after", change.after))
    }
    return _("cost %(before)s → %(after)s tenge") % costs


def _reason(change: Difference, standing: Standing) -> str:
    if change.after is not None and change.after.reason:
        return change.after.reason
    if change.kind == "removed":
        if standing.hold_reason:
            return standing.hold_reason
        if standing.obstacles:
            return str(YardObstacle(standing.obstacles[0]).label)
        return _("others give more for the budget, or it was taken out by hand")
    if change.kind == "repriced":
        return _("new survey or new unit prices")
    return _("place %(place)s in the queue, %(points)s points") % {
        "place": change.after.position,
        "points": number_format(change.after.score / 10_000, 2),
    }
