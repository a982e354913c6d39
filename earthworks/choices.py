"""Kinds and states of orders, claims and repairs (terms: docs/domain.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrderState(TextChoices):
    DRAFT = "draft", _("Draft")
    APPLIED = "applied", _("Applied for")
    APPROVING = "approving", _("Being approved")
    REFUSED = "refused", _("Refused")
    ISSUED = "issued", _("Issued")
    CANCELLED = "cancelled", _("Cancelled")
    IN_PROGRESS = "in_progress", _("In progress")
    WORKS_DONE = "works_done", _("Works done")
    RESTORED_INTERIM = "restored_interim", _("Restored temporarily")
    RESTORED = "restored", _("Restored")
    CLOSED = "closed", _("Closed")


class OrderKind(TextChoices):
    PLANNED = "planned", _("Planned works")
    EMERGENCY = "emergency", _("Emergency works")


class WorkKind(TextChoices):
    REPAIR = "repair", _("Repair of a network")
    REPLACEMENT = "replacement", _("Replacement of a network")
    CONSTRUCTION = "construction", _("New network")
    CONNECTION = "connection", _("Connection of a building")
    ROAD = "road", _("Road and sidewalk works")
    SURVEY = "survey", _("Boring and survey")
    OTHER = "other", _("Other works")


class Method(TextChoices):
    OPEN_CUT = "open_cut", _("Open cut")
    DIRECTIONAL_DRILLING = "directional_drilling", _("Directional drilling")
    COMBINED = "combined", _("Open cut and drilling")


class DamagedSurface(TextChoices):
    """What is dug up, by surface: the duty to restore is counted in m2 of each."""

    ROAD = "road", _("Road")
    DRIVE = "drive", _("Local drive")
    SIDEWALK = "sidewalk", _("Sidewalk")
    LAWN = "lawn", _("Lawn")


class Requirement(TextChoices):
    TRAFFIC = "traffic", _("Traffic scheme")
    FENCING = "fencing", _("Fencing and lights")
    GREENERY = "greenery", _("Protection of greenery")
    DRILLING = "drilling", _("Directional drilling under the road")
    NIGHT = "night", _("Work at night only")
    SURVEY = "survey", _("As-built survey")


class Duty(TextChoices):
    """What an order owes by its present deadline."""

    PAPERS = "papers", _("Papers of an emergency dig")
    INTERIM = "interim", _("Temporary restoration")
    PERMANENT = "permanent", _("Permanent restoration")


class DeadlineBasis(TextChoices):
    """Why the deadline is what it is."""

    PERMIT = "permit", _("Term of the permit")
    SEASON = "season", _("Seasonal rule")
    EXTENSION = "extension", _("Extension")
    EMERGENCY = "emergency", _("Rule for emergency digs")


class ApprovalKind(TextChoices):
    NETWORK = "network", _("Owner of a network")
    OFFICE = "office", _("Office")


class Decision(TextChoices):
    PENDING = "pending", _("No answer yet")
    AGREED = "agreed", _("Agreed")
    CONDITIONS = "conditions", _("Agreed on conditions")
    REFUSED = "refused", _("Refused")


class Addressee(TextChoices):
    """To whom a claim goes: one each for every version of a deadline."""

    HOLDER = "holder", _("Claim to the holder")
    POLICE = "police", _("Notice to the police")


class ClaimState(TextChoices):
    PREPARED = "prepared", _("Prepared")
    CANCELLED = "cancelled", _("Cancelled before it was sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    ANSWERED = "answered", _("Answered")
    DISPUTED = "disputed", _("Review asked for")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    RESOLVED = "resolved", _("Resolved")


class PoliceDecision(TextChoices):
    NONE = "none", _("No decision yet")
    FINE = "fine", _("Fine")
    WARNING = "warning", _("Warning")
    REFUSAL = "refusal", _("Proceedings refused")
    CLOSED = "closed", _("Proceedings ended")


class RepairKind(TextChoices):
    ROAD = "road", _("Road repair")
    HEAT = "heat", _("Heat network")
    WATER = "water", _("Water network")
    SEWER = "sewer", _("Sewer")
    POWER = "power", _("Power network")
    GAS = "gas", _("Gas network")
    YARD = "yard", _("Yard improvement")
    LIGHTING = "lighting", _("Street lighting")
    OTHER = "other", _("Other repair")


class RepairState(TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    MOVED = "moved", _("Moved to another date")
    CANCELLED = "cancelled", _("Cancelled")


class PhotoStage(TextChoices):
    BEFORE = "before", _("Before")
    DURING = "during", _("During the works")
    EXTENSION = "extension", _("At an extension")
    INTERIM = "interim", _("Temporary restoration")
    AFTER = "after", _("After")


class OutageKind(TextChoices):
    HEAT = "heat", _("Heating")
    HOT_WATER = "hot_water", _("Hot water")
    COLD_WATER = "cold_water", _("Cold water")
    SEWER = "sewer", _("Sewerage")
    POWER = "power", _("Electricity")
    GAS = "gas", _("Gas")
    PASSAGE = "passage", _("Passage by car")


class DocumentKind(TextChoices):
    PROJECT = "project", _("Project")
    CONTRACT = "contract", _("Contract")
    TRAFFIC = "traffic", _("Traffic scheme")
    ACT = "act", _("Act")
    LETTER = "letter", _("Letter")
    OTHER = "other", _("Other paper")


class GuaranteeState(TextChoices):
    """A failure of a restoration under guarantee."""

    OPEN = "open", _("To be mended")
    MENDED = "mended", _("Mended")
    DISMISSED = "dismissed", _("Not a case of guarantee")
