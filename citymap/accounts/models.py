"""People who sign in and the bodies that they work for."""

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import OrganizationKind, Role


class Organization(models.Model):
    """A body that answers for something in the city: state body, utility, house manager."""

    kind = models.CharField(_("kind"), max_length=20, choices=OrganizationKind)
    name = models.CharField(_("name"), max_length=300)
    name_ru = models.CharField(_("name in Russian"), max_length=300, blank=True)
    name_kk = models.CharField(_("name in Kazakh"), max_length=300, blank=True)
    name_en = models.CharField(_("name in English"), max_length=300, blank=True)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    source = models.CharField(_("source"), max_length=40, default="manual")
    source_id = models.CharField(_("id in the source"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name", "id"]
        db_table_comment = "Bodies: state bodies, utilities, contractors, house managers"
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source_id=""),
                name="organization_source_unique",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OrganizationKind.values), name="organization_kind_known"
            ),
        ]
        indexes = [
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="organization_name_trgm")
        ]

    def __str__(self) -> str:
        return self.short_name or self.name


class User(AbstractUser):
    """A member of staff. Citizens do not sign in."""

    roles = ArrayField(
        models.CharField(max_length=20, choices=Role), verbose_name=_("roles"), default=list,
        blank=True, db_comment="Role codes, see accounts/choices.py",
    )  # fmt: skip
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="members",
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        db_table_comment = "Members of staff who sign in"
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values), name="user_roles_known"
            )
        ]

    def has_role(self, *roles: Role | str) -> bool:
        """Whether the user is active and holds any of `roles`; a superuser holds all."""
        return self.is_active and (self.is_superuser or bool(set(self.roles) & set(roles)))
