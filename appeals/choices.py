"""Words of the room that are kept in columns (terms: docs/appeals.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class State(TextChoices):
    """Where an appeal stands; how it gets there says `workflow.py`."""

    REGISTERED = "registered", _("Registered")
    ASSIGNED = "assigned", _("Assigned")
    ACCEPTED = "accepted", _("Accepted")
    IN_PROGRESS = "in_progress", _("In progress")
    REPORTED_DONE = "reported_done", _("Reported done, being verified")
    REJECTED = "rejected", _("Reply sent back")
    VERIFIED = "verified", _("Verified, applicant to be told")
    CLOSED = "closed", _("Closed")
    RETURNED = "returned", _("Returned by the body")
    REOPENED = "reopened", _("Reopened")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    JOINED = "joined", _("Joined to another appeal")
    MEDIATION = "mediation", _("In mediation")


class Regime(TextChoices):
    SERVICE_REQUEST = "service_request", _("Service request")
    STATUTORY = "statutory", _("Statutory appeal")


class Urgency(TextChoices):
    NORMAL = "normal", _("Normal")
    URGENT = "urgent", _("Urgent")
    DANGER = "danger", _("Danger to people")


class Outcome(TextChoices):
    """What a report says was the result. Only `done` is done."""

    DONE = "done", _("Done")
    EXPLAINED = "explained", _("Explained")
    PLANNED = "planned", _("Planned, with a date")
    NEEDS_FUNDING = "needs_funding", _("Needs funding")
    NOT_CONFIRMED = "not_confirmed", _("Not confirmed")
    REFUSED = "refused", _("Refused on a legal ground")
    NOT_OURS = "not_ours", _("Not ours")


class CostClass(TextChoices):
    SMALL = "small", _("Up to 1 million tenge")
    MEDIUM = "medium", _("1 to 10 million tenge")
    LARGE = "large", _("10 to 100 million tenge")
    HUGE = "huge", _("Over 100 million tenge")


class Evidence(TextChoices):
    """How a result is verified, weakest first; a stronger one serves as well."""

    DOCUMENT = "document", _("Document")
    PHONE = "phone", _("By telephone")
    PHOTO = "photo", _("Photo")
    ONSITE = "onsite", _("On-site check")


class Precision(TextChoices):
    """How exactly a public card says where: by category."""

    EXACT = "exact", _("House and point")
    STREET = "street", _("Street, to 100 m")
    DISTRICT = "district", _("District, to 1 km")


class TermUnit(TextChoices):
    HOURS = "hours", _("hours")
    WORKING_DAYS = "working_days", _("working days")
    DAYS = "days", _("days")
    MONTHS = "months", _("months")


class Channel(TextChoices):
    PHONE = "phone", _("Telephone")
    VISIT = "visit", _("Visit")
    LETTER = "letter", _("Letter")
    PORTAL = "portal", _("Portal")
    MOBILE = "mobile", _("Mobile application")
    WHATSAPP = "whatsapp", "WhatsApp"
    TELEGRAM = "telegram", "Telegram"
    SOCIAL = "social", _("Social network")
    EMAIL = "email", _("E-mail")
    EOTINISH = "eotinish", "e-Otinish"


class ContactKind(TextChoices):
    """What became of a contact."""

    CONSULTATION = "consultation", _("Consultation")
    APPEAL = "appeal", _("Appeal")
    FOLLOW_UP = "follow_up", _("Question about an appeal")
    TRANSFER = "transfer", _("Transfer to an emergency service")
    DROP = "drop", _("Dropped")


class EmergencyService(TextChoices):
    FIRE = "101", _("101, fire service")
    POLICE = "102", _("102, police")
    AMBULANCE = "103", _("103, ambulance")
    GAS = "104", _("104, gas service")
    RESCUE = "112", _("112, rescue service")


class PauseReason(TextChoices):
    APPLICANT = "applicant", _("Waiting for the applicant")
    ACCESS = "access", _("No access to the premises")
    EXPERTISE = "expertise", _("Waiting for an expert opinion")
    MEDIATION = "mediation", _("In mediation")


class ReopenReason(TextChoices):
    DISPUTED = "disputed", _("The applicant disputes the result")
    PROMISE_BROKEN = "promise_broken", _("A promise was not kept")
    RECURRED = "recurred", _("The problem came back")


class CallResult(TextChoices):
    """What became of one attempt to tell an applicant the result."""

    TOLD = "told", _("Told by voice")
    NO_ANSWER = "no_answer", _("No answer")
    MESSAGE = "message", _("Told by message")
    NOT_WANTED = "not_wanted", _("Does not want to be called")


class CheckResult(TextChoices):
    CONFIRMED = "confirmed", _("Confirmed")
    NOT_CONFIRMED = "not_confirmed", _("Not confirmed")
    NO_ACCESS = "no_access", _("Could not be checked")


class PromiseState(TextChoices):
    OPEN = "open", _("Open")
    KEPT = "kept", pgettext_lazy("promise", "Kept")
    BROKEN = "broken", _("Broken")
    CANCELLED = "cancelled", _("Cancelled")


class PhotoKind(TextChoices):
    PROBLEM = "problem", _("The problem")
    BEFORE = "before", _("Before")
    AFTER = "after", _("After")
    CHECK = "check", _("On-site check")


class Responsibility(TextChoices):
    """Whom a routing rule means: a named body, or whoever answers for the object at the place."""

    FIXED = "fixed", _("The body named in the rule")
    HOUSE_MANAGER = "house_manager", _("Manager of the building")
    SEGMENT_OWNER = "segment_owner", _("Owner of the network segment")
    MANHOLE_OWNER = "manhole_owner", _("Owner of the manhole")
    LAMP_OWNER = "lamp_owner", _("Owner of the street lamp")
    GROUND_OWNER = "ground_owner", _("Owner of the playground or sports ground")


class ReplyFlag(TextChoices):
    """Why a reply looks formal; a flag asks a coordinator, it never rejects by itself."""

    NO_ACTION = "no_action", _("No action is named")
    NO_PERSON = "no_person", _("Nobody is named")
    NO_DATE = "no_date", _("No date is named")
    TEMPLATE = "template", _("The same text was sent before")
    SAME_AFTER_REOPENING = "same_after_reopening", _("The same reply after reopening")
    TENDER_WITHOUT_NUMBER = "tender_without_number", _("A tender without number and date")
    PROMISE_WITHOUT_TERM = "promise_without_term", _("A promise without a date")
    NO_PHOTO = "no_photo", _("No photo where one was asked for")


class LinkUse(TextChoices):
    """What was done by a one-time link."""

    OPENED = "opened", _("Opened")
    ACCEPTED = "accepted", _("Accepted")
    PHOTO = "photo", _("Photo added")
    REPORTED = "reported", _("Reported")
    RETURNED = "returned", _("Given back")
