"""What is owed to whom, and everything that was tried to deliver it."""

import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, IntegerField, Q, Value
from django.db.models.functions import NullIf
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Language
from citymap.accounts.models import Organization, User
from citymap.notices.choices import OPEN, Outcome, State
from citymap.notices.querysets import BellItemQuerySet, NoticeQuerySet
from citymap.notices.registry import NoticeKind, kinds
from citymap.notices.rules import masked_address
from citymap.personal.models import Person

MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024


class Attachment(models.Model):
    """A file that goes with notices, kept once however many notices carry it."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    content = models.BinaryField(_("content"))
    size_bytes = models.PositiveIntegerField(_("size, bytes"))
    content_type = models.CharField(_("content type"), max_length=100)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        db_table_comment = "Files that go with notices"
        constraints = [
            models.CheckConstraint(
                condition=Q(size_bytes__gt=0, size_bytes__lte=MAX_ATTACHMENT_BYTES),
                name="attachment_size_allowed",
            ),
            models.CheckConstraint(
                condition=Exact(
                    F("size_bytes"),
                    Func(F("content"), function="octet_length", output_field=IntegerField()),
                ),
                name="attachment_size_true",
            ),
            models.CheckConstraint(
                condition=Exact(
                    F("sha256"),
                    Func(
                        Func(F("content"), function="sha256", output_field=models.BinaryField()),
                        Value("hex"),
                        function="encode",
                        output_field=models.CharField(),
                    ),
                ),
                name="attachment_sha256_true",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} ({self.content_type})"


class Notice(models.Model):
    """One message owed to one recipient about one stage of one thing.

    The text is written when it is sent, from templates and fresh values: no personal data here.
    """

    public_id = models.UUIDField(_("public id"), unique=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=60, db_comment="Name in the registry of kinds")
    source_type = models.ForeignKey(
        ContentType, verbose_name=_("about"), on_delete=models.PROTECT, related_name="+"
    )
    source_id = models.CharField(
        _("id of the object"), max_length=64, db_comment="Primary key of what it is about, as text"
    )
    source = GenericForeignKey("source_type", "source_id")
    stage = models.CharField(
        _("stage"), max_length=100, blank=True, db_comment="Which step of the source it tells of"
    )
    user = models.ForeignKey(
        User, verbose_name=_("to staff"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="notices",
    )  # fmt: skip
    organization = models.ForeignKey(
        Organization, verbose_name=_("to organisation"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="notices",
    )  # fmt: skip
    person = models.ForeignKey(
        Person, verbose_name=_("to person"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="notices",
    )  # fmt: skip
    address = models.CharField(
        _("to address"), max_length=254, blank=True,
        db_comment="Bare address of an office; people are recipients by reference",
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Language)
    channels = ArrayField(
        models.CharField(max_length=40), verbose_name=_("channels"),
        db_comment="Channels to try, in order",
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=40, db_comment="The one to try next")
    why = models.CharField(_("why"), max_length=500, db_comment="Basis on which it is owed")
    context = models.JSONField(
        _("values"), default=dict, blank=True,
        db_comment="Values for the template, without personal data",
    )  # fmt: skip
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    due_at = models.DateTimeField(_("due by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, db_comment="Failed attempts by the present channel"
    )
    next_attempt_at = models.DateTimeField(
        _("next attempt"), null=True, blank=True, db_comment="Set exactly while queued"
    )
    lease = models.UUIDField(
        _("lease"), null=True, blank=True, editable=False,
        db_comment="Who is sending it; set exactly while being sent",
    )  # fmt: skip
    lease_until = models.DateTimeField(
        _("lease until"), null=True, blank=True, editable=False,
        db_comment="Database time after which the sender counts as gone",
    )  # fmt: skip
    message_id = models.CharField(
        _("Message-ID"), max_length=200, unique=True,
        db_comment="The same for every attempt, so that a double is recognised",
    )  # fmt: skip
    reference = models.CharField(
        _("reference"), max_length=200, blank=True, db_comment="The gateway's own id of the message"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", verbose_name=_("replaces"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="replaced_by",
    )  # fmt: skip
    files = models.ManyToManyField(
        Attachment, verbose_name=_("attachments"), through="NoticeFile", related_name="notices"
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-pk"]
        db_table_comment = "Outbox: what is owed to whom, delivered by the worker"
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind", "source_type", "source_id", "stage", "user", "organization", "person",
                    "address",
                ],
                nulls_distinct=False,
                name="notice_owed_once",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(
                        F("user"),
                        F("organization"),
                        F("person"),
                        NullIf(F("address"), Value("")),
                        function="num_nonnulls",
                        output_field=IntegerField(),
                    ),
                    1,
                ),
                name="notice_one_recipient",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="notice_state_known"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="notice_language_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.QUEUED, next_attempt_at__isnull=False)
                | (~Q(state=State.QUEUED) & Q(next_attempt_at__isnull=True)),
                name="notice_queued_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENDING, lease__isnull=False, lease_until__isnull=False)
                | (
                    ~Q(state=State.SENDING)
                    & Q(lease__isnull=True, lease_until__isnull=True)
                ),
                name="notice_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.SENT) | Q(sent_at__isnull=False),
                name="notice_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.DELIVERED) | Q(delivered_at__isnull=False),
                name="notice_delivered_has_time",
            ),
            models.CheckConstraint(
                condition=Q(not_before__isnull=True)
                | Q(due_at__isnull=True)
                | Q(not_before__lte=F("due_at")),
                name="notice_not_before_due",
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(
                        F("channel"), F("channels"), arg_joiner=" = ANY(",
                        output_field=models.BooleanField(), template="%(expressions)s)",
                    ),
                    True,
                ),
                name="notice_channel_listed",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["channel", "next_attempt_at", "id"],
                condition=Q(state=State.QUEUED),
                name="notice_queue",
            ),
            models.Index(
                fields=["channel", "lease_until"],
                condition=Q(state=State.SENDING),
                name="notice_leases",
            ),
            models.Index(fields=["source_type", "source_id"], name="notice_source"),
            models.Index(fields=["state", "-id"], name="notice_state"),
            models.Index(fields=["kind", "-id"], name="notice_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def kind_entry(self) -> NoticeKind | None:
        """The kind in the registry; None when the app that had it is gone."""
        return kinds.get(self.kind)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def shown_recipient(self) -> str:
        """Who gets it, as pages show it: no address in full, no name of a person."""
        if self.user_id:
            return self.user.get_full_name() or self.user.get_username()
        if self.organization_id:
            return str(self.organization)
        if self.person_id:
            return self.person.number
        return masked_address(self.address)


class NoticeFile(models.Model):
    """An attachment as it goes with one notice: under which name, in which place."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="notice_files")
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField(_("file name"), max_length=150)
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")
        ordering = ["position"]
        db_table_comment = "Which attachment goes with which notice"
        constraints = [
            models.UniqueConstraint(fields=["notice", "position"], name="noticefile_position")
        ]

    def __str__(self) -> str:
        return self.filename


