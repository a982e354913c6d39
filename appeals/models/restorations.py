"""Which failure of a guaranteed restoration an appeal tells of."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appeals.models.appeals import Appeal
from citymap.history.tracking import tracked
from earthworks.models import GuaranteeCase


@tracked(chain="appeals")
class RestorationAppeal(models.Model):
    """An appeal about ground that sank within a guaranteed restoration."""

    appeal = models.OneToOneField(
        Appeal, verbose_name=_("appeal"), on_delete=models.PROTECT, related_name="restoration"
    )
    case = models.ForeignKey(
        GuaranteeCase, verbose_name=_("failure under guarantee"), on_delete=models.PROTECT,
        related_name="appeals",
    )  # fmt: skip

    class Meta:
        verbose_name = _("appeal about a restoration")
        verbose_name_plural = _("appeals about restorations")
        ordering = ["pk"]
        db_table_comment = "Appeals that opened a contractor's duty under guarantee again"

    def __str__(self) -> str:
        return f"{self.appeal} · {self.case}"
