"""Contacts of residents with the centre, and the centre's calls back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appeals.choices import CallResult, Channel, ContactKind, EmergencyService
from appeals.models.appeals import Appeal, Applicant
from appeals.models.categories import CHAIN
from appeals.models.knowledge import KnowledgeVersion
from appeals.models.steps import MAX_REASON
from appeals.querysets import ContactQuerySet
from citymap.accounts.choices import Language
from citymap.accounts.models import User
from citymap.history.tracking import tracked
from citymap.personal.models import Person


@tracked(chain=CHAIN, salted=["note", "dispatcher"])
class Contact(models.Model):
    """One call, message, letter or visit, and what became of it."""

    channel = models.CharField(_("channel"), max_length=20, choices=Channel)
    kind = models.CharField(
        _("what became of it"), max_length=20, choices=ContactKind, blank=True, default="",
        db_comment="Empty exactly while it lasts",
    )  # fmt: skip
    caller = models.ForeignKey(
        Person, verbose_name=_("who"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="contacts", db_comment="Null: unknown or anonymous",
    )  # fmt: skip
    anonymous = models.BooleanField(
        _("anonymous"), default=False, db_default=False,
        db_comment="Does not want to be named: no call back",
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, choices=Language)
    operator = models.ForeignKey(
        User, verbose_name=_("operator"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    article = models.ForeignKey(
        KnowledgeVersion, verbose_name=_("article used"), on_delete=models.PROTECT, null=True,
        blank=True, related_name="contacts", db_comment="As it read at that moment",
    )  # fmt: skip
    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="contacts",
    )  # fmt: skip
    transferred_to = models.CharField(
        _("transferred to"), max_length=3, choices=EmergencyService, blank=True
    )
    dispatcher = models.CharField(
        _("dispatcher"), max_length=200, blank=True, db_comment="Who took it there, by post or name"
    )
    log_number = models.CharField(_("number in their log"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=MAX_REASON, blank=True)
    call_id = models.CharField(
        _("id at the exchange"), max_length=100, blank=True, default="", db_default=""
    )
    practice = models.BooleanField(
        _("practice"), default=False, db_default=False, db_comment="Outside of all statistics"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["-started_at", "-id"]
        db_table_comment = "Calls, messages, letters and visits of residents"
        constraints = [
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values, language__in=Language.values),
                name="contact_words_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="", ended_at__isnull=True)
                | Q(kind__in=ContactKind.values, ended_at__gte=F("started_at")),
                name="contact_kind_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(anonymous=False) | Q(caller__isnull=True),
                name="contact_anonymous_has_no_name",
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=[ContactKind.APPEAL, ContactKind.FOLLOW_UP])
                           & Q(appeal__isnull=False))
                | (~Q(kind__in=[ContactKind.APPEAL, ContactKind.FOLLOW_UP])
                   & Q(appeal__isnull=True)),
                name="contact_appeal_iff_about_one",
            ),
            models.CheckConstraint(
                condition=Q(kind=ContactKind.TRANSFER, transferred_to__in=EmergencyService.values)
                | (~Q(kind=ContactKind.TRANSFER) & Q(transferred_to="")),
                name="contact_transfer_iff_to_whom",
            ),
            models.UniqueConstraint(
                fields=["call_id"], condition=~Q(call_id=""), name="contact_call_once"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["started_at"], condition=Q(kind=""), name="contact_open"),
            models.Index(fields=["started_at"], name="contact_when"),
            models.Index(fields=["caller", "-started_at"], name="contact_of_caller"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}"


@tracked(chain=CHAIN, salted=["note"])
class CallBack(models.Model):
    """One attempt to tell one applicant the result."""

    appeal = models.ForeignKey(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="call_backs"
    )
    applicant = models.ForeignKey(
        Applicant, verbose_name=_("applicant"), on_delete=models.PROTECT,
        related_name="call_backs",
    )  # fmt: skip
    operator = models.ForeignKey(
        User, verbose_name=_("operator"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    called_at = models.DateTimeField(_("when"))
    result = models.CharField(_("result"), max_length=20, choices=CallResult)
    satisfaction = models.PositiveSmallIntegerField(
        _("satisfaction"), null=True, blank=True, db_comment="1 to 5, when the applicant says it"
    )
    thanks = models.BooleanField(_("thanks"), default=False, db_default=False)
    next_try_at = models.DateTimeField(
        _("next try"), null=True, blank=True, db_comment="When nobody answered"
    )
    note = models.CharField(_("note"), max_length=MAX_REASON, blank=True)

    class Meta:
        verbose_name = _("call back")
        verbose_name_plural = _("calls back")
        ordering = ["called_at", "id"]
        db_table_comment = "Attempts to tell applicants the result"
        constraints = [
            models.CheckConstraint(
                condition=Q(result__in=CallResult.values), name="callback_result_known"
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True)
                | Q(satisfaction__range=(1, 5), result=CallResult.TOLD),
                name="callback_satisfaction_said",
            ),
            models.CheckConstraint(
                condition=Q(next_try_at__isnull=True)
                | Q(next_try_at__gt=F("called_at"), result=CallResult.NO_ANSWER),
                name="callback_next_try_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.result}"
