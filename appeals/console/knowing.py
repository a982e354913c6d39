"""The knowledge base beside the call: searched by words, suggested by category and place."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from appeals.console.answers import for_scripts, form_refused
from appeals.console.forms import SearchForm
from appeals.duplicates import NEAR_M
from appeals.errors import InvalidError
from appeals.models import Appeal, Category, KnowledgeArticle, KnowledgeVersion
from appeals.permissions import REGISTER
from appeals.where import Where
from citymap.accounts.access import requires

MOST_FOUND = 6


@require_POST
@for_scripts
@requires(REGISTER)
def articles(request: HttpRequest) -> HttpResponse:
    """Articles that answer what is asked: by words, else by what the place and theme suggest.

    Sent in the body: what a caller says may hold personal data, and addresses are logged.
    """
    form = SearchForm(request.POST)
    if not form.is_valid():
        return form_refused(form)
    values = form.cleaned_data
    language = values["language"] or "ru"
    found = by_words(values["q"], language)
    if not found:
        try:
            where = form.where()
        except InvalidError:
            where = None
        found = suggested(values["category"], where)
    context = {
        "articles": [in_language(one, language) for one in found],
        "asked": bool(values["q"]),
        "at": timezone.now(),
    }
    return render(request, "appeals/desk/parts/articles.html", context)


def by_words(text: str, language: str) -> list[KnowledgeArticle]:
    """Articles with all words, then those with any of them."""
    rows = KnowledgeArticle.objects.select_related("current")
    found = list(rows.search(text, language)[:MOST_FOUND])
    if len(found) < MOST_FOUND and text:
        known = {one.pk for one in found}
        more = rows.search(text, language, any_word=True).exclude(pk__in=known)
        found += list(more[: MOST_FOUND - len(found)])
    return found


def suggested(category: Category | None, where: Where | None) -> list[KnowledgeArticle]:
    """Articles on the category chosen, then on what is reported near the place."""
    themes: list[int] = []
    if category is not None:
        themes += [category.pk, category.parent_id]
    if where is not None:
        near = Appeal.objects.real().open().near(where.geom, NEAR_M).order_by("distance")
        for leaf, group in near.values_list("category", "category__parent")[:20]:
            themes += [leaf, group]
    order = {pk: number for number, pk in reversed(list(enumerate(themes)))}
    rows = KnowledgeArticle.objects.on_themes(order).select_related("current")
    return sorted(rows[:50], key=lambda one: order[one.category_id])[:MOST_FOUND]


def in_language(article: KnowledgeArticle, language: str) -> dict:
    """An article as it is read out in the caller's language."""
    version: KnowledgeVersion = article.current
    end = "kk" if language == "kk" else "ru"
    return {
        "id": article.pk,
        "title": getattr(version, f"title_{end}"),
        "steps": getattr(version, f"steps_{end}").splitlines(),
        "documents": getattr(version, f"documents_{end}").splitlines(),
        "who": getattr(version, f"who_{end}"),
        "hours": version.hours,
        "phone": version.phone,
        "legal": version.legal,
        "lang": end,
    }
