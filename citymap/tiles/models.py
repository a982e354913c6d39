"""Which cached tiles an edit has made stale, and what the cached ones were drawn from."""

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class TransactionIdField(models.Field):
    """A transaction id (`xid8`), which never comes round again."""

    def db_type(self, connection) -> str:
        return "xid8"


class CurrentTransactionId(Func):
    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = TransactionIdField()


class DirtyTile(models.Model):
    """A public tile that a transaction has changed; without numbers, the whole source.

    Written by triggers in the very transaction that edits (sql/mark_dirty.sql). It stays for a
    while after its file is removed: a tile drawn from an older snapshot must not be kept.
    """

    source = models.CharField(_("source"), max_length=60)
    z = models.SmallIntegerField(_("zoom"), null=True)
    x = models.IntegerField(_("column"), null=True)
    y = models.IntegerField(_("row"), null=True)
    transaction = TransactionIdField(
        _("transaction"),
        db_default=CurrentTransactionId(),
        db_comment="The transaction that changed the tile: its generation",
    )
    marked_at = models.DateTimeField(_("marked at"), db_default=Now())
    removed_at = models.DateTimeField(
        _("removed at"), null=True, db_comment="When the cached file was removed; null: not yet"
    )

    class Meta:
        verbose_name = _("dirty tile")
        verbose_name_plural = _("dirty tiles")
        db_table_comment = "Cached public tiles made stale by edits"
        indexes = [
            models.Index(
                fields=["source"], condition=Q(removed_at__isnull=True), name="dirtytile_pending"
            ),
            models.Index(fields=["source", "z", "x", "y"], name="dirtytile_place"),
            models.Index(fields=["transaction"], name="dirtytile_transaction"),
            models.Index(fields=["removed_at"], name="dirtytile_removed"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(z__isnull=True, x__isnull=True, y__isnull=True)
                | Q(z__isnull=False, x__isnull=False, y__isnull=False),
                name="dirtytile_one_or_all",
            )
        ]

    def __str__(self) -> str:
        return self.source if self.z is None else f"{self.source}/{self.z}/{self.x}/{self.y}"


class DrawnSource(models.Model):
    """How a public source was drawn when its tiles were cached; a change makes all stale."""

    name = models.CharField(_("source"), max_length=60, primary_key=True)
    fingerprint = models.CharField(
        _("fingerprint"), max_length=64, db_comment="SHA-256 of the SQL that draws its layers"
    )

    class Meta:
        verbose_name = _("drawn source")
        verbose_name_plural = _("drawn sources")
        db_table_comment = "Public tile sources and the SQL that they are drawn by"

    def __str__(self) -> str:
        return self.name


class BaseMapOrder(models.Model):
    """How often the base map's data has changed, and how much of that its tiles show.

    Ordered in the transaction that changes the data, so that a process killed before the tiles
    are built leaves the debt behind.
    """

    singleton = models.BooleanField(primary_key=True, default=True)
    ordered = models.PositiveBigIntegerField(
        _("ordered"), default=0, db_comment="Changes of the data so far"
    )
    built = models.PositiveBigIntegerField(
        _("built"), default=0, db_comment="Changes that the served tiles show"
    )

    class Meta:
        verbose_name = _("order for the base map")
        verbose_name_plural = _("orders for the base map")
        db_table_comment = "Whether the base map's tiles are behind its data"
        constraints = [
            models.CheckConstraint(condition=Q(singleton=True), name="basemaporder_singleton"),
            models.CheckConstraint(
                condition=Q(built__lte=models.F("ordered")), name="basemaporder_built_was_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.built}/{self.ordered}"
