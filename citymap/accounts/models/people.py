"""Members of staff."""

from axes.models import AccessAttempt
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from citymap.accounts.choices import Language, Role
from citymap.accounts.models.areas import Area
from citymap.accounts.models.organizations import Organization
from citymap.accounts.reach import Reach, bodies_of
from citymap.history.tracking import tracked


@tracked(
    chain="access",
    exclude=["password", "last_login"],
    salted=["first_name", "last_name", "email"],
)
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
    post = models.CharField(_("post"), max_length=200, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language, default=Language.RU, db_default=Language.RU,
        db_comment="Language of notices to this user",
    )  # fmt: skip
    areas = models.ManyToManyField(
        Area, verbose_name=_("areas"), blank=True, related_name="users",
        help_text=_(
            "Where the rights of roles limited by territory end. Without any, the areas of the"
            " organisation count."
        ),
    )  # fmt: skip
    whole_city = models.BooleanField(
        _("whole city"), default=False, db_default=False,
        help_text=_("Not limited by territory."),
        db_comment="Limits by territory do not apply to this user",
    )  # fmt: skip
    session_epoch = models.PositiveIntegerField(
        default=0, db_default=0, editable=False,
        db_comment="Part of every session's key: raising it signs the user out everywhere",
    )  # fmt: skip

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        db_table_comment = "Members of staff who sign in"
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=Role.values), name="user_roles_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="user_language_known"
            ),
        ]

    def has_role(self, *roles: Role | str) -> bool:
        """Whether the user is active and holds any of `roles`; a superuser holds all."""
        return self.is_active and (self.is_superuser or bool(set(self.roles) & set(roles)))

    @cached_property
    def reach(self) -> Reach:
        """Bodies and areas that the user's limits are compared with; read once per request."""
        areas = frozenset(self.areas.values_list("pk", flat=True))
        if not areas and self.organization_id:
            areas = frozenset(self.organization.areas.values_list("pk", flat=True))
        return Reach(
            bodies=bodies_of(self.organization_id, on=timezone.localdate()),
            areas=areas,
            whole_city=self.whole_city,
        )

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end with a new password, and when `session_epoch` is raised."""
        return salted_hmac(
            "citymap.accounts.User.session",
            f"{self.password}:{self.session_epoch}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class RecoveryCode(models.Model):
    """A code that stands for the second factor once; kept as a keyed hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, db_comment="HMAC-SHA-256 of user and code, hex")
    used_at = models.DateTimeField(null=True, blank=True, db_comment="null: still good")

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        db_table_comment = "Codes that stand for the second factor once"
        constraints = [
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.digest[:6]}"


class SignInAttempt(AccessAttempt):
    """Wrong attempts to sign in, as django-axes keeps them, under a name that people read."""

    class Meta:
        proxy = True
        verbose_name = _("wrong attempt to sign in")
        verbose_name_plural = _("wrong attempts to sign in")
