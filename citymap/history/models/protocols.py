"""Protocols: refused and irregular changes, numbered, that nobody can discard."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.history.tracking import tracked


class ProtocolKind(models.TextChoices):
    REFUSED = "refused", _("Refused change")
    IRREGULAR = "irregular", _("Irregular change")
    CHAIN = "chain", _("Fault in the chain")


class ProtocolState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SEEN_BY_HEAD = "seen_head", _("Acknowledged by the head")
    SEEN_BY_AUDITOR = "seen_auditor", _("Acknowledged by the auditor")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")


class ProtocolRole(models.TextChoices):
    HEAD = "head", _("Head of the centre")
    AUDITOR = "auditor", _("Auditor")


class ProtocolQuerySet(models.QuerySet):
    def with_notes(self) -> "ProtocolQuerySet":
        return self.prefetch_related("notes")

    def acknowledged_by(self, role: str) -> "ProtocolQuerySet":
        return self.filter(notes__role=role)

    def waiting_for(self, role: str) -> "ProtocolQuerySet":
        """Protocols that `role` ("head" or "auditor") has not acknowledged."""
        return self.exclude(notes__role=role)

    def newest_first(self) -> "ProtocolQuerySet":
        return self.order_by("-year", "-number")


@tracked(chain="protocols")
class Protocol(models.Model):
    """What was refused or done past the rules: who, what, when. Rows are inserted, nothing else.

    Of legal weight: whoever removes one past the rights of the serving role is found.
    The database gives the number, without gaps in a year.
    """

    year = models.PositiveSmallIntegerField(_("year"), default=0)
    number = models.PositiveIntegerField(_("number"), default=0)
    kind = models.CharField(_("kind"), max_length=20, choices=ProtocolKind)
    model = models.CharField(_("table"), max_length=100, blank=True)
    key = models.CharField(_("key"), max_length=64, blank=True)
    what = models.TextField(_("what"), db_comment="What was refused or found, one paragraph")
    user_id = models.BigIntegerField(_("user"), null=True, db_comment="Id of the user, if known")
    context = models.JSONField(
        _("circumstances"), default=dict, db_comment="Who, through which request, database role"
    )
    when = models.DateTimeField(_("when"), db_comment="When it happened")
    made_at = models.DateTimeField(_("written"), auto_now_add=True)
    same = models.CharField(
        max_length=64,
        unique=True,
        db_comment="Digest of what makes it the same protocol: repetitions make no second one",
    )

    objects = ProtocolQuerySet.as_manager()

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        db_table_comment = "Refused and irregular changes; insert only"
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="history_protocol_number"),
            models.CheckConstraint(
                condition=Q(kind__in=ProtocolKind.values), name="history_protocol_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The number people quote: `2026-17`."""
        return f"{self.year}-{self.number}"

    @property
    def state(self) -> ProtocolState:
        """Draft until head and auditor have both acknowledged it."""
        roles = {note.role for note in self.notes.all()}
        if roles >= set(ProtocolRole.values):
            return ProtocolState.ACKNOWLEDGED
        if ProtocolRole.HEAD in roles:
            return ProtocolState.SEEN_BY_HEAD
        if ProtocolRole.AUDITOR in roles:
            return ProtocolState.SEEN_BY_AUDITOR
        return ProtocolState.DRAFT


@tracked(chain="protocols")
class ProtocolNote(models.Model):
    """An acknowledgement with its comment, or a further remark. Insert only."""

    protocol = models.ForeignKey(
        Protocol, verbose_name=_("protocol"), on_delete=models.PROTECT, related_name="notes"
    )
    role = models.CharField(_("as"), max_length=20, choices=ProtocolRole)
    user_id = models.BigIntegerField(_("user"))
    username = models.CharField(_("user name"), max_length=150)
    comment = models.TextField(_("comment"), max_length=2000)
    made_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("note on a protocol")
        verbose_name_plural = _("notes on protocols")
        ordering = ["id"]
        db_table_comment = "Acknowledgements of protocols; insert only"
        constraints = [
            models.CheckConstraint(condition=~Q(comment=""), name="history_note_has_comment"),
            models.CheckConstraint(
                condition=Q(role__in=ProtocolRole.values), name="history_note_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.protocol_id} {self.username}"


class Look(models.Model):
    """Until when all events were looked through for irregular changes. Insert only."""

    until = models.DateTimeField(_("until"), unique=True)

    class Meta:
        verbose_name = _("look for irregular changes")
        verbose_name_plural = _("looks for irregular changes")
        db_table_comment = "Until when events were looked through for irregular changes"

    def __str__(self) -> str:
        return self.until.isoformat()
