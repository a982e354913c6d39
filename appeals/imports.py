"""Any city's service requests, from a CSV export: columns mapped, places and times converted.

Imported appeals keep their source and id; a second import adds what is new and changes nothing.
They have no deadlines and no applicants: what they are for is place, category and time.
"""

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import GEOSException, Point
from django.db import connection, transaction
from django.utils import timezone

from appeals.choices import Channel, State
from appeals.errors import InvalidError
from appeals.likeness import text_key
from appeals.models import Appeal, Category
from appeals.models.appeals import MAX_TEXT, NUMBER_PREFIX
from appeals.where import place_of
from citymap.geo import CoordinateError, city_srid, transformer

FIELDS = ("id", "category", "text", "opened", "closed", "status", "x", "y", "address")
NEEDED = ("id", "category", "opened", "x", "y")
# As exports write times, tried in order; ISO 8601 first.
TIME_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y",
    "%m/%d/%Y",
)  # fmt: skip
ENDED_WORDS = frozenset(
    {"closed", "completed", "resolved", "done", "archived", "закрыто", "закрыта", "выполнено",
     "исполнено", "жабық", "орындалды"}
)  # fmt: skip
FIRST_YEAR = 1990
BATCH = 1000
# Numbers of imported appeals: by the year of receipt, after those that are there.
LONGEST_ID = 120


class UnreadableFileError(ValueError):
    """The file, or the way it is to be read, is not right; nothing was written."""


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
    """columns: our field -> their column. categories: their word -> our code; default: for words
    that are not in it, or none. crs: of x and y."""

    source: str
    columns: Mapping[str, str]
    categories: Mapping[str, str] = field(default_factory=dict)
    default_category: str = ""
    crs: str = "EPSG:4326"
    time_zone: str = "Asia/Almaty"
    language: str = "ru"


@dataclass(kw_only=True)
class ImportResult:
    """read = created + unchanged + skipped; `reasons` count the skipped."""

    read: int = 0
    created: int = 0
    unchanged: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        return self.reasons.total()


class SkippedError(ValueError):
    """A line that cannot be an appeal; the text says why."""


def import_appeals(path: Path, options: ImportOptions, *, dry_run: bool = False) -> ImportResult:
    """Read the file and add what is not there yet, all or nothing. Raises UnreadableFileError."""
    missing = [name for name in NEEDED if name not in options.columns]
    unknown = [name for name in options.columns if name not in FIELDS]
    if missing or unknown or not options.source:
        raise UnreadableFileError(f"not mapped: {missing}; unknown fields: {unknown}")
    categories = _categories(options)
    result = ImportResult()
    with transaction.atomic():
        _serialize()
        known = set(
            Appeal.objects.filter(source=options.source).values_list("source_id", flat=True)
        )
        batch: list[Appeal] = []
        for line in _lines(path, options):
            result.read += 1
            try:
                appeal = _appeal(line, options, categories)
            except SkippedError as error:
                result.reasons[str(error)] += 1
                continue
            if appeal.source_id in known:
                result.unchanged += 1
                continue
            known.add(appeal.source_id)
            batch.append(appeal)
            result.created += 1
            if len(batch) == BATCH:
                _write(batch)
                batch = []
        _write(batch)
        if dry_run:
            transaction.set_rollback(True)
    return result


def _serialize() -> None:
    """One import of appeals at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('appeals.imports'))")


def _categories(options: ImportOptions) -> dict[str, Category]:
    """Their word -> our leaf. Raises UnreadableFileError for a code that is none."""
    leaves = {leaf.code: leaf for leaf in Category.objects.leaves()}
    wanted = {*options.categories.values(), options.default_category} - {""}
    if unknown := sorted(wanted - set(leaves)):
        raise UnreadableFileError(f"no such categories: {', '.join(unknown)}")
    found = {word.strip().lower(): leaves[code] for word, code in options.categories.items()}
    if options.default_category:
        found[""] = leaves[options.default_category]
    return found | {code.lower(): leaf for code, leaf in leaves.items()}


def _lines(path: Path, options: ImportOptions) -> Iterator[dict[str, str]]:
    """Our fields of each line, as text."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            there = set(reader.fieldnames or ())
            if absent := sorted(set(options.columns.values()) - there):
                raise UnreadableFileError(f"the file has no columns {', '.join(absent)}")
            for row in reader:
                yield {
                    name: (row.get(column) or "").replace("\x00", "").strip()
                    for name, column in options.columns.items()
                }
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(f"{path}: {error}") from error


