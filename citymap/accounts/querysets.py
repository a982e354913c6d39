"""Reads over bodies: named and composable."""

import datetime as dt
from typing import Self

from django.db.models import Q, QuerySet


class OrganizationQuerySet(QuerySet):
    """Methods of every queryset of organisations."""

    def active_on(self, date: dt.date) -> Self:
        """Bodies that counted on a local date."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=date),
            Q(valid_to__isnull=True) | Q(valid_to__gt=date),
        )
