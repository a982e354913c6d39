"""What the history's sweeps say."""

from django.utils.translation import gettext_noop as _

from citymap.phrases import register_phrases

register_phrases(
    _("root %(number)s over %(size)s records"),
    _("nothing to seal"),
    _("%(count)s to the file"),
    _("root %(number)s published"),
    _("%(count)s irregular changes"),
    _("nothing irregular"),
)
