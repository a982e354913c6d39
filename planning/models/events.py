"""The read model of what happens in the city: one row an event, whatever room it comes from."""

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap import geo
from planning.choices import Theme
from planning.querysets import EventQuerySet


class Event(models.Model):
    """An appeal, a breakage, an order or a repair, reduced to theme, place, time and weight.

    Derived: the rooms own the facts, `planning.sources` brings them here. No personal data:
    `person` tells people apart, and says nothing of them.
    """

    source = models.CharField(_("source"), max_length=40, db_comment="Registered event source")
    source_id = models.CharField(_("id in the source"), max_length=64)
    theme = models.CharField(_("theme"), max_length=12, choices=Theme)
    occurred_at = models.DateTimeField(_("when"))
    weight = models.FloatField(_("weight"), default=1.0, db_comment="How much it counts; 1: usual")
    person = models.BigIntegerField(
        _("person"), null=True, blank=True,
        db_comment="Number that tells applicants apart; null: nobody complained",
    )  # fmt: skip
    geom = geo.PointField(_("place"))

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        db_table_comment = "Events of all rooms for hotspots and queue; derived, rebuilt at need"
        constraints = [
            models.UniqueConstraint(fields=["source", "source_id"], name="event_source_unique"),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="event_theme_known"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=1000), name="event_weight_sane"
            ),
        ]
        indexes = [
            models.Index(fields=["theme", "occurred_at"], name="event_theme_time"),
            models.Index(
                fields=["person"], condition=Q(person__isnull=False), name="event_of_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_theme_display()} {self.source}:{self.source_id}"


class EventSourceState(models.Model):
    """How far the events of a source have been brought here."""

    source = models.CharField(_("source"), max_length=40, primary_key=True)
    mark = models.CharField(
        _("up to"), max_length=200, blank=True, db_comment="The source's own mark; empty: nothing"
    )
    refreshed_at = models.DateTimeField(_("last brought"))

    class Meta:
        verbose_name = _("state of an event source")
        verbose_name_plural = _("states of event sources")
        db_table_comment = "How far each event source has been read"

    def __str__(self) -> str:
        return self.source


class EventChange(models.Model):
    """A fact of a room that changed and is to be looked at again; written by triggers."""

    source = models.CharField(_("source"), max_length=40)
    object_id = models.BigIntegerField(_("row of the room"))

    class Meta:
        verbose_name = _("change to be brought")
        verbose_name_plural = _("changes to be brought")
        db_table_comment = "Rows of the rooms that changed since events were brought"
        indexes = [models.Index(fields=["source", "id"], name="eventchange_in_order")]

    def __str__(self) -> str:
        return f"{self.source}: {self.object_id}"
