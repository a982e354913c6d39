"""The policy of the yard queue in its versions, scenarios, and the queue as it stood."""

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Deferrable, F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from citymap.history.tracking import tracked
from layers.models import Yard
from planning.immutable import NeverChanged
from planning.querysets import QueueRowQuerySet
from planning.queue.scoring import POINT, Goalpost, Policy


class PolicyNumbers(models.Model):
    """Weights (100 together) and goalposts of the three criteria."""

    weight_apartments = models.DecimalField(
        _("weight of apartments"), max_digits=5, decimal_places=2
    )
    weight_complaints = models.DecimalField(
        _("weight of complaints"), max_digits=5, decimal_places=2
    )
    weight_area = models.DecimalField(_("weight of the area"), max_digits=5, decimal_places=2)
    apartments_low = models.FloatField(_("apartments: nothing up to"))
    apartments_high = models.FloatField(_("apartments: everything from"))
    complaints_low = models.FloatField(_("complaints: nothing up to"))
    complaints_high = models.FloatField(_("complaints: everything from"))
    area_low_m2 = models.FloatField(_("area, m²: nothing up to"))
    area_high_m2 = models.FloatField(_("area, m²: everything from"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    weight_apartments__gte=0,
                    weight_complaints__gte=0,
                    weight_area__gte=0,
                    weight_apartments=100 - F("weight_complaints") - F("weight_area"),
                ),
                name="%(class)s_weights_are_100",
            ),
            models.CheckConstraint(
                condition=Q(
                    apartments_high__gt=F("apartments_low"),
                    complaints_high__gt=F("complaints_low"),
                    area_high_m2__gt=F("area_low_m2"),
                ),
                name="%(class)s_goalposts",
            ),
        ]

    @cached_property
    def policy(self) -> Policy:
        """As the ranking takes it."""
        return Policy(
            weights={
                "apartments": float(self.weight_apartments),
                "complaints": float(self.weight_complaints),
                "area_m2": float(self.weight_area),
            },
            goalposts={
                "apartments": Goalpost(self.apartments_low, self.apartments_high),
                "complaints": Goalpost(self.complaints_low, self.complaints_high),
                "area_m2": Goalpost(self.area_low_m2, self.area_high_m2),
            },
        )


@tracked(chain="queue policy")
class QueuePolicy(PolicyNumbers):
    """A version of the policy; the one with the highest number is in force. Never changed."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    reason = models.CharField(_("reason"), max_length=500, db_comment="Public")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("set by"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
        db_comment="Null: the version the product comes with",
    )  # fmt: skip
    made_at = models.DateTimeField(_("set at"), auto_now_add=True)

    class Meta(PolicyNumbers.Meta):
        verbose_name = _("policy of the yard queue")
        verbose_name_plural = _("policies of the yard queue")
        ordering = ["-number"]
        db_table_comment = "Versions of weights and goalposts of the yard queue"
        constraints = [
            *PolicyNumbers.Meta.constraints,
            models.CheckConstraint(condition=~Q(reason=""), name="queuepolicy_has_reason"),
        ]
        triggers = [NeverChanged(name="never_changed")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.number}"

    @property
    def localized_reason(self) -> str:
        """The reason; that of the product's own version in the active language."""
        return self.reason if self.made_by_id else gettext(self.reason)


@tracked()
class Scenario(PolicyNumbers):
    """A policy that a planner tries out beside the one in force."""

    name = models.CharField(_("name"), max_length=200)
    as_of = models.DateField(
        _("complaints as of"), null=True, blank=True, db_comment="Null: as in the queue in force"
    )
    since = models.DateField(
        _("complaints since"), null=True, blank=True,
        db_comment="Older ones do not count; null: as in the queue in force",
    )  # fmt: skip
    excluded = ArrayField(
        models.BigIntegerField(), verbose_name=_("yards left out"), default=list, blank=True
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("made by"), on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta(PolicyNumbers.Meta):
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        ordering = ["-id"]
        db_table_comment = "Policies tried out by planners"
        constraints = [
            *PolicyNumbers.Meta.constraints,
            models.CheckConstraint(condition=~Q(name=""), name="scenario_named"),
        ]

    def __str__(self) -> str:
        return self.name


class QueueSnapshot(models.Model):
    """The whole queue as computed once. The latest one is what the public sees."""

    policy = models.ForeignKey(QueuePolicy, on_delete=models.PROTECT, related_name="snapshots")
    as_of = models.DateField(_("as of"), db_comment="Complaints are halved up to this local day")
    yards = models.PositiveIntegerField(_("yards"))
    top = models.PositiveIntegerField(
        _("first places"), db_comment="How many yards a year's programme takes, for the stability"
    )
    digest = models.CharField(
        _("digest"), max_length=64, db_comment="SHA-256 of policy, day and rows: equal, same queue"
    )
    seen_event = models.BigIntegerField(
        _("events up to"), default=0, db_comment="Highest id of an event that it counts"
    )
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)

    class Meta:
        verbose_name = _("state of the yard queue")
        verbose_name_plural = _("states of the yard queue")
        ordering = ["-id"]
        get_latest_by = "id"
        db_table_comment = "The yard queue as it stood"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name}: {self.as_of}"


class QueueRow(models.Model):
    """A yard's place in a state of the queue, with all that explains it."""

    snapshot = models.ForeignKey(QueueSnapshot, on_delete=models.CASCADE, related_name="rows")
    yard = models.ForeignKey(Yard, on_delete=models.PROTECT, related_name="queue_rows")
    position = models.PositiveIntegerField(_("position"))
    score = models.PositiveIntegerField(_("score"), db_comment="1/10000 points, of 100 points")
    apartments = models.FloatField(_("apartments"))
    complaints = models.FloatField(_("complaints"), db_comment="Distinct people, halved by age")
    area_m2 = models.FloatField(_("area, m²"))
    scaled = ArrayField(
        models.FloatField(), size=3, db_comment="Apartments, complaints, area: 0 to 1"
    )
    points = ArrayField(
        models.PositiveIntegerField(), size=3, db_comment="The same in 1/10000 points"
    )
    moves = models.JSONField(
        default=list, db_comment="[criterion, value] that would bring it one place up"
    )
    first_complaint = models.DateField(_("first complaint"), null=True, blank=True)
    stability = models.FloatField(
        _("stability"), db_comment="Share of nearby policies with it among the first of the year"
    )

    objects = QueueRowQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in the yard queue")
        verbose_name_plural = _("places in the yard queue")
        ordering = ["position"]
        db_table_comment = "Places of yards in a state of the queue"
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "yard"], name="queuerow_yard_once"),
            # At the end of a transaction: places are exchanged when one message came.
            models.UniqueConstraint(
                fields=["snapshot", "position"],
                name="queuerow_place_once",
                deferrable=Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, score__lte=100 * POINT), name="queuerow_sane"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.yard_id}"
