"""What the worker remembers: that it lives, and what became of each sweep."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """The one worker at work. Times of beats are the database's, whatever the worker's clock."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    host = models.CharField(_("host"), max_length=255)
    process_id = models.IntegerField(_("process id"))
    started_at = models.DateTimeField(_("started"), db_comment="Start of the worker, database time")
    beat_at = models.DateTimeField(_("last beat"), db_comment="Last sign of life, database time")

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        db_table_comment = "Signs of life of the worker"

    def __str__(self) -> str:
        return f"{self.name} {self.host}:{self.process_id}"


class JobRun(models.Model):
    """The state of one sweep: last run, next run, failures."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    last_started_at = models.DateTimeField(_("last started"), null=True, blank=True)
    last_finished_at = models.DateTimeField(_("last finished"), null=True, blank=True)
    last_account = models.TextField(
        _("last account"), blank=True, db_comment="What the last successful run did, one line"
    )
    last_error = models.TextField(
        _("last error"), blank=True, db_comment="Why the last run failed; empty when it did not"
    )
    next_due_at = models.DateTimeField(_("next due"), null=True, blank=True)
    runs = models.PositiveBigIntegerField(_("runs"), default=0)
    failures = models.PositiveBigIntegerField(_("failures"), default=0)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]
        db_table_comment = "State of each scheduled sweep"

    def __str__(self) -> str:
        return self.name


class WorkClock(models.Model):
    """The latest time any sweep was given: no later sweep is given an earlier one."""

    singleton = models.BooleanField(primary_key=True, default=True)
    latest_at = models.DateTimeField(_("latest time"))

    class Meta:
        verbose_name = _("work clock")
        verbose_name_plural = _("work clocks")
        db_table_comment = "High-water mark of the time given to sweeps"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(singleton=True), name="jobs_workclock_singleton"
            )
        ]

    def __str__(self) -> str:
        return self.latest_at.isoformat()
