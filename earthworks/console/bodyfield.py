"""Bodies in forms: a search field over a short choice. Among two thousand nobody scrolls a list.

The choice offers those named most often so far; the module `citymap/bodies` fills it from the
directory while a name (or a BIN) is typed. Whatever body is submitted is checked by the field.
"""

from typing import Any

from django import forms
from django.db.models import Count, Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from citymap.accounts.models import Organization
from citymap.accounts.querysets import OrganizationQuerySet

OFFERED = 12
MOST_DIGITS = 19


class BodySelect(forms.Select):
    """The choice with a search field before it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            '<input type="search" class="control" data-bodies-search="{}" aria-label="{}"'
            ' placeholder="{}" autocomplete="off" maxlength="200">{}',
            reverse("directory:api"),
            _("Find an organisation by name or BIN"),
            _("Name or BIN"),
            super().render(name, value, attrs, renderer),
        )


def search_bodies(
    form: forms.Form,
    name: str,
    *,
    named: tuple[type[Model], str],
    among: OrganizationQuerySet | None = None,
) -> None:
    """Let a body be searched for in a field of a form; a handful is a plain list.

    named: the model and its field in which bodies were named so far. among: who may be chosen.
    """
    among = Organization.objects.all() if among is None else among
    field = form.fields[name]
    field.queryset = among
    few = list(among[: OFFERED + 1])
    if len(few) > OFFERED:
        field.widget = BodySelect()
        field.widget.is_required = field.required
        few = list(among.active_on(timezone.localdate()).filter(pk__in=_often(*named)))
        # What is chosen already stays to be seen; whether it may be, the field checks.
        chosen = str(form[name].value() or "")
        if chosen.isdecimal() and len(chosen) < MOST_DIGITS:
            few += among.filter(pk=chosen).exclude(pk__in=[body.pk for body in few])
    field.widget.choices = [
        ("", "—"),
        *sorted(((body.pk, str(body)) for body in few), key=lambda one: one[1]),
    ]


def _often(model: type[Model], field: str) -> list[int]:
    rows = model.objects.filter(**{f"{field}__isnull": False}).order_by().values(field)
    counted = rows.annotate(times=Count("pk")).order_by("-times", field)
    return [row[field] for row in counted[:OFFERED]]
