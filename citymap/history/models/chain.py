"""Records of legal weight: written by the history triggers, by nobody else."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.history.merkle import HASH_BYTES


class Octets(models.Func):
    """SQL `octet_length(...)`."""

    function = "octet_length"
    output_field = models.IntegerField()


class ChainRecord(models.Model):
    """One change of one object, exactly as it was hashed.

    `payload` is the truth; the other columns repeat parts of it for look-ups, and verification
    compares them. `hash` is SHA-256 of a zero byte and the payload (a leaf of RFC 6962).
    `previous` is the hash of the same object's record before, so each object has a chain.
    """

    stream = models.CharField(
        _("stream"), max_length=40, db_comment="Which records these are: orders, appeals, ..."
    )
    model = models.CharField(_("table"), max_length=100, db_comment="app.model of the object")
    key = models.CharField(_("key"), max_length=64, db_comment="Primary key of the object")
    number = models.PositiveIntegerField(
        _("number"), db_comment="1, 2, 3 ... over the changes of the object"
    )
    event = models.BigIntegerField(_("event"), db_comment="pgh_id in the model's event table")
    made_at = models.DateTimeField(_("when"))
    previous = models.BinaryField(
        _("hash before"), null=True, db_comment="Hash of the object's record before; null: first"
    )
    payload = models.TextField(_("payload"), db_comment="JSON text exactly as hashed")
    hash = models.BinaryField(_("hash"), db_comment="SHA-256 of a zero byte and the payload")

    class Meta:
        verbose_name = _("record of the chain")
        verbose_name_plural = _("records of the chain")
        db_table_comment = "Changes of legal weight as hashed; inserted by triggers only"
        constraints = [
            models.UniqueConstraint(
                fields=["model", "key", "number"], name="history_chainrecord_no_fork"
            ),
            models.CheckConstraint(
                condition=Q(number=1, previous__isnull=True)
                | Q(number__gt=1, previous__isnull=False),
                name="history_chainrecord_first_has_none_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.model} {self.key} #{self.number}"


class Unsealed(models.Model):
    """A committed record that is not in the log yet.

    A queue kept by the triggers and emptied by the sealer: what a long transaction commits late
    is found all the same, and a restored dump goes on where it stood.
    """

    record = models.BigIntegerField(primary_key=True, db_comment="history_chainrecord.id")

    class Meta:
        verbose_name = _("record to be sealed")
        verbose_name_plural = _("records to be sealed")
        db_table_comment = "Records that the next root will cover"

    def __str__(self) -> str:
        return str(self.record)


class Salt(models.Model):
    """The salt of one digest. Without it nobody can guess the text: forgetting is erasing."""

    digest = models.CharField(primary_key=True, max_length=2 * HASH_BYTES)
    salt = models.UUIDField(_("salt"))

    class Meta:
        verbose_name = _("salt")
        verbose_name_plural = _("salts")
        db_table_comment = "Salts of texts that history knows by digest; deleted on erasure"

    def __str__(self) -> str:
        return self.digest
