"""Roles and kinds of bodies (terms: docs/domain.md)."""

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
    CARRIER = "carrier", _("Carrier")
    OTHER = "other", _("Other")
