"""Words that mean something else in another room."""

from django.utils.translation import pgettext_lazy

# Elsewhere "order" is the order of things in a list.
PERMIT = pgettext_lazy("permit to dig", "order")
ADDRESSED = pgettext_lazy("addressee of a letter", "to")
