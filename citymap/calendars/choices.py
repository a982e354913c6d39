"""Kinds of weeks that a moved day concerns."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Scope(TextChoices):
    """By weekly days off: Saturday and Sunday, or Sunday alone."""

    ALL = "all", _("all weeks")
    FIVE_DAY = "five_day", _("five-day weeks")
    SIX_DAY = "six_day", _("six-day weeks")
