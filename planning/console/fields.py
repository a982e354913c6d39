"""Fields of planners' forms: a yard by number or address, several yards."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from layers.models import Yard

MAX_WORDS = 8
SHOWN = 5
MAX_EXCLUDED = 1000
MAX_PHOTOS = 10
# Words of an address end at spaces and commas.
_WORDS = re.compile(r"[^\s,;]+")


def yards_named(text: str):
    """Current yards whose label has all the words."""
    rows = Yard.objects.current()
    for word in _WORDS.findall(text.replace("\0", " "))[:MAX_WORDS]:
        rows = rows.filter(Q(label__icontains=word) | Q(label_kk__icontains=word))
    return rows.order_by("label", "pk")


class YardField(forms.CharField):
    """A yard by its number, or by words of its address when one yard has them all."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("label", gettext_lazy("Yard: number or address"))
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: str) -> Yard | None:
        text = super().clean(value)
        if not text:
            return None
        if text.isascii() and text.isdecimal():
            found = Yard.objects.current().filter(pk=int(text[:9])).first()
            if found is None:
                raise ValidationError(_("There is no yard %(number)s.") % {"number": text[:9]})
            return found
        near = list(yards_named(text)[: SHOWN + 1])
        exact = [yard for yard in near if text.casefold() in _names(yard)]
        if len(near) == 1 or len(exact) == 1:
            return (exact or near)[0]
        if not near:
            raise ValidationError(_("No yard has this address."))
        shown = "; ".join(f"{yard.localized_label} – {yard.pk}" for yard in near[:SHOWN])
        raise ValidationError(
            _("Several yards have this address; write the number: %(yards)s") % {"yards": shown}
        )


def _names(yard: Yard) -> tuple[str, str]:
    return yard.label.casefold(), yard.label_kk.casefold()


class YardsField(forms.CharField):
    """Numbers of yards with spaces or commas between them."""

    def clean(self, value: str) -> tuple[int, ...]:
        words = _WORDS.findall(super().clean(value))
        if len(words) > MAX_EXCLUDED:
            raise ValidationError(_("These are too many yards."))
        if not all(word.isascii() and word.isdecimal() for word in words):
            raise ValidationError(_("Write numbers of yards with spaces between them."))
        wanted = {int(word[:9]) for word in words}
        known = set(Yard.objects.filter(pk__in=wanted).values_list("pk", flat=True))
        if unknown := wanted - known:
            raise ValidationError(_("There is no yard %(number)s.") % {"number": min(unknown)})
        return tuple(sorted(wanted))


class _ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures at once; each is checked by what it is when it is kept."""

    def __init__(self, **kwargs) -> None:
        kwargs.setdefault("widget", _ManyFiles(attrs={"multiple": True, "accept": "image/*"}))
        super().__init__(**kwargs)

    def clean(self, data, initial=None) -> list:
        files = data if isinstance(data, list | tuple) else [data]
        found = [super(PhotosField, self).clean(file, initial) for file in files if file]
        if self.required and not found:
            raise ValidationError(self.error_messages["required"])
        if len(found) > MAX_PHOTOS:
            raise ValidationError(_("At most %(count)d photos at once.") % {"count": MAX_PHOTOS})
        return found
