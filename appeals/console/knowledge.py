"""The knowledge base's own pages: found, read, written in versions that stay."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appeals import services
from appeals.console.answers import desk_page
from appeals.console.forms import CategoryField
from appeals.models import Category, KnowledgeArticle, KnowledgeVersion
from appeals.permissions import ARTICLES, REGISTER
from citymap.accounts.access import may, requires

PER_PAGE = 30
TEXT_FIELDS = [
    "title_ru", "title_kk", "steps_ru", "steps_kk", "documents_ru", "documents_kk", "who_ru",
    "who_kk", "hours", "phone", "legal",
]  # fmt: skip


class VersionForm(forms.ModelForm):
    """The text of an article, in both languages."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = KnowledgeVersion
        fields = TEXT_FIELDS
        widgets = {
            name: forms.Textarea({"rows": 5})
            for name in ("steps_ru", "steps_kk", "documents_ru", "documents_kk")
        }


class NewArticleForm(forms.Form):
    """What names an article, apart from its text."""

    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=60,
        help_text=gettext_lazy("A short name in Latin letters; it stays."),
    )  # fmt: skip
    category = CategoryField(label=gettext_lazy("Category"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = Category.objects.groups().prefetch_related("leaves")
        choices = [(g.name, [(leaf.code, leaf.name) for leaf in g.leaves.all()]) for g in groups]
        self.fields["category"].widget = forms.Select(choices=[("", _("None")), *choices])

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if KnowledgeArticle.objects.filter(code=code).exists():
            raise ValidationError(_("There is an article with this code."))
        return code


@require_safe
@requires(ARTICLES)
def articles(request: HttpRequest) -> HttpResponse:
    """All articles, or those that answer `q` in the reader's language or the other one."""
    text = request.GET.get("q", "")[:200]
    rows = KnowledgeArticle.objects.select_related("current", "category")
    if text.strip():
        language = "kk" if (get_language() or "").startswith("kk") else "ru"
        found = rows.search(text, language)
        if not found.exists():
            found = rows.search(text, "ru" if language == "kk" else "kk")
        if not found.exists():
            found = rows.search(text, language, any_word=True)
    else:
        found = rows.order_by("retired", "code")
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "text": text}
    return desk_page(request, "appeals/desk/knowledge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ARTICLES)
def article(request: HttpRequest, code: str) -> HttpResponse:
    """An article with all its versions; a POST publishes the next one."""
    found = get_object_or_404(KnowledgeArticle.objects.select_related("current"), code=code)
    current = found.current
    posted = request.method == "POST"
    initial = {"seen": current.number if current else 0}
    if posted:
        form = VersionForm(request.POST)
    else:
        values = {name: getattr(current, name) for name in TEXT_FIELDS} if current else {}
        form = VersionForm(initial=initial | values)
    status = 200
    if posted:
        status = 400
        if form.is_valid():
            values = dict(form.cleaned_data)
            if values.pop("seen") != (current.number if current else 0):
                form.add_error(None, _("Somebody published another version meanwhile: compare."))
                status = 409
            else:
                services.publish(article=found, user=request.user, **values)
                messages.success(request, _("The new version is in force."))
                return redirect("desk:article", code)
    context = {
        "article": found,
        "form": form,
        "versions": found.versions.select_related("author").order_by("-number"),
        "may_register": may(request.user, REGISTER),
    }
    return desk_page(request, "appeals/desk/article.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(ARTICLES)
def new_article(request: HttpRequest) -> HttpResponse:
    """A new article with its first version, or nothing."""
    posted = request.method == "POST"
    named = NewArticleForm(request.POST if posted else None)
    form = VersionForm(request.POST if posted else None)
    status = 400 if posted else 200
    if posted and named.is_valid() and form.is_valid():
        values = {name: form.cleaned_data[name] for name in TEXT_FIELDS}
        try:
            with transaction.atomic():
                made = KnowledgeArticle.objects.create(**named.cleaned_data)
                services.publish(article=made, user=request.user, **values)
        except (IntegrityError, ValidationError):
            named.add_error("code", _("There is an article with this code."))
        else:
            messages.success(request, _("The article is in force."))
            return redirect("desk:article", made.code)
    context = {"named": named, "form": form}
    return desk_page(request, "appeals/desk/article.html", context, status=status)
