"""What the history keeps as the reason of the first rows."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(_("first rows of an installation"))
