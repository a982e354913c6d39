"""The sealed log: an append-only Merkle tree (RFC 6962) over the records, and its roots."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Leaf(models.Model):
    """Which record stands at which place of the log."""

    position = models.BigIntegerField(primary_key=True, db_comment="0, 1, 2 ... without gaps")
    record = models.BigIntegerField(_("record"), unique=True, db_comment="history_chainrecord.id")

    class Meta:
        verbose_name = _("place in the log")
        verbose_name_plural = _("places in the log")
        db_table_comment = "Order of the records in the log"

    def __str__(self) -> str:
        return f"{self.position}: {self.record}"


class Node(models.Model):
    """Hash of a whole subtree, so that a proof reads hundreds of rows and not the log.

    Covers leaves `index * 2**level` to `(index + 1) * 2**level`, exclusive.
    """

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField(db_comment="2**level leaves; kept from merkle.KEPT_LEVEL on")
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        verbose_name = _("subtree")
        verbose_name_plural = _("subtrees")
        db_table_comment = "Hashes of full subtrees of the log"

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Root(models.Model):
    """The log's hash at one size: whoever kept it outside can tell any later change before it."""

    number = models.BigIntegerField(_("number"), primary_key=True, db_comment="1, 2, 3 ...")
    size = models.BigIntegerField(_("records"), db_comment="Leaves of the tree")
    hash = models.BinaryField(_("root"), db_comment="RFC 6962 tree hash over all leaves")
    frontier = ArrayField(
        models.BinaryField(),
        db_comment="Hashes of the full subtrees, largest first: what goes on from here",
    )
    made_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("root")
        verbose_name_plural = _("roots")
        ordering = ["number"]
        db_table_comment = "Roots of the log, at least one an hour; made by history_seal()"

    def __str__(self) -> str:
        return f"{self.number}: {bytes(self.hash).hex()}"


class RootSignature(models.Model):
    """An Ed25519 signature over a root's line of text."""

    root = models.OneToOneField(
        Root, primary_key=True, on_delete=models.PROTECT, related_name="signature"
    )
    key = models.CharField(_("key"), max_length=64, db_comment="Public key, hex")
    value = models.CharField(_("signature"), max_length=128, db_comment="Signature, hex")

    class Meta:
        verbose_name = _("signature of a root")
        verbose_name_plural = _("signatures of roots")
        db_table_comment = "Ed25519 signatures of roots"

    def __str__(self) -> str:
        return self.value


class Publication(models.Model):
    """A root that was handed to whoever listens (e-mail), in one transaction with theirs."""

    root = models.OneToOneField(
        Root, primary_key=True, on_delete=models.PROTECT, related_name="publication"
    )
    made_at = models.DateTimeField(_("published"), auto_now_add=True)

    class Meta:
        verbose_name = _("publication of a root")
        verbose_name_plural = _("publications of roots")
        db_table_comment = "Roots sent out, at least one an hour"

    def __str__(self) -> str:
        return str(self.root_id)
