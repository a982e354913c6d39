"""Kinds and states of city objects (terms: docs/domain.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TerritoryKind(TextChoices):
    REGION = "region", _("Region")
    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    SUBURB = "suburb", _("Suburb")
    MICRODISTRICT = "microdistrict", _("Microdistrict")
    VILLAGE = "village", _("Village")


class StreetKind(TextChoices):
    STREET = "street", _("Street")
    GARDEN_SOCIETY = "garden_society", _("Garden society")
    MICRODISTRICT = "microdistrict", _("Microdistrict")


class RoadClass(TextChoices):
    MOTORWAY = "motorway", _("Motorway")
    TRUNK = "trunk", _("Trunk road")
    PRIMARY = "primary", _("Main road")
    SECONDARY = "secondary", _("Secondary road")
    TERTIARY = "tertiary", _("District road")
    RESIDENTIAL = "residential", _("Residential street")
    SERVICE = "service", _("Local drive")
    TRACK = "track", _("Track")
    PEDESTRIAN = "pedestrian", _("Pedestrian street")
    FOOTWAY = "footway", _("Footpath")
    CYCLEWAY = "cycleway", _("Cycle path")
    STEPS = "steps", _("Steps")
    OTHER = "other", _("Other road")


# Residential class and above: these bound yards; local drives belong to the yard.
CARRIAGEWAY_CLASSES = (
    RoadClass.MOTORWAY, RoadClass.TRUNK, RoadClass.PRIMARY, RoadClass.SECONDARY,
    RoadClass.TERTIARY, RoadClass.RESIDENTIAL,
)  # fmt: skip


class BuildingUse(TextChoices):
    APARTMENTS = "apartments", _("Apartment house")
    HOUSE = "house", _("Private house")
    DORMITORY = "dormitory", _("Dormitory")
    EDUCATION = "education", _("School or university")
    KINDERGARTEN = "kindergarten", _("Kindergarten")
    HEALTH = "health", _("Health care")
    COMMERCIAL = "commercial", _("Shop or office")
    INDUSTRIAL = "industrial", _("Industrial")
    GARAGE = "garage", _("Garage")
    OUTBUILDING = "outbuilding", _("Outbuilding")
    PUBLIC = "public", _("Public building")
    RELIGIOUS = "religious", _("Religious")
    UTILITY = "utility", _("Utility structure")
    UNKNOWN = "unknown", _("Use unknown")


class Basis(TextChoices):
    """Where a value comes from."""

    STATED = "stated", _("Stated by the source")
    INFERRED = "inferred", _("Inferred")
    NONE = "none", _("Not known")


class ManagerForm(TextChoices):
    """House management forms; since 2025-09-17 only ОСИ and НСУ manage, the rest by contract."""

    OSI = "osi", _("Association of owners (OSI)")
    NSU = "nsu", _("Direct joint management (NSU)")
    KSK = "ksk", _("Cooperative of owners (KSK), by contract")
    UK = "uk", _("Managing company, by contract")


class Surface(TextChoices):
    ASPHALT = "asphalt", _("Asphalt")
    CONCRETE = "concrete", _("Concrete")
    PAVING = "paving", _("Paving")
    GRAVEL = "gravel", _("Gravel")
    SAND = "sand", _("Sand")
    GRASS = "grass", _("Grass")
    RUBBER = "rubber", _("Rubber")
    ARTIFICIAL_TURF = "artificial_turf", _("Artificial turf")
    WOOD = "wood", _("Wood")
    GROUND = "ground", _("Bare ground")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class Condition(TextChoices):
    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")
    UNKNOWN = "unknown", _("Not surveyed")


class NetworkKind(TextChoices):
    HEAT = "heat", _("Heat")
    WATER = "water", _("Water")
    SEWER = "sewer", _("Sewer")
    STORM_DRAIN = "storm_drain", _("Storm drain")
    GAS = "gas", _("Gas")
    POWER = "power", _("Power")
    TELECOM = "telecom", _("Telecom")
    UNKNOWN = "unknown", _("Not known")


class ManholeState(TextChoices):
    OK = "ok", _("Cover in place")
    OPEN = "open", _("Open")
    DAMAGED = "damaged", _("Damaged")
    SUNKEN = "sunken", _("Sunken")
    UNKNOWN = "unknown", _("Not inspected")


class SportsKind(TextChoices):
    FOOTBALL = "football", _("Football")
    BASKETBALL = "basketball", _("Basketball")
    VOLLEYBALL = "volleyball", _("Volleyball")
    TENNIS = "tennis", _("Tennis")
    HOCKEY = "hockey", _("Ice hockey")
    WORKOUT = "workout", _("Workout")
    ATHLETICS = "athletics", _("Athletics")
    MULTI = "multi", _("Several sports")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class WasteKind(TextChoices):
    CONTAINER_SITE = "container_site", _("Container site")
    RECYCLING = "recycling", _("Recycling")
    BIN = "bin", _("Bin")
    LANDFILL = "landfill", _("Landfill")


class WaterKind(TextChoices):
    RIVER = "river", _("River")
    LAKE = "lake", _("Lake")
    POND = "pond", _("Pond")
    STREAM = "stream", _("Stream")
    DITCH = "ditch", _("Ditch")
    WETLAND = "wetland", _("Wetland")
    OTHER = "other", pgettext_lazy("body of water", "Water")


class LandUseKind(TextChoices):
    RESIDENTIAL = "residential", _("Residential area")
    ALLOTMENTS = "allotments", _("Garden societies")
    COMMERCIAL = "commercial", _("Shops and offices")
    INDUSTRIAL = "industrial", _("Industry")
    GARAGES = "garages", _("Garages")
    RAILWAY = "railway", _("Railway land")
    EDUCATION = "education", _("School grounds")
    KINDERGARTEN = "kindergarten", _("Kindergarten grounds")
    HEALTH = "health", _("Hospital grounds")
    PARK = "park", _("Park")
    GRASS = "grass", _("Grass and meadow")
    WOOD = "wood", pgettext_lazy("land use", "Wood")
    FARMLAND = "farmland", _("Farmland")
    CEMETERY = "cemetery", _("Cemetery")
    CONSTRUCTION = "construction", _("Construction")
    PARKING = "parking", _("Parking")
    MILITARY = "military", _("Military land")
    OTHER = "other", _("Other")


# Grounds that are never part of a yard.
CLOSED_GROUNDS = (
    LandUseKind.EDUCATION, LandUseKind.KINDERGARTEN, LandUseKind.HEALTH, LandUseKind.INDUSTRIAL,
    LandUseKind.GARAGES, LandUseKind.RAILWAY, LandUseKind.CEMETERY, LandUseKind.MILITARY,
)  # fmt: skip


class RailwayKind(TextChoices):
    MAIN = "main", _("Main line")
    SIDING = "siding", _("Siding")
    TRAM = "tram", _("Tram")
    DISUSED = "disused", _("Disused")


class PlaceKind(TextChoices):
    CITY = "city", _("City")
    SUBURB = "suburb", _("Suburb")
    NEIGHBOURHOOD = "neighbourhood", _("Neighbourhood")
    VILLAGE = "village", _("Village")
    GARDEN_SOCIETY = "garden_society", _("Garden society")
    LOCALITY = "locality", _("Locality")


class YardOrigin(TextChoices):
    DERIVED = "derived", _("Derived from the map")
    CORRECTED = "corrected", _("Corrected by a planner")


class YardCorrectionKind(TextChoices):
    REDRAW = "redraw", _("Redrawn")
    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split")
