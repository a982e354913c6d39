"""Small template helpers of the shell."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from citymap.phrases import retold as retold_text
from citymap.shell.importmap import library_url, module_url

register = template.Library()

ICONS = "citymap/icons/icons.svg"


@register.simple_tag
def icon(name: str, css_class: str = "icon") -> SafeString:
    """An icon of the sprite, hidden from assistive technology."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css_class,
        static(ICONS),
        name,
    )


@register.filter
def retold(text: str) -> str:
    """What a program wrote into the database, in the reader's language."""
    return retold_text(text)


@register.simple_tag
def module(name: str) -> str:
    """URL of one of our own modules by its bare name."""
    return module_url(name)


@register.simple_tag
def library(name: str, file: str) -> str:
    """URL of a file of an npm library."""
    return library_url(name, file)


@register.simple_tag
def sort_state(lookup: str, sort: str) -> SafeString:
    """`aria-sort` of the column that a table is sorted by."""
    if sort.removeprefix("-") != lookup:
        return SafeString("")
    direction = "descending" if sort.startswith("-") else "ascending"
    return format_html(' aria-sort="{}"', direction)


@register.simple_tag(takes_context=True)
def sort_link(context, lookup: str, title: str, sort: str) -> SafeString:
    """A column's title as a link that sorts by it, or turns the order around."""
    query = context["request"].GET.copy()
    query["sort"] = f"-{lookup}" if sort == lookup else lookup
    query.pop("page", None)
    mark = icon("chevron", "sort-mark") if sort.removeprefix("-") == lookup else SafeString("")
    return format_html('<a href="?{}">{}{}</a>', query.urlencode(), title, mark)
