"""Tokens by which programs of the staff and of partners ask the API."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import TokenScope
from citymap.accounts.models.people import User
from citymap.history.tracking import tracked

# How a token begins, so that people and scanners of leaked secrets recognise one.
PREFIX = "citymap_"


class ApiTokenQuerySet(models.QuerySet):
    """Tokens, by whether they open anything."""

    def good(self, now: dt.datetime | None = None) -> Self:
        """Those that open the API at `now`."""
        return self.filter(
            revoked_at__isnull=True, expires_at__gt=now or timezone.now(), user__is_active=True,
            epoch=F("user__session_epoch"),
        )  # fmt: skip

    def with_people(self) -> Self:
        return self.select_related("user__organization", "revoked_by")


@tracked(
    chain="access",
    exclude=["digest", "last_used_at", "window_at", "window_count"],
    salted=["name"],
)
class ApiToken(models.Model):
    """A long random secret that stands for its user at the API; kept as a hash only."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(_("what it is for"), max_length=100)
    hint = models.CharField(
        _("begins with"), max_length=20, db_comment="First characters, to recognise it by"
    )
    digest = models.CharField(
        max_length=64, unique=True, db_comment="SHA-256 of the whole token, hex"
    )
    scope = models.CharField(
        _("scope"), max_length=10, choices=TokenScope, default=TokenScope.READ,
        db_default=TokenScope.READ,
    )  # fmt: skip
    epoch = models.PositiveIntegerField(
        editable=False,
        db_comment="The user's session_epoch when it was made: what ends sessions ends it too",
    )
    made_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, verbose_name=_("revoked by"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="+",
    )  # fmt: skip
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    window_at = models.DateTimeField(
        null=True, blank=True, editable=False, db_comment="The minute that window_count is of"
    )
    window_count = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, db_comment="Requests in that minute"
    )

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-pk"]
        db_table_comment = "Tokens of the API; only hashes are kept"
        indexes = [models.Index(fields=["user", "-id"], name="apitoken_of_user")]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=TokenScope.values), name="apitoken_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="apitoken_ends_after_made"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hint}…"

    @property
    def state(self) -> str:
        """`good`, or why it opens nothing: `revoked`, `expired`, `ended`."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= timezone.now():
            return "expired"
        whole = self.user.is_active and self.epoch == self.user.session_epoch
        return "good" if whole else "ended"