class Attempt(models.Model):
    """One line of the delivery log: only ever added, the database refuses all else."""

    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="log")
    at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome)
    answer = models.TextField(
        _("answer"), blank=True, db_comment="What the server said, addresses masked"
    )
    language = models.CharField(
        _("language used"), max_length=2, blank=True, choices=Language,
        db_comment="Differs from the notice's where there were no words in that language",
    )  # fmt: skip
    words = models.CharField(
        _("version of the words"), max_length=16, blank=True,
        db_comment="Beginning of the SHA-256 of the template",
    )  # fmt: skip
    actor = models.ForeignKey(
        User, verbose_name=_("who"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["pk"]
        db_table_comment = "Delivery log of notices, append-only"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="attempt_outcome_known"
            )
        ]
        indexes = [models.Index(fields=["channel", "-at"], name="attempt_channel_at")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.outcome}"

    def used_another_language(self) -> bool:
        return bool(self.language) and self.language != self.notice.language


class BellItem(models.Model):
    """A notice as one member of staff sees it at the bell."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="bell_items")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="bell_items")
    created_at = models.DateTimeField(_("shown since"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = BellItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("bell item")
        verbose_name_plural = _("bell items")
        ordering = ["-pk"]
        db_table_comment = "Notices as members of staff see them at the bell"
        constraints = [models.UniqueConstraint(fields=["notice", "user"], name="bellitem_once")]
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="bellitem_unread")
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.user_id}"


class ChannelState(models.Model):
    """How a channel fares: whether the worker waits before it asks the server again."""

    name = models.CharField(_("channel"), max_length=40, primary_key=True)
    failures_in_a_row = models.PositiveIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(
        _("waits until"), null=True, blank=True, db_comment="No attempt before; null: works"
    )
    last_error = models.TextField(_("last error"), blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)

    class Meta:
        verbose_name = _("state of a channel")
        verbose_name_plural = _("states of channels")
        ordering = ["name"]
        db_table_comment = "Circuit breakers of the channels"

    def __str__(self) -> str:
        return self.name


class Callback(models.Model):
    """A delivery report that was acted upon: the same one again changes nothing."""

    channel = models.CharField(_("channel"), max_length=40)
    digest = models.CharField(_("SHA-256 of the report"), max_length=64)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("delivery report")
        verbose_name_plural = _("delivery reports")
        db_table_comment = "Delivery reports already acted upon"
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="callback_acted_once")
        ]

    def __str__(self) -> str:
        return self.digest[:12]


def source_columns(source: models.Model) -> dict[str, Any]:
    """What a notice is about, as columns."""
    return {
        "source_type": ContentType.objects.get_for_model(source, for_concrete_model=True),
        "source_id": str(source.pk),
    }