def _appeal(
    line: Mapping[str, str], options: ImportOptions, categories: Mapping[str, Category]
) -> Appeal:
    """One line as an appeal without number. Raises SkippedError."""
    if not line["id"] or len(line["id"]) > LONGEST_ID:
        raise SkippedError("no id")
    category = categories.get(line["category"].lower()) or categories.get("")
    if category is None:
        raise SkippedError(f"category {line['category'][:60]!r} is not mapped")
    opened = _moment(line["opened"], options)
    if opened is None:
        raise SkippedError("no time of receipt")
    closed = _moment(line.get("closed", ""), options)
    ended = closed is not None or _is_ended(line.get("status", ""))
    if ended and (closed is None or closed < opened):
        closed = opened
    text = (line.get("text") or category.name_ru)[:MAX_TEXT]
    return Appeal(
        source=options.source, source_id=line["id"], category=category, text=text,
        text_key=text_key(text), geom=_place(line, options), place=line.get("address", "")[:300],
        channel=Channel.PORTAL, language=options.language, received_at=opened,
        registered_at=opened, state=State.CLOSED if ended else State.REGISTERED,
        ended_at=closed if ended else None,
    )  # fmt: skip


def _is_ended(status: str) -> bool:
    """Whether their word means an end: its first word says so (`Completed - Dup`)."""
    first = re.split(r"[\W_]+", status.strip().lower(), maxsplit=1)[0]
    return first in ENDED_WORDS


def _moment(text: str, options: ImportOptions) -> dt.datetime | None:
    """A time as written, in the export's zone when it says none; None when there is none."""
    if not text:
        return None
    found = None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        for pattern in TIME_FORMATS:
            try:
                found = dt.datetime.strptime(text, pattern)  # noqa: DTZ007 (the zone follows)
                break
            except ValueError:
                continue
    if found is None:
        raise SkippedError("a time that cannot be read")
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(options.time_zone))
    if found.year < FIRST_YEAR or found > timezone.now():
        raise SkippedError("a time in the future or long ago")
    return found


def _place(line: Mapping[str, str], options: ImportOptions) -> Point:
    try:
        x, y = float(line["x"].replace(",", ".")), float(line["y"].replace(",", "."))
        point = Point(*transformer(options.crs, city_srid()).transform(x, y), srid=city_srid())
        return place_of(geom=point).geom
    except (ValueError, CoordinateError, GEOSException) as error:
        raise SkippedError("no position") from error
    except InvalidError as error:
        raise SkippedError("outside the city") from error


def _write(batch: list[Appeal]) -> None:
    """Number the appeals by their years and write them."""
    years = Counter(timezone.localdate(appeal.received_at).year for appeal in batch)
    free = {year: _take(year, count) for year, count in sorted(years.items())}
    for appeal in batch:
        appeal.year = timezone.localdate(appeal.received_at).year
        appeal.serial = free[appeal.year]
        free[appeal.year] += 1
        appeal.number = f"{NUMBER_PREFIX}-{appeal.year}-{appeal.serial:06d}"
    Appeal.objects.bulk_create(batch)


def _take(year: int, count: int) -> int:
    """The first of `count` numbers of a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO appeals_appealcounter AS counter (year, last) VALUES (%s, %s)"
            " ON CONFLICT (year) DO UPDATE SET last = counter.last + excluded.last"
            " RETURNING last",
            [year, count],
        )
        return cursor.fetchone()[0] - count + 1
