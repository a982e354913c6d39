"""Reads of people and of what was done with their data."""

import datetime as dt

from django.db import models

from citymap.personal.choices import PersonState


class PersonQuerySet(models.QuerySet):
    """People; which of them a user may see is the question of `citymap.accounts.access`."""

    def kept(self) -> "PersonQuerySet":
        """Neither erased nor merged into another."""
        return self.filter(state=PersonState.ACTIVE)

    def found_by(self, **keys: list[str]) -> "PersonQuerySet":
        """People under any of the look-up keys of each kind given (`phone_keys=[...]`)."""
        rows = self.kept()
        for column, values in keys.items():
            if column == "iin_key":
                rows = rows.filter(iin_key__in=values)
            else:
                rows = rows.filter(**{f"{column}__overlap": values})
        return rows

    def under_other_keys(self, newest: str) -> "PersonQuerySet":
        """People whose values are sealed with another key than the newest."""
        return self.kept().exclude(key_id=newest)

    def quiet_since(self, moment: dt.datetime) -> "PersonQuerySet":
        """Kept people whose record nobody has changed since `moment`, or who asked to go."""
        unchanged = models.Q(changed_at__lt=moment) | models.Q(erasure_asked_at__isnull=False)
        return self.kept().filter(unchanged)


class PersonalEventQuerySet(models.QuerySet):
    """What was done with personal data: append-only."""

    def about(self, person) -> "PersonalEventQuerySet":
        return self.filter(person=person)

    def by_user(self, user) -> "PersonalEventQuerySet":
        return self.filter(user=user)

    def between(self, start: dt.datetime, end: dt.datetime) -> "PersonalEventQuerySet":
        """Within [start, end)."""
        return self.filter(at__gte=start, at__lt=end)


class RetentionRuleQuerySet(models.QuerySet):
    """How long personal data is kept, by date."""

    def in_force(self, code: str, on: dt.date) -> "RetentionRuleQuerySet":
        """The rules of `code` that have begun by `on`, the one in force first."""
        return self.filter(code=code, valid_from__lte=on).order_by("-valid_from")
