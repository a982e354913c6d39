"""Surveys: one with its photos, or a file of many; all of it or nothing."""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.contrib.gis.db.models.functions import Distance
from django.db import transaction
from django.utils.translation import gettext as _

from citymap.accounts.models import User
from citymap.geo import city_point
from layers.models import Yard
from planning.choices import PhotoShows
from planning.models import YardSurvey
from planning.queueinputs import NEAR_YARD_M
from planning.services.errors import PlanningRefusedError
from planning.services.photos import add_yard_photo
from planning.services.queue import Findings, record_survey
from planning.surveyfile import LineError, SurveyLine, read_line, read_table

MAX_ERRORS = 50


@dataclass(slots=True)
class SurveyReport:
    """How many surveys were written, and of them how many in the place of one of the same yard
    and day; errors as (line, what is wrong), the first 50."""

    written: int = 0
    replaced: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def record_survey_with_photos(
    *, yard: Yard, surveyed_on: dt.date, findings: Findings, photos: Sequence[BinaryIO], user: User
) -> YardSurvey:
    """A survey and its pictures, all or nothing."""
    survey = record_survey(yard=yard, surveyed_on=surveyed_on, findings=findings, user=user)
    for photo in photos:
        add_yard_photo(
            yard=yard, file=photo, shows=PhotoShows.SURVEY, taken_on=surveyed_on, user=user
        )
    return survey


class _TurnBackError(Exception):
    """Undo what the import wrote."""


def import_surveys(
    *, lines: Iterable[str], source: str, dry_run: bool = False, user: User | None = None
) -> SurveyReport:
    """Write the surveys of a CSV; nothing when a line is bad, or in a dry run."""
    report = SurveyReport()
    seen: dict[tuple[int, dt.date], int] = {}
    try:
        with transaction.atomic():
            try:
                for number, cells in read_table(lines):
                    _write(number, cells, source, report, user, seen)
                    if len(report.errors) >= MAX_ERRORS:
                        break
            except (LineError, csv.Error) as error:
                report.errors.append((1, str(error)))
            if report.errors or dry_run:
                raise _TurnBackError
    except _TurnBackError:
        if report.errors:
            report.written = report.replaced = 0
    return report


def _write(
    number: int,
    cells: dict,
    source: str,
    report: SurveyReport,
    user: User | None,
    seen: dict[tuple[int, dt.date], int],
) -> None:
    """One line. seen: of each yard and day the line that told of it; a second word on it is an
    error, for nobody knows which one counts."""
    try:
        line = read_line(cells)
        yard = _yard(line)
        earlier = seen.setdefault((yard.pk, line.surveyed_on), number)
        if earlier != number:
            raise LineError(
                _("line %(line)s tells of this yard and day already") % {"line": earlier}
            )
        replaces = YardSurvey.objects.filter(yard=yard, surveyed_on=line.surveyed_on).exists()
        record_survey(
            yard=yard,
            surveyed_on=line.surveyed_on,
            findings=Findings(
                condition=line.condition,
                needs_work=line.needs_work,
                amounts=line.amounts,
                note=line.note,
                **line.flags,
            ),
            user=user,
            source=source,
        )
    except (LineError, PlanningRefusedError) as error:
        report.errors.append((number, str(error)))
    else:
        report.written += 1
        report.replaced += replaces


def _yard(line: SurveyLine) -> Yard:
    yards = Yard.objects.current()
    if line.yard is not None:
        found = yards.filter(pk=line.yard).first()
        if found is None:
            raise LineError(_("There is no yard %(number)s.") % {"number": line.yard})
        return found
    point = city_point(*line.place)
    near = yards.filter(geom__dwithin=(point, NEAR_YARD_M)).annotate(way=Distance("geom", point))
    found = near.order_by("way", "pk").first()
    if found is None:
        raise LineError(
            _("no yard within %(metres)s m of %(place)s")
            % {"metres": f"{NEAR_YARD_M:g}", "place": "{}, {}".format(*line.place)}
        )
    return found
