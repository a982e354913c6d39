"""Reference data of appeals in the administration: categories, terms, rules, articles.

Appeals themselves are not here: they move by operations only.
"""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from appeals.models import (
    Category,
    DeadlinePolicy,
    KnowledgeArticle,
    KnowledgeVersion,
    PolicyTerm,
    RoutingRule,
)
from appeals.services.knowledge import publish


class Kept(admin.ModelAdmin):
    """Rows that are ended or retired, never deleted: appeals refer to them."""

    list_per_page = 100

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Category)
class CategoryAdmin(Kept):
    list_display = ["code", "name_ru", "name_kk", "parent", "evidence", "danger", "retired"]
    list_filter = ["parent", "danger", "retired"]
    search_fields = ["code", "name_ru", "name_kk", "name_en"]
    list_select_related = ["parent"]

    def get_readonly_fields(self, request: HttpRequest, obj: Category | None = None) -> list[str]:
        return ["code", "parent"] if obj else []


@admin.register(DeadlinePolicy)
class DeadlinePolicyAdmin(Kept):
    list_display = [
        "category", "regime", "body", "amount", "unit", "valid_from", "valid_to", "verified",
    ]  # fmt: skip
    list_filter = ["verified", "regime", "unit"]
    search_fields = ["category__code", "category__name_ru"]
    autocomplete_fields = ["category"]
    raw_id_fields = ["body"]
    list_select_related = ["category", "body"]


@admin.register(PolicyTerm)
class PolicyTermAdmin(Kept):
    list_display = ["code", "amount", "unit", "valid_from", "valid_to", "citation", "verified"]
    list_filter = ["verified"]


@admin.register(RoutingRule)
class RoutingRuleAdmin(Kept):
    list_display = [
        "position", "category", "territory", "responsibility", "body", "reason_ru", "valid_from",
        "valid_to",
    ]  # fmt: skip
    list_filter = ["responsibility"]
    autocomplete_fields = ["category"]
    raw_id_fields = ["territory", "body"]
    list_select_related = ["category", "territory", "body"]


@admin.register(KnowledgeArticle)
class KnowledgeArticleAdmin(Kept):
    list_display = ["code", "current", "category", "retired"]
    list_filter = ["retired"]
    search_fields = ["code", "current__title_ru", "current__title_kk"]
    readonly_fields = ["current"]
    autocomplete_fields = ["category"]
    list_select_related = ["current", "category"]


@admin.register(KnowledgeVersion)
class KnowledgeVersionAdmin(Kept):
    """A version is read; another text is another version."""

    list_display = ["article", "number", "title_ru", "made_at"]
    search_fields = ["article__code", "title_ru", "title_kk"]
    autocomplete_fields = ["article"]
    exclude = ["number", "author", "made_at"]
    list_select_related = ["article"]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        """A new version takes the place of the one in force."""
        obj.pk = publish(user=request.user, **form.cleaned_data).pk
