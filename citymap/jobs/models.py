"""What the worker remembers: that it lives, what became of each sweep, who asked for a run."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
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
    running = models.BooleanField(
        _("running"), default=False, db_default=False,
        db_comment="A run has begun and not ended; with a dead worker: was cut short",
    )  # fmt: skip
    last_logged_at = models.DateTimeField(
        _("last logged"), null=True, blank=True,
        db_comment="Start of the run that JobOutcome has last: quiet runs are logged now and then",
    )  # fmt: skip

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["name"]
        db_table_comment = "State of each scheduled sweep"

    def __str__(self) -> str:
        return self.name


class JobOutcome(models.Model):
    """What became of one run; written once, pruned when old (trigger: jobs_outcome_is_final)."""

    name = models.CharField(_("name"), max_length=100)
    started_at = models.DateTimeField(_("started"), db_comment="Work clock at the start")
    seconds = models.FloatField(_("duration, s"), db_comment="How long the run took")
    lag_s = models.FloatField(
        _("lag, s"), default=0, db_comment="How long after it was due the run began"
    )
    account = models.TextField(
        _("account of the run"), blank=True, db_comment="What the run did, one line"
    )
    error = models.TextField(_("error"), blank=True, db_comment="Why it failed; empty: it did not")
    asked_by = models.CharField(
        _("asked by"), max_length=150, blank=True,
        db_comment="User name of who asked for this run; empty: the schedule",
    )  # fmt: skip

    class Meta:
        verbose_name = _("outcome of a job")
        verbose_name_plural = _("outcomes of jobs")
        ordering = ["-pk"]
        db_table_comment = "Log of runs of sweeps, the last ones of each"
        indexes = [models.Index(fields=["name", "-id"], name="joboutcome_latest")]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M:%S}"


class JobRequest(models.Model):
    """Something that a person asked of the worker: to run a sweep now, to accept the clock."""

    class Kind(models.TextChoices):
        RUN = "run", _("Run now")
        ACCEPT_CLOCK = "accept_clock", _("Accept the clock")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(_("job"), max_length=100, blank=True)
    asked_by = models.CharField(_("asked by"), max_length=150, db_comment="User name")
    asked_at = models.DateTimeField(_("asked at"), db_default=Now())
    taken_at = models.DateTimeField(
        _("taken up at"),
        null=True,
        blank=True,
        db_comment="When the worker took it up, database time",
    )

    class Meta:
        verbose_name = _("request to the worker")
        verbose_name_plural = _("requests to the worker")
        ordering = ["-pk"]
        db_table_comment = "What people asked of the worker"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=("run", "accept_clock")), name="jobrequest_kind_known"
            ),
            # Two clicks are one request.
            models.UniqueConstraint(
                fields=["kind", "name"], condition=Q(taken_at=None), name="jobrequest_open_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.name}".strip()


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
