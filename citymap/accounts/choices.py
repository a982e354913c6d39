"""Roles, kinds of bodies, languages (terms: docs/domain.md)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OPERATOR = "operator", _("Operator")
    COORDINATOR = "coordinator", _("Coordinator")
    EXECUTOR = "executor", _("Executor")
    INSPECTOR = "inspector", _("Inspector")
    ANALYST = "analyst", _("Analyst")
    LAWYER = "lawyer", _("Lawyer")
    WORKS = "works", _("Works office")
    PLANNER = "planner", _("Planner")
    HEAD = "head", _("Head of the centre")
    AKIM = "akim", _("Akim")
    AUDITOR = "auditor", _("Auditor")
    ADMIN = "admin", _("Administrator")


class OrganizationKind(TextChoices):
    STATE_BODY = "state_body", _("State body")
    UTILITY = "utility", _("Utility")
    CONTRACTOR = "contractor", _("Contractor")
    HOUSE_MANAGER = "house_manager", _("House manager")
    POLICE = "police", _("Police")
    EMERGENCY = "emergency", _("Emergency service")
    CARRIER = "carrier", _("Carrier")
    OTHER = "other", _("Other")


class Language(TextChoices):
    KK = "kk", _("Kazakh")
    RU = "ru", _("Russian")
    EN = "en", _("English")


class ContactKind(TextChoices):
    PHONE = "phone", _("Telephone")
    ON_DUTY = "on_duty", _("On duty")
    EMAIL = "email", _("E-mail")
    ADDRESS = "address", _("Address")
    WEBSITE = "website", _("Website")


class TokenScope(TextChoices):
    """What a token of the API may do of what its user may do."""

    READ = "read", _("Read only")
    WRITE = "write", _("Read and change")
