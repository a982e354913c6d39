"""Kinds and states of planning (terms: docs/planning.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planning.hotspots.trends import Emerging
from planning.queue.eligibility import Obstacle


class Theme(TextChoices):
    """What an event is about."""

    FLOODING = "flooding", _("Flooding")
    HEAT = "heat", _("Heat")
    WATER = "water", _("Water")
    SEWER = "sewer", _("Sewer")
    POWER = "power", _("Power")
    GAS = "gas", _("Gas")
    LIGHTING = "lighting", _("Lighting")
    MANHOLES = "manholes", _("Open manholes")
    ROADS = "roads", _("Roads")
    YARDS = "yards", _("Improvement of yards")
    SNOW = "snow", _("Snow and ice")
    WASTE = "waste", _("Waste")
    OTHER = "other", pgettext_lazy("theme", "Other")


class EmergingClass(TextChoices):
    """What a hotspot does over time (planning/hotspots/trends.py)."""

    NEW = Emerging.NEW, pgettext_lazy("hotspot", "New")
    CONSECUTIVE = Emerging.CONSECUTIVE, pgettext_lazy("hotspot", "Consecutive")
    INTENSIFYING = Emerging.INTENSIFYING, pgettext_lazy("hotspot", "Intensifying")
    PERSISTENT = Emerging.PERSISTENT, pgettext_lazy("hotspot", "Persistent")
    DIMINISHING = Emerging.DIMINISHING, pgettext_lazy("hotspot", "Diminishing")
    SPORADIC = Emerging.SPORADIC, pgettext_lazy("hotspot", "Sporadic")
    OSCILLATING = Emerging.OSCILLATING, pgettext_lazy("hotspot", "Oscillating")
    HISTORICAL = Emerging.HISTORICAL, pgettext_lazy("hotspot", "Historical")
    NONE = Emerging.NONE, pgettext_lazy("hotspot", "No pattern")


class YardObstacle(TextChoices):
    """Why a yard is not taken into a programme (planning/queue/eligibility.py)."""

    HOLD = Obstacle.HOLD, _("Put on hold")
    DEMOLITION = Obstacle.DEMOLITION, _("Houses to be demolished")
    NOT_NEEDED = Obstacle.NOT_NEEDED, _("The survey found no need of work")
    LAND = Obstacle.LAND, _("The land is not ready")
    NETWORK = Obstacle.NETWORK, _("Networks under it are to be renewed first")
    NOT_SURVEYED = Obstacle.NOT_SURVEYED, _("Not surveyed yet")
    NO_PROJECT = Obstacle.NO_PROJECT, _("There is no project yet")


class YardState(TextChoices):
    """What the public map says of a yard (planning/yardstates.py), the best known first."""

    DONE = "done", pgettext_lazy("yard", "Done")
    THIS_YEAR = "this_year", pgettext_lazy("yard", "This year")
    PLANNED = "planned", pgettext_lazy("yard", "In a programme of later years")
    QUEUED = "queued", pgettext_lazy("yard", "In the queue")
    HELD = "held", pgettext_lazy("yard", "Must wait")
    NOT_NEEDED = "not_needed", pgettext_lazy("yard", "Needs no work")


class Work(TextChoices):
    """What is done in a yard; the unit of each is in UNITS."""

    ASPHALT = "asphalt", _("Asphalt of local drives")
    PARKING = "parking", _("Parking places")
    SIDEWALK = "sidewalk", _("Sidewalks")
    KERB = "kerb", _("Kerbs")
    LIGHTING = "lighting", _("Lamps")
    PLAYGROUND = "playground", _("Playgrounds")
    GREENERY = "greenery", _("Lawns and trees")
    DRAINAGE = "drainage", _("Drainage")


class Unit(TextChoices):
    SQUARE_METRE = "m2", _("m²")
    METRE = "m", pgettext_lazy("unit", "m")
    PIECE = "piece", pgettext_lazy("unit", "pcs")


UNITS = {
    Work.ASPHALT: Unit.SQUARE_METRE,
    Work.PARKING: Unit.SQUARE_METRE,
    Work.SIDEWALK: Unit.SQUARE_METRE,
    Work.KERB: Unit.METRE,
    Work.LIGHTING: Unit.PIECE,
    Work.PLAYGROUND: Unit.PIECE,
    Work.GREENERY: Unit.SQUARE_METRE,
    Work.DRAINAGE: Unit.METRE,
}


class Stage(TextChoices):
    """Stages of a yard in a programme, in order."""

    DESIGN = "design", pgettext_lazy("stage", "Design")
    EXPERTISE = "expertise", pgettext_lazy("stage", "Expertise")
    TENDER = "tender", pgettext_lazy("stage", "Tender")
    CONTRACT = "contract", pgettext_lazy("stage", "Contract")
    WORKS = "works", pgettext_lazy("stage", "Works")
    ACCEPTANCE = "acceptance", pgettext_lazy("stage", "Acceptance")
    GUARANTEE = "guarantee", pgettext_lazy("stage", "Guarantee")


# What is finished: the yard is done when one of these was reached.
FINISHED = (Stage.ACCEPTANCE, Stage.GUARANTEE)


class PhotoShows(TextChoices):
    """What a picture of a yard was taken for."""

    SURVEY = "survey", pgettext_lazy("photo", "Survey")
    BEFORE = "before", pgettext_lazy("photo", "Before")
    AFTER = "after", pgettext_lazy("photo", "After")


class ChosenBy(TextChoices):
    """How a yard came into a version of a programme."""

    EXACT = "exact", _("Best choice within the budget")
    GREEDY = "greedy", _("Best benefit per cost first")
    HAND = "hand", _("By hand")


class ProblemKind(TextChoices):
    """What a problem is."""

    PROBLEM = "problem", _("Systemic problem")
    FLOOD_ZONE = "flood_zone", _("Flood zone")


class ProblemState(TextChoices):
    """Where a problem stands."""

    OPEN = "open", pgettext_lazy("problem", "Open")
    SOLVED = "solved", pgettext_lazy("problem", "Solved")
    DROPPED = "dropped", pgettext_lazy("problem", "Dropped")


class ReportKind(TextChoices):
    """How long a time a report is of."""

    DAY = "day", _("Page of the morning")
    WEEK = "week", _("Report of the week")
    QUARTER = "quarter", _("Report of the quarter")
