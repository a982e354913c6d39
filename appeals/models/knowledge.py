"""What operators answer at once: life situations, in versions, searchable in two languages."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appeals.models.categories import Category
from appeals.querysets import SEARCH_CONFIGS, KnowledgeQuerySet
from citymap.accounts.models import User
from citymap.history.tracking import tracked


@tracked()
class KnowledgeArticle(models.Model):
    """A life situation; what is said of it stands in its versions."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    category = models.ForeignKey(
        Category, verbose_name=_("category"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="articles",
    )  # fmt: skip
    current = models.OneToOneField(
        "KnowledgeVersion", verbose_name=_("version in force"), on_delete=models.PROTECT,
        null=True, blank=True, related_name="+",
    )  # fmt: skip
    retired = models.BooleanField(_("retired"), default=False, db_default=False)

    objects = KnowledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["code"]
        db_table_comment = "Articles of the knowledge base"

    def __str__(self) -> str:
        return self.code


def _vector(language: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=SearchVector(f"title_{language}", config=SEARCH_CONFIGS[language], weight="A")
        + SearchVector(
            f"steps_{language}", f"documents_{language}", f"who_{language}",
            config=SEARCH_CONFIGS[language], weight="B",
        ),
        output_field=SearchVectorField(),
        db_persist=True,
        db_comment=f"Words of the {language} text for search",
    )  # fmt: skip


@tracked()
class KnowledgeVersion(models.Model):
    """What an article says from a moment on; never edited, followed by the next version."""

    article = models.ForeignKey(
        KnowledgeArticle, verbose_name=_("article"), on_delete=models.PROTECT,
        related_name="versions",
    )  # fmt: skip
    number = models.PositiveIntegerField(_("version"))
    title_ru = models.CharField(_("situation, in Russian"), max_length=300)
    title_kk = models.CharField(_("situation, in Kazakh"), max_length=300)
    steps_ru = models.TextField(_("steps, in Russian"))
    steps_kk = models.TextField(_("steps, in Kazakh"))
    documents_ru = models.TextField(_("documents, in Russian"), blank=True)
    documents_kk = models.TextField(_("documents, in Kazakh"), blank=True)
    who_ru = models.CharField(_("who answers, in Russian"), max_length=300, blank=True)
    who_kk = models.CharField(_("who answers, in Kazakh"), max_length=300, blank=True)
    hours = models.CharField(_("when"), max_length=200, blank=True)
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    legal = models.CharField(_("legal basis"), max_length=500, blank=True)
    author = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))
    search_ru = _vector("ru")
    search_kk = _vector("kk")

    class Meta:
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["article", "number"]
        db_table_comment = "Versions of articles, never edited"
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="knowledgeversion_numbered"),
            models.CheckConstraint(
                condition=~Q(title_ru="") & ~Q(title_kk="") & ~Q(steps_ru="") & ~Q(steps_kk=""),
                name="knowledgeversion_in_both_languages",
            ),
        ]
        indexes = [
            GinIndex(fields=["search_ru"], name="knowledgeversion_ru"),
            GinIndex(fields=["search_kk"], name="knowledgeversion_kk"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The situation in the reader's language; Russian for any third one."""
        return self.title_kk if (get_language() or "ru").startswith("kk") else self.title_ru
